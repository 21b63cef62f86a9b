"""Signals around a launch: none ignored or blocked is inherited, and a Ctrl-C waits until all is in order."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

assert sys.platform != "win32", "Windows has no dispositions to inherit"  # noqa: S101  (mypy stops here)

RESETTABLE = sorted(
    # KILL and STOP cannot be ignored; Python's own ignored ones (PIPE, XFSZ) are restored by subprocess
    set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}
)

_Handler = Callable[[int, FrameType | None], object] | int | None


@contextmanager
def defaults() -> Iterator[None]:
    """Let programs started meanwhile begin with every signal at its default and none blocked.

    Ignored and blocked signals outlive exec (signal(7)): started with ``nohup`` or ``&`` we ignore SIGHUP or
    SIGINT, and a bot that inherits that can never be asked to stop. A signal with a handler goes back to
    its default by itself, so for a moment the ignored ones get a handler that does nothing. Only the main
    thread may do so; elsewhere dispositions stay as they are.
    """
    ignored: list[int] = []
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        if threading.current_thread() is threading.main_thread():
            for number in RESETTABLE:
                if signal.getsignal(number) is signal.SIG_IGN:
                    signal.signal(number, _do_nothing)
                    ignored.append(number)
        if blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
        yield
    finally:
        if blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        for changed in ignored:
            signal.signal(changed, signal.SIG_IGN)


@contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """Let a Ctrl-C that would raise ``KeyboardInterrupt`` in the middle raise it at the end instead.

    A handler that somebody installed himself is left alone: it raises nothing at moments of its own choice.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    interrupted: list[int] = []

    def note(number: int, frame: object) -> None:
        del frame
        interrupted.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if interrupted:
            raise KeyboardInterrupt


def hear_of_children() -> None:
    """Undo an inherited "ignore" of SIGCHLD, with which the kernel would never tell us how a child ended."""
    if (
        signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN
        and threading.current_thread() is threading.main_thread()
    ):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _do_nothing(number: int, frame: object) -> None:
    del number, frame
