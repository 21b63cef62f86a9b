"""Dies before each line of the code that bounds a log, and looks each time at what is left: LOG RECORD.

Prints how many deaths there were; exits with the story of the first one after which something was amiss.
With a number as third argument, it dies before that line only and leaves the looking to others.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from tests.records.logs import EVERYTHING, Log
from vigie.records import log_bound

MAX_SIZE = 65_536
MORE = b"printed after the death\n"


def main(path: str, record: str, only: str = "") -> None:
    """Die again and again, one line later each time."""
    # several calls for each part, so that there is something between them
    log_bound.SLICE = log_bound.HOLLOWED = 24_576  # type: ignore[misc]
    log = Log.__new__(Log)
    log.file, log.path, log.record = Path(path), path, record
    if only:
        _die_in_a_child(int(only), log)
        return
    printed = log.file.read_bytes()
    deaths = 0
    while True:
        _as_before(log, printed)
        if not _die_in_a_child(deaths, log):
            break
        deaths += 1
        story = f"after death {deaths}: {log.names()}"
        if log.streamed() != printed:
            sys.exit(f"{story}: our reader sees something else")
        log.prints(MORE)
        if log.streamed() != printed + MORE:
            sys.exit(f"{story}: our reader sees something else after the next line")
        log.bound(MAX_SIZE)
        if log.joined() != printed + MORE or log.streamed() != printed + MORE:
            sys.exit(f"{story}: something is amiss after the next one went on: {log.names()}")
        if len(log.own()) > MAX_SIZE or any("moving" in name for name in log.names()):
            sys.exit(f"{story}: the next one left something undone: {log.names()}")
    print(deaths)


def _as_before(log: Log, printed: bytes) -> None:
    for folder in (log.file.parent, Path(log.record).parent):
        shutil.rmtree(folder, ignore_errors=True)
    log.file.parent.mkdir()
    log.prints(printed)


def _die_in_a_child(line: int, log: Log) -> bool:
    """Return whether there were so many lines."""
    child = os.fork()
    if not child:
        _die_before(line, log)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _die_before(line: int, log: Log) -> None:
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
    log_bound.bound(log.path, log.record, MAX_SIZE, EVERYTHING)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
