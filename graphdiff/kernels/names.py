"""Names to numbers: every distinct name gets the next one, by a hash table of open places.

Most of the time goes into waiting for memory, not into hashing: so names are taken block by block, and what their
places in the table hold is touched before it is needed, many at a time. A place is two words: the hash above the
number plus one (0: free), and the offset of the name in the store above its length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ZERO, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)
HALF, LOW_HALF = np.uint64(32), np.uint64(2**32 - 1)
LENGTH_BITS = np.uint64(24)
LONGEST = np.uint64(2**24 - 1)
#: FNV-1a of 32 bits, and the last step of MurmurHash3: products stay below 2**64.
BASIS, PRIME, MIX, SHIFT = np.uint64(0x811C9DC5), np.uint64(0x01000193), np.uint64(0x85EBCA6B), np.uint64(15)


def hash_names(text: NDArray[Any], ends: NDArray[Any], start: np.uint64, hashes: NDArray[Any]) -> None:
    """Write the hashes of the names from number `start` on."""
    row = ZERO
    while row < np.uint64(len(hashes)):
        place = np.uint64(ends[start + row])
        end = np.uint64(ends[start + row + ONE])
        value = BASIS
        while place < end:
            value = ((value ^ np.uint64(text[place])) * PRIME) & LOW_HALF
            place += ONE
        value = ((value ^ (value >> SHIFT)) * MIX) & LOW_HALF
        hashes[row] = value ^ (value >> SHIFT)
        row += ONE


def touch(hashes: NDArray[Any], table: NDArray[Any], store: NDArray[Any]) -> np.uint64:
    """Bring what belongs to hashes into the cache; return a sum, so that no compiler leaves it out."""
    mask = np.uint64(len(table) - 1)
    total = ZERO
    row = ZERO
    while row < np.uint64(len(hashes)):
        total += np.uint64(store[table[hashes[row] & mask, 1] >> LENGTH_BITS])
        row += ONE
    return total


def number_names(
    text: NDArray[Any],
    ends: NDArray[Any],
    start: np.uint64,
    hashes: NDArray[Any],
    table: NDArray[Any],
    store: NDArray[Any],
    store_ends: NDArray[Any],
    known: np.uint64,
    numbers: NDArray[Any],
) -> tuple[np.uint64, np.uint64]:
    """Write the numbers of the names from number `start` on; return how many were done, and how many are known.

    Fewer are done where the table is half full, or the store has no room.
    """
    mask = np.uint64(len(table) - 1)
    room = np.uint64(min(len(store_ends) - 1, len(table) // 2))
    row = ZERO
    while row < np.uint64(len(hashes)):
        first = np.uint64(ends[start + row])
        size = np.uint64(ends[start + row + ONE]) - first
        place = hashes[row] & mask
        is_known = False
        while not is_known and table[place, 0] != ZERO:
            if table[place, 0] >> HALF == hashes[row] and table[place, 1] & LONGEST == size:
                kept = table[place, 1] >> LENGTH_BITS
                same = ZERO
                while same < size and store[kept + same] == text[first + same]:
                    same += ONE
                is_known = same == size
            if not is_known:
                place = (place + ONE) & mask
        if not is_known:
            kept = np.uint64(store_ends[known])
            if known >= room or kept + size >= np.uint64(len(store)):
                return row, known
            store[kept : kept + size] = text[first : first + size]
            known += ONE
            store_ends[known] = kept + size
            table[place, 0] = hashes[row] << HALF | known
            table[place, 1] = kept << LENGTH_BITS | size
        numbers[row] = (table[place, 0] & LOW_HALF) - ONE
        row += ONE
    return row, known
