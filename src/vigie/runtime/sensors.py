"""Looks at what no probe tells: the memory of the whole tree, and whether the code on disk has changed."""

from __future__ import annotations

import os

from vigie.core.facts import CodeChanged, MemoryExceeded
from vigie.core.states import ONLINE
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.revision import code_files
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch

MEMORY_EVERY = 10.0
"""Seconds between two looks at a bot's memory; a look costs well under a millisecond a process."""

CODE_EVERY = 2.0
"""Seconds between two looks at the code; a change counts once two looks in a row see the same."""

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
        limit, pid = self._watch.spec.max_memory, self._watch.status.life.pid
        if limit is not None and pid is not None and self._watch.word == ONLINE:
            used = tree_memory(pid)
            if used is not None and used > limit:
                self._watch.feed(MemoryExceeded(used))
        self._timer = self._reactor.call_at(self._reactor.now() + MEMORY_EVERY, self._look)


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


class CodeSensor:
    """Tells the core when the bot's code has changed, has been quiet since, and compiles."""

    def __init__(self, watch: Watch, reactor: Reactor, voice: Voice) -> None:
        """Remember the code as it is now, and begin to look."""
        self._watch = watch
        self._reactor = reactor
        self._voice = voice
        self._running = dict(code_files(watch.spec.directory))
        self._seen = self._running
        self._timer: Timer = reactor.call_at(reactor.now() + CODE_EVERY, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        now = dict(code_files(self._watch.spec.directory))
        quiet, self._seen = now == self._seen, now
        if quiet and now != self._running and not being_checked_out(self._watch.spec.directory):
            changed = [path for path, when in now.items() if self._running.get(path) != when]
            self._running = now
            self._judge(changed)
        self._timer = self._reactor.call_at(self._reactor.now() + CODE_EVERY, self._look)

    def _judge(self, changed: list[str]) -> None:
        for path in sorted(changed):
            fault = syntax_fault(path)
            if fault is not None:
                line, what = fault
                shown = os.path.relpath(path, self._watch.spec.directory)
                values = {"bot": self._watch.name, "file": shown, "line": line, "what": what}
                self._voice("ERROR", "runtime.code-broken", values)
                return
        self._watch.feed(CodeChanged())


def syntax_fault(path: str) -> tuple[int, str] | None:
    """Return the line and the complaint when a Python file does not compile, else None."""
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 0, error.msg
    except ValueError as error:  # null bytes
        return 0, str(error)
    except OSError:
        return None  # removed meanwhile
    return None


def being_checked_out(folder: str) -> bool:
    """Tell whether git, or a person with git, is in the middle of changing the files of ``folder``."""
    git = os.path.join(folder, ".git")
    return any(os.path.exists(os.path.join(git, sign)) for sign in CHECKOUT)
