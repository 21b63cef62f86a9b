"""``vigie logs`` as a person sees it: one bot or several, the last lines or on and on, since a moment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.stage import Stage
from tests.waiting import until
from vigie.messages import say
from vigie.records.hole import Means, means_of
from vigie.records.log_marks import note_mark

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals and SIGINT")

TWO = """
[bots.web]
health_url = "none"
[bots.worker-2]
health_url = "none"
"""


@pytest.fixture
def two(stage: Stage) -> Stage:
    """A project of two bots that printed and do not run."""
    (stage.folder / "vigie.toml").write_text(TWO)
    prints(stage, "web", "".join(f"page {number}\n" for number in range(100)).encode())
    prints(stage, "worker-2", "tâche\r\n".encode() * 3 + b"half a li")
    return stage


def log_of(stage: Stage, name: str = "bot") -> Path:
    """Where this bot's output goes."""
    return stage.folder / "logs" / f"{name}.log"


def prints(stage: Stage, name: str, data: bytes) -> None:
    """Append, as the bot does."""
    log_of(stage, name).parent.mkdir(exist_ok=True)
    with log_of(stage, name).open("ab") as log:
        log.write(data)


class Following:
    """``vigie logs -f`` at work, and what it has shown so far."""

    def __init__(self, stage: Stage, *words: str) -> None:
        self.shown = b""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", "en", "logs", "-f", *words],
            cwd=stage.folder,
            env=stage.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def leave(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(20)

    def _read(self) -> None:
        assert self._process.stdout is not None
        while data := os.read(self._process.stdout.fileno(), 65_536):
            self.shown += data


def test_the_last_lines_of_one_bot_come_as_they_are(two: Stage) -> None:
    """50 unless told otherwise, no prefix, and the line end that the last one lacks."""
    assert two.vigie("logs", "web").out == "".join(f"page {number}\n" for number in range(50, 100))
    assert two.vigie("logs", "worker-2", "-n", "1").out == "half a li\n"
    assert two.vigie("logs", "web", "-n", "0").out == ""


def test_each_line_of_several_bots_bears_a_name(two: Stage) -> None:
    """Aligned, without colour where nobody could see it."""
    done = two.vigie("logs", "-n", "2")
    assert done.out.splitlines() == [
        "web      | page 98",
        "web      | page 99",
        "worker-2 | tâche",
        "worker-2 | half a li",
    ]
    assert two.vigie("logs", "web", "worker-2", "-n", "2").out == done.out
    assert "\x1b" not in done.out


def test_one_json_object_whatever_is_asked(two: Stage) -> None:
    """Of one bot, of several; without an end there is none, which both languages say."""
    assert two.vigie("logs", "worker-2", "--json", "-n", "2").json == {
        "bot": "worker-2",
        "lines": ["tâche", "half a li"],
        "bots": [{"bot": "worker-2", "lines": ["tâche", "half a li"]}],
    }
    bots = two.vigie("logs", "--json").json["bots"]
    assert [(bot["bot"], len(bot["lines"])) for bot in bots] == [("web", 50), ("worker-2", 4)]
    for lang in ("fr", "en"):
        done = two.vigie("logs", "-f", "--json", lang=lang)
        assert done.code == 2
        assert done.json["error"]["code"] == "follow-json"
        assert done.json["error"]["message"] == say(lang, "logs.follow-json")


def test_a_bot_that_has_not_printed_is_no_error_beside_one_that_has(two: Stage) -> None:
    """Only when there is nothing at all, that is said."""
    log_of(two, "web").unlink()
    assert two.vigie("logs").code == 0
    log_of(two, "worker-2").unlink()
    done = two.vigie("logs")
    assert done.code == 1
    assert "web.log" in done.err
    assert two.vigie("logs", "--json").json["error"]["code"] == "nothing-yet"


@pytest.mark.parametrize(
    "words", [("-n", "x"), ("-n", "-1"), ("-n", "1" * 30), ("--since", "soon"), ("--since", "")]
)
def test_what_cannot_be_understood_is_wrong_usage(two: Stage, words: tuple[str, str]) -> None:
    """Exit 2, and an example."""
    done = two.vigie("logs", *words)
    assert done.code == 2
    assert "Traceback" not in done.err


def test_since_a_moment_begins_at_the_mark_before_it(two: Stage) -> None:
    """With the line in whose midst the mark stands; -n counts within; without marks, all that is kept."""
    marks = str(two.folder / ".vigie" / "web.log.marks")
    assert len(two.vigie("logs", "web", "--since", "1h").out.splitlines()) == 100
    now = time.time()
    size = log_of(two, "web").stat().st_size
    note_mark(marks, now - 7200, 0, 0)
    note_mark(marks, now - 3000, 0, size - 3)
    prints(two, "web", b"new 1\nnew 2\n")
    assert two.vigie("logs", "web", "--since", "30m").out == "page 99\nnew 1\nnew 2\n"
    assert two.vigie("logs", "web", "--since", "30m", "-n", "1").out == "new 2\n"
    assert two.vigie("logs", "web", "--since", "30m", "--json").json["lines"] == ["page 99", "new 1", "new 2"]
    assert len(two.vigie("logs", "web", "--since", "1h").out.splitlines()) == 102


@posix_only
def test_several_bots_are_followed_and_their_lines_never_mix(two: Stage) -> None:
    """A line still being written waits for its end."""
    with Following(two, "-n", "1") as following:
        until(lambda: b"page 99\n" in following.shown)
        prints(two, "web", b"first ha")
        prints(two, "worker-2", b"ne\nwhole\n")
        until(lambda: b"whole" in following.shown)
        prints(two, "web", b"lf\n")
        until(lambda: b"first half" in following.shown)
        assert following.leave() == 130
    assert following.shown.decode().splitlines() == [
        "web      | page 99",
        "worker-2 | half a line",
        "worker-2 | whole",
        "web      | first half",
    ]


@posix_only
@pytest.mark.parametrize("no_colour", [False, True])
def test_colours_only_for_a_terminal_that_wants_them(two: Stage, no_colour: bool) -> None:
    """Each bot has its own; never with NO_COLOR."""
    if sys.platform != "win32":
        import pty

        ours, theirs = pty.openpty()
        environment = {**two.environment, "TERM": "xterm", **({"NO_COLOR": "1"} if no_colour else {})}
        subprocess.run(
            [sys.executable, "-m", "vigie", "logs", "-n", "1"],
            cwd=two.folder,
            env=environment,
            stdout=theirs,
            check=True,
        )
        os.close(theirs)
        shown = os.read(ours, 65_536).decode()
        os.close(ours)
        colours = re.findall(r"\x1b\[(\d+)m(web|worker-2)", shown)
        assert ("\x1b" not in shown) if no_colour else (len({colour for colour, _ in colours}) == 2)
        assert "page 99" in shown


@posix_only
def test_a_reader_that_has_seen_enough_ends_it_quietly(two: Stage) -> None:
    """As in ``vigie logs | head -1``."""
    prints(two, "web", b"x" * 99 + b"\n" * 20_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", "logs", "web", "-n", "100000"],
        cwd=two.folder,
        env=two.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(20) == 0


FLOODS = """
import os
for number in range(60_000):
    os.write(1, b"%07d " % number + b"x" * 91 + b"\\n")
import time
time.sleep(600)
"""


@pytest.mark.slow
@posix_only
def test_a_monitored_flood_stays_small_and_is_followed_line_by_line(stage: Stage) -> None:
    """The whole way: bot, monitor, archives, follower; then the same from the files, at rest."""
    if means_of(str(stage.folder)) is Means.NOTHING:
        pytest.skip("no holes can be made in files here")
    (stage.folder / "vigie.toml").write_text(
        f'[bot]\ncommand = ["{sys.executable}", "flood.py"]\nhealth_url = "none"\n'
        'log_max_size = "1 MiB"\nlog_keep = 20\n'
    )
    (stage.folder / "flood.py").write_text(FLOODS)
    printed = b"".join(b"%07d " % number + b"x" * 91 + b"\n" for number in range(60_000))
    with Following(stage, "--since", "1d") as following:
        monitor = stage.monitor()
        try:
            until(lambda: len(following.shown) >= len(printed), 60)
            until(lambda: log_of(stage).stat().st_size <= (1 << 20) + 4096, 30)
        finally:
            stage.leave(monitor)
            stage.vigie("stop")
    # what it printed when it was asked to stop comes after
    assert following.shown.startswith(printed)
    assert stage.vigie("logs", "--since", "1d").out.encode().startswith(printed)
    assert len(list(log_of(stage).parent.glob("bot.log.*"))) >= 4
