"""Before a monitor lets another program take its place: does that one start at all, with the settings as they are?

The very command that is to take over is run as a child, which reads the settings and loads all a monitor needs,
says so, and ends without having touched anything. What cannot do that is not given the bots. Nobody waits for it:
the bots are watched meanwhile, and a child that says nothing is ended after ``LIMIT``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from vigie.problems import Problem, Refusal, UsageProblem
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.reload.handover import FORMAT

LIMIT = 60.0
"""Seconds for a program that starts in a fifth of one: a loaded machine is no reason to refuse."""

LOOK_AGAIN = 0.02
"""Seconds between two looks whether a child that has said its last word has ended."""

MOST = 64 * 1024
"""Bytes kept of what the child says; its last words come last."""

VARIABLE = "VIGIE_REHEARSAL"

EVENT_READ = 1


def called_to() -> str | None:
    """Return the word to answer with when this program was started for a rehearsal, else None."""
    return os.environ.pop(VARIABLE, None)


def answer(word: str, root: str) -> None:
    """Load all that a monitor needs, and say that it could take over the bots of the folder ``root``."""
    from vigie import __version__
    from vigie.runtime.monitor import load_all_words

    load_all_words()
    ready = {"ready": word, "reads": [FORMAT], "root": root, "version": __version__}
    try:
        os.write(1, json.dumps(ready).encode() + b"\n")
    except BrokenPipeError:
        pass  # whoever asked has died meanwhile


class Rehearsal:
    """One child under way; ``on_end`` is called once, with None when it could take over, else with what is wrong."""

    def __init__(
        self,
        reactor: Reactor,
        command: Sequence[str],
        root: str,
        on_end: Callable[[Problem | None], None],
        limit: float = LIMIT,
    ) -> None:
        """Begin. Raises ``OSError`` when the program cannot even be started."""
        self._reactor = reactor
        self._root = root
        self._limit = limit
        self._on_end = on_end
        self._word = os.urandom(12).hex()
        self._said = b""
        self._child = subprocess.Popen(
            [*command, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, VARIABLE: self._word},
            start_new_session=True,  # a Ctrl-C is meant for us
        )
        assert self._child.stdout is not None  # noqa: S101  (asked for above)
        self._pipe = self._child.stdout
        if sys.platform != "win32":  # pragma: no branch  (pipes there always block)
            os.set_blocking(self._pipe.fileno(), False)
        reactor.watch(self._pipe.fileno(), EVENT_READ, self._heard)
        self._deadline: Timer = reactor.call_at(reactor.now() + limit, self._too_late)
        self._look: Timer | None = None

    def drop(self) -> None:
        """End it without an answer."""
        self._end()

    def _heard(self) -> None:
        try:
            piece = os.read(self._pipe.fileno(), MOST)
        except BlockingIOError:
            return
        self._said = (self._said + piece)[-MOST:]
        if not piece:
            self._reactor.unwatch(self._pipe.fileno())
            self._reap()

    def _reap(self) -> None:
        if self._child.poll() is None:
            self._look = self._reactor.call_at(self._reactor.now() + LOOK_AGAIN, self._reap)
            return
        self._tell(self._judged())

    def _too_late(self) -> None:
        self._tell(Refusal("runtime.reload-too-slow", seconds=round(self._limit)))

    def _tell(self, problem: Problem | None) -> None:
        self._end()
        self._on_end(problem)

    def _end(self) -> None:
        self._deadline.cancel()
        if self._look is not None:
            self._look.cancel()
        if not self._pipe.closed:
            self._reactor.unwatch(self._pipe.fileno())
            self._pipe.close()
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()  # killed and in no system call of ours: at once

    def _judged(self) -> Problem | None:
        last = ""
        for line in self._said.decode(errors="replace").splitlines():
            last = line.strip() or last
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) and found.get("ready") == self._word:
                return self._fitting(found)
            error = found.get("error") if isinstance(found, dict) else None
            if isinstance(error, dict):
                key = (
                    "settings-refused" if self._child.returncode == UsageProblem.exit_code else "cannot-start"
                )
                kind = UsageProblem if key == "settings-refused" else Refusal
                return kind(f"runtime.reload-{key}", what=_shortened(str(error.get("message"))))
        return Refusal("runtime.reload-cannot-start", what=_shortened(last) or self._child.returncode)

    def _fitting(self, ready: dict[str, object]) -> Problem | None:
        formats = ready.get("reads")
        if not isinstance(formats, list) or FORMAT not in formats:
            return Refusal("runtime.reload-other-format", version=str(ready.get("version")))
        if ready.get("root") != self._root:
            return Refusal("runtime.reload-other-project", found=str(ready.get("root")), expected=self._root)
        return None


def _shortened(text: str, limit: int = 300) -> str:
    from vigie.records.plain_text import printable

    return printable(text[:limit])
