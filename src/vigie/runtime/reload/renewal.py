"""New settings for a crew at work: nobody is touched whose settings did not change.

What a process was launched with (command, folder, ``.env``) can only be changed by a restart, and is. All else
(intervals, limits, sizes of logs) is ours, and holds from now on without the process hearing of it. A bot that
the settings do not name any more is stopped politely; one under a new name is another bot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from vigie.core.facts import SettingsChanged
from vigie.core.states import Phase
from vigie.runtime.crew import Crew
from vigie.runtime.reload.succession import changed_at_launch
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Watch
from vigie.settings import Bot


class Renewal(NamedTuple):
    """What became of each bot, by name; for those that changed: which settings."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    restarted: dict[str, tuple[str, ...]]
    adjusted: dict[str, tuple[str, ...]]
    unchanged: tuple[str, ...]

    def as_plain(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "restarted": {name: list(what) for name, what in self.restarted.items()},
            "adjusted": {name: list(what) for name, what in self.adjusted.items()},
            "unchanged": list(self.unchanged),
        }

    def tell(self, voice: Voice) -> None:
        """Say it, a line for each bot that is not as before."""
        for name in self.added:
            voice("MONITOR", "runtime.reload-added", {"bot": name})
        for name in self.removed:
            voice("MONITOR", "runtime.reload-removed", {"bot": name})
        for key, changed in (("restarted", self.restarted), ("adjusted", self.adjusted)):
            for name, what in changed.items():
                voice("MONITOR", f"runtime.reload-{key}", {"bot": name, "what": ", ".join(what)})


def renew(
    crew: Crew,
    bots: Sequence[Bot],
    welcome: Callable[[Sequence[Bot]], None],
    everyone: int | None = None,
) -> Renewal:
    """Have ``crew`` go by ``bots``; ``welcome`` is given those that it is to watch and start anew.

    ``everyone``: how many the settings name, where ``bots`` are not all of them.
    """
    wanted = {bot.spec.name: bot for bot in bots}
    removed = []
    crew.recount(len(wanted) if everyone is None else everyone)
    for watch in tuple(crew.watches):
        if watch.name not in wanted and watch.name not in crew.leaving:
            removed.append(watch.name)
            crew.let_leave(watch)
    restarted: dict[str, tuple[str, ...]] = {}
    adjusted: dict[str, tuple[str, ...]] = {}
    unchanged = []
    fresh: list[Bot] = []
    known = {watch.name: watch for watch in crew.watches}
    for name, bot in wanted.items():
        if name not in known or name in crew.leaving:
            fresh.append(bot)
            continue
        changed, replace = _renewed(known[name], bot)
        if replace:
            restarted[name] = changed
        elif changed:
            adjusted[name] = changed
        else:
            unchanged.append(name)
    welcome(fresh)
    return Renewal(
        tuple(bot.spec.name for bot in fresh), tuple(removed), restarted, adjusted, tuple(unchanged)
    )


def in_the_way(bot: Bot, leaving: Sequence[Watch]) -> bool:
    """Tell whether a bot that goes would be taken for this one that comes, or holds its port: a renamed one."""
    return any(
        watch.name == bot.spec.name
        or (watch.spec.command, watch.spec.directory) == (bot.spec.command, bot.spec.directory)
        or ("://" in bot.spec.health_url and watch.spec.health_url == bot.spec.health_url)
        for watch in leaving
    )


def _renewed(watch: Watch, bot: Bot) -> tuple[tuple[str, ...], bool]:
    """Give one bot its new settings; return the names of those that changed, and whether it is replaced."""
    before = watch.spec._asdict()
    changed = [name for name, value in bot.spec._asdict().items() if before.get(name) != value]
    if dict(watch.environment) != dict(bot.environment):
        changed.append(".env")
    at_launch = changed_at_launch(watch, bot)
    watch.renew(bot)
    if not changed and not at_launch:
        return (), False
    replace = bool(at_launch)
    watch.feed(SettingsChanged(replace=replace))
    if "check_interval" in changed or "health_url" in changed:
        watch.ask_now()  # the next question was planned by the old interval
    # a bot that may not be restarted today goes on as it is, and so does one that is going anyway
    goes = watch.status.life.phase is not Phase.ALIVE
    return tuple(at_launch if replace and goes else dict.fromkeys([*changed, *at_launch])), replace and goes
