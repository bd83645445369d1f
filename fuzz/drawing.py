"""Graphviz's parser in one child process that stays, in place of one a file: as many inputs a second as of any format.

What the child says, and that it may break down, comes through as from the process of each file.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from graphdiff.pictures import graphviz_child

__all__ = ["Staying", "in_one_child"]


class Staying:
    """What takes the place of the module ``subprocess`` where DOT is read."""

    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # which `end` closes

    def run(self, command: list[str], *, input: bytes, **others: Any) -> subprocess.CompletedProcess[bytes]:
        """Return what the child answers to a request."""
        if self._child is None or self._child.poll() is not None:
            started = [sys.executable, "-m", "fuzz.drawing"]
            self._child = subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said)
        child = self._child
        assert child.stdin
        assert child.stdout
        self._said.truncate(0)
        self._said.seek(0)
        answer = b""
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(len(input).to_bytes(8, "little") + input)
            child.stdin.flush()
            size = int.from_bytes(child.stdout.read(8), "little")
            answer = child.stdout.read(size)
        status = 0 if answer else child.wait()
        self._said.seek(0)
        return subprocess.CompletedProcess(command, status, answer, self._said.read())

    def end(self) -> None:
        """End the child, where there is one."""
        if self._child is not None:
            self._child.communicate()
        self._said.close()


@contextlib.contextmanager
def in_one_child() -> Iterator[None]:
    """Have all DOT of this process read by one child."""
    from graphdiff.io import dot  # which the child does not load

    staying, before = Staying(), dot.subprocess
    dot.subprocess = staying  # type: ignore[assignment]
    try:
        yield
    finally:
        dot.subprocess = before
        staying.end()


def serve() -> None:
    """Answer requests on standard input until it ends."""
    while head := sys.stdin.buffer.read(8):
        texts = json.loads(sys.stdin.buffer.read(int.from_bytes(head, "little")))
        answer = json.dumps(list(map(graphviz_child.parse, texts))).encode()
        sys.stdout.buffer.write(len(answer).to_bytes(8, "little") + answer)
        sys.stdout.buffer.flush()
        os.lseek(2, 0, os.SEEK_END)


if __name__ == "__main__":
    serve()
