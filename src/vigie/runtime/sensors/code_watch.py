"""Tells the core when a bot's code has changed, has been quiet since, and compiles."""

from __future__ import annotations

import os
from collections.abc import Callable

from vigie.core.facts import CodeChanged
from vigie.core.reasons import Reason
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.sensors.aside import Aside
from vigie.runtime.sensors.checkout import at_work
from vigie.runtime.sensors.code_content import Code, CodeContent, differences, untouched
from vigie.runtime.sensors.code_files import CodeFiles
from vigie.runtime.sensors.self_written import SelfWritten
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch
from vigie.ship.proof.syntax import Fault, first_fault

CODE_EVERY = 2.0
"""Seconds between two looks at the code; a change counts once two looks in a row see the same."""

SHARE = 50
"""All looks at all bots' code together may take at most one part in so many of our time."""

RAREST = 60.0
"""Seconds between two looks at most, however large the tree."""

PATIENCE = 60.0
"""Seconds after which a person is told that a change waits for git."""


class CodeWatch:
    """Watches one bot's code, beside the loop.

    Looks only while it matters: all the time where a change shall restart the bot, otherwise only once the
    quick tries have been given up, because new code may be the cure.
    """

    def __init__(
        self, watch: Watch, reactor: Reactor, voice: Voice, aside: Aside, bots: Callable[[], int] = lambda: 1
    ) -> None:
        """Begin to look as soon as it matters; ``bots`` tells how many share the time for looking."""
        self._watch = watch
        self._reactor = reactor
        self._voice = voice
        self._aside = aside
        self._bots = bots
        self._content = _content(watch)
        self._running: Code | None = None
        """The code as the bot runs it; None until the first look."""
        self._seen: Code = {}
        self._judged: Code | None = None
        """The code that was last found fit or unfit: it is not judged twice."""
        self._launched_at: float | None = None
        """Steady time of a launch that no look has followed yet."""
        self._waiting_since: float | None = None
        self._took = 0.0
        """Seconds that the last look took."""
        self._self_written = SelfWritten()
        self._round = 0
        """Each beginning and end makes what is still being done aside void."""
        self._looking = False
        self._timer: Timer | None = None
        watch.listeners.append(self._hear)
        self._begin_or_end()

    def stop(self) -> None:
        """Look no more."""
        if self._hear in self._watch.listeners:
            self._watch.listeners.remove(self._hear)
        self._end()

    def _hear(self, watch: Watch, change: Change) -> None:
        if watch.started is not None and change.before.life.pid != change.after.life.pid is not None:
            self._launched_at = self._reactor.now()
        self._begin_or_end()

    def _matters(self) -> bool:
        watch = self._watch
        return watch.spec.on_change == "restart" or watch.status.tally.waiting is Reason.GAVE_UP

    def _begin_or_end(self) -> None:
        if not self._matters():
            self._end()
        elif not self._looking:
            self._looking = True
            self._running, self._judged, self._launched_at = None, None, None
            self._look()

    def _end(self) -> None:
        self._looking = False
        self._round += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        spec, this = self._watch.spec, self._round
        if self._content.files.directory != os.path.abspath(spec.directory) or (
            self._content.files.command != spec.command
        ):
            self._content, self._running = _content(self._watch), None
        content, clock = self._content, self._reactor.clock
        began, wall = clock.steady(), clock.wall()

        def look() -> tuple[Code | None, str | None, float]:
            code, sign = content.look(wall), at_work(spec.directory, wall)
            return code, sign, clock.steady() - began

        def then(found: tuple[Code | None, str | None, float] | None) -> None:
            if this == self._round:
                code, sign, took = found or (None, None, 0.0)
                # the dearer of two looks asked git or read everything: that is no measure of the next
                usual, self._took = min(took, self._took), took
                wait = max(CODE_EVERY, min(usual * SHARE * self._bots(), RAREST))
                self._timer = self._reactor.call_at(self._reactor.now() + wait, self._look)
                if code is not None:
                    self._compare(code, sign, began)

        self._aside.do(look, then)

    def _compare(self, now: Code, sign: str | None, began: float) -> None:
        before, self._seen = self._seen, now
        if self._running is None:
            self._running = self._at_first(now, self._reactor.clock.wall())
        elif self._launched_at is not None:
            if began < self._launched_at:
                return  # this was seen before the launch: the next look tells what runs
            self._running = self._launched_with(before, now)
            self._launched_at = None
        changed = differences(self._running, now)
        if not changed:
            self._judged = self._waiting_since = None
        elif untouched(before, now) and (self._judged is None or differences(self._judged, now)):
            if sign is None:
                self._waiting_since = None
                self._judge(changed, now)
            else:
                self._wait_for_git(sign)

    def _at_first(self, now: Code, wall: float) -> Code:
        """Return what runs when nobody has looked so far: a change that nobody was there to see still counts.

        Only the date of writing is believed here, as no content is known to compare with, and only a date that
        has come: one in the future (another clock's, another time zone's) says nothing.
        """
        self._launched_at = None
        started = self._watch.started
        if self._watch.spec.on_change != "restart" or started is None:
            return now
        return {path: mark for path, mark in now.items() if not started < mark.written <= wall}

    def _launched_with(self, before: Code, now: Code) -> Code:
        """Return the code that a copy launched since the last look runs: what has not changed after it."""
        started = self._watch.started or 0.0
        return {
            path: mark
            for path, mark in now.items()
            if mark.changed <= started or (path in before and before[path].content == mark.content)
        }

    def _wait_for_git(self, sign: str) -> None:
        now = self._reactor.now()
        if self._waiting_since is None:
            self._waiting_since = now
        elif self._waiting_since + PATIENCE <= now:
            self._waiting_since = float("inf")  # told once
            self._voice("INFO", "runtime.code-waits", {"bot": self._watch.name, "sign": sign})

    def _judge(self, changed: list[str], now: Code) -> None:
        self._judged = now
        spec, this = self._watch.spec, self._round
        missing = next((path for path in changed if path not in now and self._is_named(path)), None)
        if missing is not None:
            self._voice(
                "ERROR", "runtime.code-missing", {"bot": self._watch.name, "file": self._shown(missing)}
            )
            return

        def then(found: list[Fault | None] | None) -> None:
            if this != self._round:
                return
            if found is None or self._launched_at is not None:
                self._judged = None  # nobody could tell, or something else runs by now: judge anew
            elif found[0] is not None:
                path, line, what = found[0]
                values = {"bot": self._watch.name, "file": self._shown(path), "line": line, "what": what}
                self._voice("ERROR", "runtime.code-broken", values)
            else:
                self._tell(changed, now)

        self._aside.do(lambda: [first_fault(changed, spec.command, spec.directory)], then)

    def _tell(self, changed: list[str], now: Code) -> None:
        started = self._watch.started or 0.0
        ages = {path: now[path].changed - started if path in now else -1.0 for path in changed}
        if self._self_written.by_the_bot(ages):
            self._running = now
            self._voice(
                "WARNING",
                "runtime.code-self-written",
                {"bot": self._watch.name, "file": self._shown(changed[0])},
            )
        else:
            self._watch.feed(CodeChanged())

    def _is_named(self, path: str) -> bool:
        directory = self._content.files.directory
        return any(
            os.path.normpath(os.path.join(directory, word)) == path for word in self._watch.spec.command
        )

    def _shown(self, path: str) -> str:
        return os.path.relpath(path, self._content.files.directory)


def _content(watch: Watch) -> CodeContent:
    return CodeContent(CodeFiles(watch.spec.directory, watch.spec.command))
