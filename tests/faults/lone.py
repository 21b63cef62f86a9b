"""The lone bot's folder, and what can be proven of it without anything of ours: its own evidence and ``/proc``."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, cast

assert sys.platform != "win32"  # mypy skips the rest there

CHILDREN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "children")
MARK = "LONE_BOT_OF"
"""An environment variable that everything a test starts inherits: who still bears it was left behind."""

_NOT_EPHEMERAL = range(10_000, 32_000)
"""Ports that no outgoing connection is given (ip_local_port_range begins at 32768)."""


def command(port: int) -> list[str]:
    """Return how to start the bot: compiled once for this machine, or in Python where no compiler is."""
    compiler = shutil.which("cc") if sys.platform == "linux" else None
    if compiler is None:
        return [sys.executable, "-S", "-E", os.path.join(CHILDREN, "lone_bot.py"), str(port)]
    source = os.path.join(CHILDREN, "lone_bot.c")
    with open(source, "rb") as file:
        made_of = hashlib.sha256(file.read()).hexdigest()[:16]
    program = os.path.join(tempfile.gettempdir(), f"lone_bot-{os.getuid()}-{made_of}")
    if not os.path.exists(program):
        fresh = f"{program}.{os.getpid()}"
        subprocess.run([compiler, "-O1", "-o", fresh, source], check=True)
        os.replace(fresh, program)
    return [program, str(port)]


def ports(first: int) -> Iterator[int]:
    """Yield free ports, from a place that is another for each ``first``."""
    for number in range(len(_NOT_EPHEMERAL)):
        port = _NOT_EPHEMERAL[(first * 331 + number) % len(_NOT_EPHEMERAL)]
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


class LoneBot:
    """One bot's folder."""

    def __init__(self, folder: str, port: int) -> None:
        """Nothing is started."""
        self.folder = folder
        self.port = port
        os.makedirs(folder, exist_ok=True)

    def mode(self, words: str) -> None:
        """Tell the bot how to behave."""
        beside = os.path.join(self.folder, "mode.new")
        with open(beside, "w", encoding="ascii") as file:
            file.write(words)
        os.replace(beside, os.path.join(self.folder, "mode"))

    def evidence(self) -> list[tuple[str, str, int]]:
        """Every note: a word, which copy (``PID.START``), and when (milliseconds of the steady clock)."""
        try:
            with open(os.path.join(self.folder, "evidence"), encoding="ascii") as file:
                return [(word, copy, int(when)) for word, copy, when in (line.split() for line in file)]
        except FileNotFoundError:
            return []

    def begun(self) -> list[str]:
        """Every copy that ever began, in order."""
        return [copy for word, copy, _ in self.evidence() if word == "begin"]

    def doubled(self) -> list[str]:
        """The copies that found another one alive."""
        return [copy for word, copy, _ in self.evidence() if word == "doubled"]

    def living(self) -> list[str]:
        """The copies that live."""
        return [copy for copy in self.begun() if process_lives(int(copy.partition(".")[0]), self.folder)]

    def lines_told(self) -> dict[str, int]:
        """How many lines each copy has printed, by its own count."""
        told = {}
        for name in os.listdir(self.folder):
            if name.startswith("lines."):
                with open(os.path.join(self.folder, name), "rb") as file:
                    told[name.removeprefix("lines.")] = int.from_bytes(file.read(8), "little")
        return told

    def lines_missing(self, logs: Iterable[str]) -> list[str]:
        """Compare what every copy printed with what its logs (oldest first) hold: each line once, in order."""
        found: Counter[str] = Counter()
        wrong = []
        for path in logs:
            with _opened(path) as file:
                for line in file:
                    words = line.split()
                    if len(words) < 4 or words[0] != b"line" or not line.endswith(b"\n"):
                        wrong.append(f"torn: {line!r}")
                        continue
                    copy, number = words[1].decode(), int(words[2])
                    if number != found[copy] + 1:
                        wrong.append(f"after line {found[copy]} of {copy} comes {number}")
                    found[copy] = number
        for copy, count in self.lines_told().items():
            # killed between printing and counting: one more than counted
            if found[copy] not in (count, count + 1):
                wrong.append(f"{copy} printed {count} lines, its log holds {found[copy]}")
        return wrong


def _opened(path: str) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb"))


def process_lives(pid: int, folder: str | None = None) -> bool:
    """Whether a process lives, is no zombie, and works in ``folder``."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            if file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X"):
                return False
        return folder is None or os.readlink(f"/proc/{pid}/cwd") == os.path.realpath(folder)
    except OSError:
        return False


def bearers(value: str) -> list[int]:
    """Return the living processes that bear the mark with this value: some milliseconds."""
    wanted = b"\0" + f"{MARK}={value}".encode() + b"\0"
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    carries = wanted in b"\0" + file.read()
            except OSError:
                continue
            if carries and process_lives(int(name)):
                found.append(int(name))
    return found


def end_bearers(value: str) -> None:
    """End everything that bears the mark, until nothing does."""
    while found := bearers(value):
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
