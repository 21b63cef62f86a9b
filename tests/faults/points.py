"""Stops the process dead at the N-th point: after each act upon the outside, and in the middle of each write.

A point lies after every call by which we change anything outside of our own memory: files made, written,
renamed, removed; locks taken; processes started and signalled; statements of the history; and before and after
every order that a hand carries out. What lies between two points changes nothing that anybody else could see,
so dying there is dying at the first of them.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from vigie.records import database
from vigie.runtime.hands import Hands
from vigie.runtime.scribe import Scribe

assert sys.platform != "win32"  # mypy skips the rest there

if os.name == "posix":
    import fcntl


class Points:
    """Counts points, tells each one's name, and ends this process at the one it was made for."""

    def __init__(self, dies_at: int, tell: Callable[[str], None]) -> None:
        """Nothing happens before ``install``; ``tell`` hears the name of the point we die at."""
        self.count = 0
        self._dies_at = dies_at
        self._tell = tell
        self._kill = os.kill

    def reached(self, name: str) -> None:
        """Be at a point: die here if it is the one."""
        self.count += 1
        if self.count == self._dies_at:
            self._tell(name)
            self._kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Put a point after every act of this process from now on."""
        for module, name in (
            (os, "mkdir"), (os, "unlink"), (os, "replace"), (os, "rename"), (os, "ftruncate"), (os, "truncate"),
            (os, "kill"), (os, "killpg"), (signal, "pidfd_send_signal"), (os, "waitid"), (os, "waitpid"),
            (fcntl, "flock"), (subprocess, "_fork_exec"),
        ):  # fmt: skip
            if hasattr(module, name):
                self._after(module, name)
        self._after_opening()
        self._in_writing()
        self._around_orders()
        self._before_statements()
        self._after(Scribe, "flush")

    def _after(self, module: Any, name: str) -> None:
        act = getattr(module, name)

        def acted(*values: Any, **named: Any) -> Any:
            result = act(*values, **named)
            self.reached(f"after {name} {_shown(values)}")
            return result

        setattr(module, name, acted)

    def _after_opening(self) -> None:
        act = os.open

        def opened(path: Any, flags: int, *values: Any, **named: Any) -> int:
            descriptor = act(path, flags, *values, **named)
            if flags & (os.O_CREAT | os.O_TRUNC):
                self.reached(f"after open {_shown((path,))}")
            return descriptor

        os.open = opened

    def _in_writing(self) -> None:
        act = os.write

        def wrote(descriptor: int, data: Any) -> int:
            where = _name_of(descriptor)
            if not where.startswith("/") or where.startswith("/dev/"):
                return act(descriptor, data)
            whole = bytes(data)
            half = act(descriptor, whole[: len(whole) // 2])
            self.reached(f"in the middle of write {where}")
            half += act(descriptor, whole[half:])
            self.reached(f"after write {where}")
            return half

        os.write = wrote

    def _around_orders(self) -> None:
        act = Hands.carry_out

        def carried(hands: Hands, order: Any) -> None:
            self.reached(f"before {type(order).__name__}")
            act(hands, order)
            self.reached(f"after {type(order).__name__}")

        setattr(Hands, "carry_out", carried)  # noqa: B010

    def _before_statements(self) -> None:
        act = database._opened

        def opened(path: str, patience: float, write_ahead: bool) -> sqlite3.Connection:
            connection = act(path, patience, write_ahead)
            self.reached("after opening the history")
            connection.set_trace_callback(lambda statement: self.reached(f"before {statement[:30]}"))
            return connection

        database._opened = opened


def _shown(values: tuple[Any, ...]) -> str:
    named = [os.path.basename(value) for value in values if isinstance(value, str)]
    return " ".join(name if "vigie-tmp" not in name else "its temporary" for name in named)


def _name_of(descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""
