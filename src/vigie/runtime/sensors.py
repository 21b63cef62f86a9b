"""Looks at what no probe tells: the memory of the whole tree, and whether the code on disk has changed."""

from __future__ import annotations

import os

from vigie.core.facts import CodeChanged, MemoryExceeded
from vigie.core.reasons import Reason
from vigie.core.states import ONLINE
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.revision import code_files
from vigie.runtime.syntax import fault_for_the_bot
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

MEMORY_EVERY = 10.0
"""Seconds between two looks at a bot's memory; a look costs well under a millisecond a process."""

CODE_EVERY = 2.0
"""Seconds between two looks at the code; a change counts once two looks in a row see the same."""

SHARE = 50
"""A look at a very large tree may take at most one part in so many of our time."""

CHECKOUT = ("index.lock", "MERGE_HEAD", "rebase-merge", "rebase-apply")
"""Signs in a .git folder that somebody is in the middle of changing the files."""


class MemorySensor:
    """Tells the core when a bot's tree uses more than ``max_memory`` bytes."""

    def __init__(self, watch: Watch, reactor: Reactor) -> None:
        """Begin to look."""
        self._watch = watch
        self._reactor = reactor
        self._timer: Timer = reactor.call_at(reactor.now() + MEMORY_EVERY, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        self._timer = self._reactor.call_at(self._reactor.now() + MEMORY_EVERY, self._look)
        limit, pid = self._watch.spec.max_memory, self._watch.status.life.pid
        if limit is not None and pid is not None and self._watch.word == ONLINE:
            used = tree_memory(pid)
            if used is not None and used > limit:
                self._watch.feed(MemoryExceeded(used))


def tree_memory(pid: int) -> int | None:
    """Return the bytes that a process and all its descendants keep in memory, or None when it is gone."""
    import psutil

    try:
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
    except psutil.Error:
        return None
    used = 0
    for one in tree:
        try:
            used += one.memory_info().rss
        except psutil.Error:
            continue
    return used


Code = dict[str, float]
"""Each code file with the calendar time of its last change."""


class CodeSensor:
    """Tells the core when the bot's code has changed, has been quiet since, and compiles.

    Looks only while it matters: all the time where a change shall restart the bot, otherwise only once the
    quick tries have been given up, because new code may be the cure.
    """

    def __init__(self, watch: Watch, reactor: Reactor, voice: Voice) -> None:
        """Begin to look as soon as it matters."""
        self._watch = watch
        self._reactor = reactor
        self._voice = voice
        self._running: Code = {}
        """The code as the bot runs it."""
        self._seen: Code = {}
        self._launched_since = False
        self._timer: Timer | None = None
        watch.listeners.append(self._hear)
        self._begin_or_end()

    def stop(self) -> None:
        """Look no more."""
        if self._hear in self._watch.listeners:
            self._watch.listeners.remove(self._hear)
        self._end()

    def _hear(self, watch: Watch, change: Change) -> None:
        if watch.started is not None and change.before.life.pid != change.after.life.pid:
            self._launched_since = True
        self._begin_or_end()

    def _matters(self) -> bool:
        watch = self._watch
        return watch.spec.on_change == "restart" or watch.status.tally.waiting is Reason.GAVE_UP

    def _begin_or_end(self) -> None:
        if not self._matters():
            self._end()
        elif self._timer is None:
            self._running = self._seen = dict(code_files(self._watch.spec.directory))
            self._launched_since = False
            self._timer = self._reactor.call_at(self._reactor.now() + CODE_EVERY, self._look)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        began = self._reactor.now()
        now = dict(code_files(self._watch.spec.directory))
        took = self._reactor.now() - began
        self._timer = self._reactor.call_at(began + max(CODE_EVERY, took * SHARE), self._look)
        if self._launched_since:
            self._launched_since = False
            self._running = self._launched_with(now)
        quiet, self._seen = now == self._seen, now
        if quiet and now != self._running and not being_checked_out(self._watch.spec.directory):
            changed = [path for path, when in now.items() if self._running.get(path) != when]
            self._running = now
            self._judge(changed)

    def _launched_with(self, now: Code) -> Code:
        """Return the code that a copy launched since the last look runs: what has not changed after it."""
        started = self._watch.started or 0.0
        return {path: when for path, when in now.items() if when <= started or self._seen.get(path) == when}

    def _judge(self, changed: list[str]) -> None:
        for path in sorted(changed):
            fault = fault_for_the_bot(path, self._watch.spec.command)
            if fault is not None:
                line, what = fault
                shown = os.path.relpath(path, self._watch.spec.directory)
                values = {"bot": self._watch.name, "file": shown, "line": line, "what": what}
                self._voice("ERROR", "runtime.code-broken", values)
                return
        self._watch.feed(CodeChanged())


def being_checked_out(folder: str) -> bool:
    """Tell whether git, or a person with git, is in the middle of changing the files of ``folder``."""
    git = os.path.join(folder, ".git")
    return any(os.path.exists(os.path.join(git, sign)) for sign in CHECKOUT)
