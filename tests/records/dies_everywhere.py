"""Dies before each line of the code that moves a log, and looks each time at what is left: LOG NOTE WHAT.

WHAT: ``trim`` (put the head away, then compress) or ``launch`` (rename it, as before a launch). Prints how many
deaths there were; exits with the story of the first one after which something was amiss.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tests.records.logs import EVERYTHING, Log
from vigie.records import log_trim
from vigie.records.log_note import read_note
from vigie.records.log_rotation import compress_rotated, rotate_at_launch

assert sys.platform != "win32", "nothing is put away while a bot writes on Windows"

MAX_SIZE = 32_768
MORE = b"printed after the death\n"


def main(path: str, note: str, what: str) -> None:
    """Die again and again, one line later each time."""
    # several calls for each part, so that there is something between them
    log_trim.SLICE = log_trim.HOLLOWED = 12_288  # type: ignore[misc]
    log = Log.__new__(Log)
    log.file, log.path, log.note = Path(path), path, note
    printed = log.file.read_bytes()
    deaths = 0
    while True:
        _as_before(log, printed, what)
        if not _die_in_a_child(deaths, _trims(log) if what == "trim" else _launches(log)):
            break
        deaths += 1
        story = f"after death {deaths}: {log.names()} {read_note(note)}"
        log.prints(b"")  # a launch makes the file where there is none
        if _lines(log.streamed(), what) != printed:
            sys.exit(f"{story}: our reader sees something else")
        log.prints(MORE)
        if _lines(log.streamed(), what) != printed + MORE:
            sys.exit(f"{story}: our reader sees something else after the next line")
        log.trim(MAX_SIZE)
        compress_rotated(log.path, 5)
        if _lines(log.joined(), what) != printed + MORE or _lines(log.streamed(), what) != printed + MORE:
            sys.exit(f"{story}: something is amiss after the next one went on: {log.names()}")
        if log.holds() > MAX_SIZE or "bot.log.0" in log.names() or read_note(note).copied:
            sys.exit(f"{story}: the next one left something undone: {log.names()}")
        if os.path.exists(f"{path}.2"):
            sys.exit(f"{story}: an older archive is not compressed: {log.names()}")
    print(deaths)


def _as_before(log: Log, printed: bytes, what: str) -> None:
    for folder in (log.file.parent, Path(log.note).parent):
        shutil.rmtree(folder, ignore_errors=True)
    log.file.parent.mkdir()
    if what == "launch":
        log.prints(printed[: -MAX_SIZE // 2])
        log.trim(MAX_SIZE)
        log.prints(printed[-MAX_SIZE // 2 :])
    else:
        log.prints(printed)


def _trims(log: Log) -> Callable[[], object]:
    def act() -> None:
        log_trim.trim(log.path, log.note, MAX_SIZE, EVERYTHING)
        compress_rotated(log.path, 5)

    return act


def _launches(log: Log) -> Callable[[], object]:
    return lambda: rotate_at_launch(log.path, 1000, EVERYTHING, log.note)


def _lines(data: bytes, what: str) -> bytes:
    """Leave out the blank line that stands for archived bytes, where it has become part of an archive."""
    if what == "trim":
        return data
    return b"".join(line for line in data.splitlines(keepends=True) if line.strip(b"\0 \n"))


def _die_in_a_child(line: int, act: Callable[[], object]) -> bool:
    """Return whether there were so many lines."""
    child = os.fork()
    if not child:
        _die_before(line, act)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _die_before(line: int, act: Callable[[], object]) -> None:
    """Run ``line`` lines of the records room, then die; come to the end alive if there are no more."""
    left = line

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal left
        if f"{os.sep}records{os.sep}" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    act()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
