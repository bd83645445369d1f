"""The command ``graphdiff``, and ``python -m graphdiff``: signals are looked after before anything else is loaded."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the module signal without its enums, whose making takes longer than all else that is here
import os
import sys

TYPE_CHECKING = False  # as in typing, for the same reason
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

#: What ends the command, and how that is told; the exit status is 128 and the number, as a shell has it.
TOLD = {
    getattr(signal, name): text
    for name, text in {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "the terminal is gone"}.items()
    if hasattr(signal, name)
}
#: Where the frames of Python's import are from.
IMPORTING = "<frozen importlib"


class Ended(KeyboardInterrupt):
    """A signal ends the command; on its way out what is half done is taken back, such as a file half written."""


def main() -> None:
    """Run the command line; a signal ends it with one line on standard error."""
    try:
        for number in TOLD:
            # What is ignored stays so: nohup and a shell's background jobs count on it.
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                signal.signal(number, _end)
        sys.unraisablehook = _lost
        from graphdiff.cli import main as run

        try:
            run()
        finally:
            _listen_no_more()  # what was to be done is done
    except KeyboardInterrupt as ended:
        sys.exit(_tell(ended))


def _end(number: int, frame: FrameType | None) -> None:
    """End the command: while a module loads at once, as an exception there is lost or told by others; else by one."""
    _listen_no_more()
    ended = Ended(number)
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTING):
            _leave(ended)
        frame = frame.f_back
    raise ended


def _listen_no_more() -> None:
    for number in TOLD:
        signal.signal(number, signal.SIG_IGN)


def _lost(lost: sys.UnraisableHookArgs) -> None:
    """End the command where Python would go on: in a destructor or a callback from C."""
    if isinstance(lost.exc_value, KeyboardInterrupt):
        _leave(lost.exc_value)
    sys.__unraisablehook__(lost)


def _leave(ended: KeyboardInterrupt) -> NoReturn:
    os._exit(_tell(ended))


def _tell(ended: KeyboardInterrupt) -> int:
    """Say on standard error what has ended the command, and return its exit status."""
    number = ended.args[0] if ended.args else signal.SIGINT
    try:  # noqa: SIM105, what would say it shorter loads slower
        os.write(2, f"graphdiff: {TOLD[number]}\n".encode())
    except OSError:
        pass  # nobody listens, and the status says it
    return 128 + int(number)


if __name__ == "__main__":
    main()
