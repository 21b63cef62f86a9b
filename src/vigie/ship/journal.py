"""What one run of ``ship`` was about to do and has done: written before and after each step.

A run that is killed leaves its journal without an end; whoever comes next reads it, looks at the world, and
completes or undoes. The journal never proves that something happened, only that it may have.

One file, ``journal``, of one JSON object a line, holds the latest run. Its room is taken when the run begins, so
that a disk which fills up meanwhile cannot keep a step from being noted. A line cut short by a kill is as if it
had never been begun: nothing is done before its line is whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from vigie.problems import Failure

NAME: Final = "journal"
VERSION: Final = 1
ROOM: Final = 64 * 1024
"""Bytes taken at the beginning: some hundred lines. A commit of thousands of files may need more and takes it."""

BEGUN: Final = "begun"
DONE: Final = "done"
FAILED: Final = "failed"

_FLAGS: Final = os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Line(NamedTuple):
    """One step that was begun, is done, or has failed, and what is needed to look at it again."""

    step: str
    state: str
    facts: dict[str, Any]


class Journal:
    """The journal of the run that is being made; the folder must exist and be ours."""

    def __init__(self, folder: str) -> None:
        """Write nothing yet."""
        self._path = os.path.join(folder, NAME)
        self._descriptor = -1
        self._length = 0

    def begin(self, facts: Mapping[str, object]) -> None:
        """Begin the journal of a new run, over that of the last; raises ``Failure`` ``ship.no-journal``."""
        beside = f"{self._path}.new"
        try:
            self._descriptor = os.open(beside, _FLAGS | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(self._descriptor, b"\n" * ROOM)
            self._length = 0
            self.note("run", BEGUN, {"version": VERSION, **facts})
            os.replace(beside, self._path)
        except OSError as error:
            self.close()
            raise Failure("ship.no-journal", path=self._path, detail=str(error.strerror)) from error

    def go_on(self) -> None:
        """Write on after the last whole line of the run before; raises ``Failure`` ``ship.no-journal``."""
        try:
            self._descriptor = os.open(self._path, _FLAGS)
            with open(self._path, "rb") as file:
                written = file.read()
        except OSError as error:
            raise Failure("ship.no-journal", path=self._path, detail=str(error.strerror)) from error
        # what was cut short is written over, and its rest emptied
        kept = _whole(written)
        self._length = len(kept)
        os.lseek(self._descriptor, self._length, os.SEEK_SET)
        os.write(self._descriptor, b"\n" * (len(written) - len(kept)))

    def note(self, step: str, state: str, facts: Mapping[str, object], *, durable: bool = False) -> None:
        """Write one line; ``durable`` waits for the disk, which only a power cut makes worth while."""
        if self._descriptor < 0:
            return
        line = json.dumps({"step": step, "state": state, **facts}).encode("ascii") + b"\n"
        os.lseek(self._descriptor, self._length, os.SEEK_SET)
        self._length += os.write(self._descriptor, line)
        if durable:
            os.fsync(self._descriptor)

    def end(self, exit_code: int) -> None:
        """Note that nothing is left to do, and let go."""
        self.note("run", DONE, {"exit_code": exit_code})
        self.close()

    def close(self) -> None:
        """Let go without an end: the next run will look at what became of this one."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Story(NamedTuple):
    """A journal as it was read."""

    lines: tuple[Line, ...]

    @property
    def ended(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.lines) and (self.lines[-1].step, self.lines[-1].state) == ("run", DONE)

    @property
    def run(self) -> dict[str, Any]:
        """What was asked of the run, who it is and since when."""
        return self.lines[0].facts

    @property
    def step(self) -> str:
        """The step it was at, or had just finished."""
        return self.lines[-1].step

    def facts(self, step: str, state: str = BEGUN) -> dict[str, Any] | None:
        """Return what was last noted of a step in this state, None when that was never reached."""
        for line in reversed(self.lines):
            if (line.step, line.state) == (step, state):
                return dict(line.facts)
        return None

    def open(self, step: str) -> bool:
        """Whether the step was begun and never noted as done or failed."""
        states = [line.state for line in self.lines if line.step == step]
        return bool(states) and states[-1] == BEGUN


def read_story(folder: str) -> Story | None:
    """Return the journal of the latest run, None when there is none that can be understood."""
    try:
        with open(os.path.join(folder, NAME), "rb") as file:
            data = _whole(file.read())
    except OSError:
        return None
    lines = []
    for text in data.splitlines():
        line = _line(text)
        if line is None:
            return None
        lines.append(line)
    if not lines or lines[0].step != "run" or lines[0].facts.get("version") != VERSION:
        return None
    return Story(tuple(lines))


def _whole(data: bytes) -> bytes:
    """Return the lines that were written to their end."""
    written = data.rstrip(b"\n")
    if not written:
        return b""
    # the room that was taken is full of line ends: one of them follows even a line that was cut short
    last = written.rpartition(b"\n")[2]
    if _line(last) is None:
        written = written[: len(written) - len(last)].rstrip(b"\n")
    return written + b"\n" if written else b""


def _line(text: bytes) -> Line | None:
    try:
        facts = json.loads(text)
        return Line(facts.pop("step"), facts.pop("state"), facts)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
