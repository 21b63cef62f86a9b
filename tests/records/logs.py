"""A folder with one bot's log in it: printed into by real processes, put away, and read back whole."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigie.records.log_note import Frame, end_of, frame_of
from vigie.records.log_stream import GoneError, LogStream
from vigie.records.log_trim import Trimmed, trim
from vigie.records.reading import open_to_read

CHILDREN = Path(__file__).parents[1] / "children"

EVERYTHING = 10_000
"""So many archives are never reached: nothing is dropped."""


def numbered(count: int, length: int = 100, first: int = 0) -> bytes:
    """Return what ``numbers_lines`` prints."""
    rest = b"x" * (length - 11) + b"\n"
    return b"".join(b"%09d " % number + rest for number in range(first, first + count))


class Log:
    """One bot's log, its archives and its note."""

    def __init__(self, folder: Path) -> None:
        """Make the folders of a project; the log itself is empty."""
        self.file = folder / "logs" / "bot.log"
        self.note = str(folder / ".vigie" / "bot.log.json")
        self.marks = str(folder / ".vigie" / "bot.log.marks")
        self.path = str(self.file)
        self.file.parent.mkdir(exist_ok=True)
        self.file.touch(0o600)

    def prints(self, data: bytes) -> None:
        """Append, as the bot does."""
        with self.file.open("ab", buffering=0) as file:
            assert file.write(data) == len(data)

    @contextmanager
    def printer(self, count: int, length: int = 100) -> Iterator[subprocess.Popen[bytes]]:
        """Let a process print numbered lines at full speed through its own descriptor; end it afterwards."""
        with self.file.open("ab") as output:
            command = [sys.executable, str(CHILDREN / "numbers_lines.py"), str(count), str(length)]
            process = subprocess.Popen(command, stdout=output)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def trim(self, max_size: int = 65_536, keep: int = EVERYTHING) -> Trimmed:
        """Put away what is too much; it has to succeed."""
        came = trim(self.path, self.note, max_size, keep)
        assert came.problem is None, came.problem
        return came

    def archives(self) -> list[Path]:
        """Return the archives, oldest first."""
        found = {
            int(path.name.removeprefix("bot.log.").removesuffix(".gz")): path
            for path in self.file.parent.glob("bot.log.*")
            if path.name.removeprefix("bot.log.").removesuffix(".gz").isdecimal()
        }
        return [found[number] for number in sorted(found, reverse=True)]

    def names(self) -> list[str]:
        """Return what lies in the folder of logs, sorted."""
        return sorted(path.name for path in self.file.parent.iterdir())

    def archived(self) -> list[bytes]:
        """Return what is in each archive, oldest first."""
        return [
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for path in self.archives()
        ]

    def own(self) -> bytes:
        """Return what a person finds in the living file, but for a hole and the blank line after it."""
        text = self.file.read_bytes()
        own = self._frame().own
        assert not text[:own].strip(b"\0 \n"), "what is in an archive has not been wiped"
        assert text[:own].count(b"\n") <= 1
        return text[own:]

    def joined(self) -> bytes:
        """Return what a person gets who joins all files by hand, oldest first."""
        return b"".join([*self.archived(), self.own()])

    def holds(self) -> int:
        """Return how many bytes stand in the living file alone."""
        frame = self._frame()
        return frame.end - frame.begin

    def _frame(self) -> Frame:
        with self.file.open("rb") as file:
            return frame_of(file.fileno(), self.note)

    def streamed(self, since: int = -(1 << 62)) -> bytes:
        """Return what our own reader makes of it, from the position ``since`` on."""
        stream = LogStream(self.path, open_to_read(self.path), self.note)
        try:
            position = stream.reachable(since)
            parts = []
            while True:
                try:
                    part = stream.read(position, 50_000)
                except GoneError as gone:
                    position = gone.following
                    continue
                if not part:
                    break
                parts.append(part)
                position += len(part)
            assert position == end_of(self.path, self.note)
            return b"".join(parts)
        finally:
            stream.close()
