"""Machine code on the disk, in numba's cache: used only where it is whole; what is damaged is compiled anew.

numba takes the files of its cache as they are: one that a power loss or a full disk has cut off breaks every call that
would use it, until somebody deletes it. Here each file ends in a digest of what is before it, which numba itself reads
past.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from graphdiff.files import save

__all__ = ["cache_of"]

DIGEST = hashlib.sha256
DIGEST_BYTES = DIGEST().digest_size


def cache_of(kernel: Callable[..., Any]) -> Any:
    """Return what numba's dispatcher of a kernel takes as its cache.

    Raises
    ------
    RuntimeError
        numba finds no folder that it can write to.
    """
    return _cache_class()(kernel)


def is_whole(path: str) -> bool:
    """Return whether a file ends in the digest of what is before it; what cannot be read does not.

    Examples
    --------
    >>> is_whole("no such file")
    False
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return False
    return len(content) > DIGEST_BYTES and content[-DIGEST_BYTES:] == DIGEST(content[:-DIGEST_BYTES]).digest()


@cache
def _cache_class() -> Any:
    """Return numba's cache with files that are looked at; made here because numba is loaded when it is needed."""
    import llvmlite
    import numpy
    from numba.core.caching import FunctionCache, IndexDataCacheFile

    class WholeFiles(IndexDataCacheFile):  # type: ignore[misc]
        """An index and its data; of a file that is not whole as good as none."""

        def _load_index(self) -> Any:
            return super()._load_index() if is_whole(self._index_path) else {}

        def _load_data(self, name: str) -> Any:
            if not is_whole(self._data_path(name)):
                raise FileNotFoundError(name)  # what the caller takes for a file that somebody has removed
            return super()._load_data(name)

        @contextlib.contextmanager
        def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
            file = io.BytesIO()
            yield file
            content = file.getvalue()
            save(filepath, [content, DIGEST(content).digest()], overwrite=True)

    class WholeCache(FunctionCache):  # type: ignore[misc]
        """numba's cache of one function; where nothing can be written, the machine code stays in memory."""

        def __init__(self, kernel: Callable[..., Any]) -> None:
            super().__init__(kernel)
            # What is pickled are objects of these libraries, and numba's own version is looked at by numba.
            stamp = self._impl.locator.get_source_stamp(), numpy.__version__, llvmlite.__version__
            self._cache_file = WholeFiles(self._cache_path, self._impl.filename_base, stamp)

        def save_overload(self, sig: Any, data: Any) -> None:
            with contextlib.suppress(OSError):
                super().save_overload(sig, data)

    return WholeCache
