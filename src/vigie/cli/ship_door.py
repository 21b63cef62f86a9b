"""What shipping may ask of the bots: through a running monitor where there is one, by ourselves otherwise.

Only what an ordinary ship needs is imported at once: a bot that stays online is asked, and nothing more.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from vigie.probes import probe_for
from vigie.probes.drive import ask_all
from vigie.records.ledger import read_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vigie.cli.main import Context
    from vigie.messages import Phrase
    from vigie.probes.conversation import Answer
    from vigie.settings import Bot
    from vigie.ship.proof.proof import Sample

WORDS = 15
"""Lines of a bot's own output that are shown when its new code has failed."""

LOOKED_AT = 200
"""Lines in which the traceback that belongs to them is looked for."""

RELEASES_PAUSE = 0.2
"""Seconds before what could not be noted at once is tried again."""

NOBODY = ("refused", "not-running")
"""Answers that no second look makes better: nothing listens, no process lives."""

END = 1 << 62
"""A position behind every log."""

Known = tuple[int, int, str]
"""A process for ever: its number, its start, its boot."""


class ShipDoor:
    """One or several bots, as ``ship`` sees them (``ship.request.BotDoor``)."""

    def __init__(self, context: Context) -> None:
        """Nothing is asked yet."""
        self._context = context
        self._private = os.path.join(context.project.root, ".vigie")
        self._had_way_out: bool | None = None
        self._seen: dict[str, Known] = {}
        """The process last seen of each bot: it is recognised even if its record is gone."""
        self._log_from: dict[str, int] = {}
        """Where in its log each bot's part begins since we last restarted it."""
        self._unwell: set[str] = set()
        """Bots that were not well when they were last looked at."""

    def is_online(self) -> bool:
        """Probe every bot, and confirm a bad answer before believing it."""
        if self._had_way_out is None:
            self._had_way_out = _way_out()
        specs = [bot.spec for bot in self._context.bots]
        tries = max(spec.confirm_failures for spec in specs)
        for attempt in range(tries):
            answers = self._ask([self._living(bot) for bot in self._context.bots])
            if all(answer.well for answer in answers):
                return True
            # nobody is there at all: asking again would only keep a person waiting
            if attempt + 1 == tries or all(answer.reason in NOBODY for answer in answers if not answer.well):
                return False
            time.sleep(max(spec.confirm_interval for spec in specs))
        return False

    def restart(self) -> bool:
        """Restart every bot, through the monitor where there is one; True when all are online at the end.

        Raises ``Problem`` when one could not be restarted, or did not come back.
        """
        from vigie.cli.journal import logged
        from vigie.core.facts import Verb
        from vigie.runtime.operate import operate
        from vigie.runtime.revision import commit_in

        context = self._context
        root, output = context.project.root, context.output
        self._note_logs()
        result = operate(
            root,
            context.bots,
            len(context.project.bots),
            Verb.RESTART,
            output.line,
            logged(root, output, output.line),
            release=commit_in(root),
        )
        if result.problem is not None:
            raise result.problem
        return all(bot.get("online") is True for bot in result.bots)

    def sample(self) -> tuple[Sample, ...]:
        """Look once, now, at every bot: its answer, and which process gives it."""
        from vigie.messages import Phrase
        from vigie.ship.proof.proof import Sample

        bots = self._context.bots
        before = [self._living(bot) for bot in bots]
        answers = self._ask(before)
        samples = []
        for bot, known, answer in zip(bots, before, answers, strict=True):
            # looked at again: it may have gone, or come, while it was being asked
            ledger = self._ledger(bot)
            now = self._living(bot, ledger)
            well = answer.well
            if well and now != known:
                well = None  # whose answer it was cannot be told
            why = None if answer.well else Phrase(f"probe.{answer.reason}", **answer.values)
            reason = None if answer.well else answer.reason
            name = bot.spec.name
            samples.append(Sample(well, now, _restarts(ledger), _commit(ledger, now), reason, why, name))
            (self._unwell.discard if well else self._unwell.add)(name)
        return tuple(samples)

    def running_commit(self) -> str | None:
        """Return the commit that the running copies were launched from; None when unknown or not the same."""
        commits = set()
        for bot in self._context.bots:
            ledger = self._ledger(bot)
            commits.add(_commit(ledger, self._living(bot, ledger)))
        return commits.pop() if len(commits) == 1 else None

    def identities(self) -> tuple[object, ...]:
        """Return, for each bot, which process it is, for ever; None for one that is not known to live."""
        return tuple(self._living(bot) for bot in self._context.bots)

    def has_way_out(self) -> bool:
        """Whether the machine reaches other networks.

        True also when that cannot be told, and where there was no way out when the bots were first asked: what
        has been so all along explains nothing.
        """
        return _way_out() or self._had_way_out is False

    def last_words(self) -> tuple[str, ...]:
        """Return the last lines that the bots printed, of those that failed if any did, fit to be shown.

        Where the last traceback begins before them, the lines that tell its end and its place in the code are
        kept. Values of the project's ``.env`` are hidden.
        """
        bots = [bot for bot in self._context.bots if bot.spec.name in self._unwell] or self._context.bots
        lines: list[str] = []
        for bot in bots:
            words = self._words_of(bot)
            if words and len(bots) > 1:
                lines.append(f"[{bot.spec.name}]")
            lines += words
        return tuple(lines)

    def last_proven(self) -> str | None:
        """Return the commit that was proven last, None when there is none or the bots have different ones."""
        from vigie.records.releases import Releases

        releases = Releases(self._private)
        proven = {releases.last_proven(bot.spec.name) for bot in self._context.bots}
        return proven.pop() if len(proven) == 1 else None

    def parked(self) -> bool:
        """Whether an earlier version runs beside the folder, until the person's next commit."""
        if not os.path.exists(os.path.join(self._private, "parked.json")):
            return False  # without importing what could tell more
        from vigie.runtime.parking import current_parking
        from vigie.runtime.place import Place

        return current_parking(Place(self._context.project.root)) is not None

    def park(self, bad: str, good: str, folder: str) -> Phrase | None:
        """Let every launch use ``folder`` while ``bad`` lies in the project; why not, where that cannot be.

        Raises ``Failure`` when that cannot be written down.
        """
        from vigie.runtime.parking import park
        from vigie.runtime.place import Place

        specs = [bot.spec for bot in self._context.bots]
        return park(Place(self._context.project.root), specs, bad, good, folder, time.time())

    def clear_parked(self) -> tuple[str, ...]:
        """Remove versions that ran beside the folder and no longer do; return what was kept for its data."""
        if not os.path.exists(os.path.join(self._private, "parked")):
            return ()
        from vigie.runtime.parking import sweep
        from vigie.runtime.place import Place

        return tuple(sweep(Place(self._context.project.root)))

    def remember(self, what: str, commit: str, tree: str) -> None:
        """Note of every bot what became of a version: ``proven``, ``failed``, ``rolled-back`` or ``parked``."""
        from vigie.core.reasons import Reason
        from vigie.records.releases import Releases

        releases, wall = Releases(self._private), time.time()
        for bot in self._context.bots:
            name = bot.spec.name
            if what == "proven":
                # it was watched since it came online: what it has been healthy so far is not lost with the next copy
                releases.unwell(name, wall, 0.0, False)
                releases.online(name, wall)
                releases.proven(name, commit, tree or None, wall)
            elif what == "failed":
                releases.failed(name, commit, tree or None, wall, Reason.TRIAL_FAILED.value)
            elif what == "rolled-back":
                releases.rolled_back(name, commit, tree or None, wall)
            else:
                releases.parked(name, commit, tree or None, wall)
        if releases.waiting:
            # somebody else had the database for a moment
            time.sleep(RELEASES_PAUSE)
            releases.write()

    def _words_of(self, bot: Bot) -> list[str]:
        from vigie.problems import Problem
        from vigie.records.bot_log import EVER, last_lines
        from vigie.records.plain_text import printable
        from vigie.runtime.place import Place
        from vigie.ship.display import masked
        from vigie.ship.proof.masking import masked_values

        place, name = Place(self._context.project.root), bot.spec.name
        try:
            since = self._log_from.get(name, EVER)
            found = last_lines(place.bot_log(name), LOOKED_AT, since, place.log_note(name))
        except Problem:
            return []  # what cannot be read explains nothing
        hidden = tuple(bot.environment.values())
        lines = [printable(masked(masked_values(line, hidden))).rstrip() for line in found]
        return shortened([line for line in lines if line], WORDS)

    def _note_logs(self) -> None:
        """Note how long the logs are, so that nothing printed earlier is taken for the new copy's words."""
        from vigie.problems import Problem
        from vigie.records.bot_log import line_begin
        from vigie.runtime.place import Place

        place = Place(self._context.project.root)
        for bot in self._context.bots:
            name = bot.spec.name
            try:
                self._log_from[name] = line_begin(place.bot_log(name), END, place.log_note(name))
            except Problem:
                continue

    def _ask(self, known: list[Known | None]) -> list[Answer]:
        bots = self._context.bots
        conversations = [
            probe_for(bot.spec, None if who is None else who[0], environment=bot.environment)
            for bot, who in zip(bots, known, strict=True)
        ]
        return ask_all(conversations, [bot.spec.check_timeout for bot in bots])

    def _ledger(self, bot: Bot) -> Mapping[str, object] | None:
        return read_ledger(self._private, bot.spec.name)

    def _living(self, bot: Bot, ledger: Mapping[str, object] | None = None) -> Known | None:
        """Return the noted process if that very one still lives: number, start and boot must all agree."""
        ledger = self._ledger(bot) if ledger is None else ledger
        name = bot.spec.name
        known = self._seen.get(name) if ledger is None else _noted(ledger)
        if known is None or not _lives(known):
            return None
        self._seen[name] = known
        return known


def shortened(lines: list[str], most: int) -> list[str]:
    """Return the last ``most`` lines; where a traceback began before them, its frames go before all else."""
    if len(lines) <= most:
        return lines
    frames = [
        number
        for number, line in enumerate(lines)
        if line.lstrip(" |").startswith('File "') and '", line ' in line
    ]
    if not frames or frames[-1] >= len(lines) - most:
        return lines[-most:]
    # the innermost frames with their source, and how it ended
    begin = max(0, frames[-1] - most // 2)
    return lines[begin : begin + most]


def _noted(ledger: Mapping[str, object]) -> Known | None:
    recorded = ledger.get("identity")
    if not isinstance(recorded, list) or len(recorded) != 3:
        return None
    pid, started, boot = recorded
    if not isinstance(pid, int) or not isinstance(started, int) or not isinstance(boot, str):
        return None
    return pid, started, boot


def _lives(known: Known) -> bool:
    from vigie.engines.base import Identity
    from vigie.engines.liveness import lives

    return lives(Identity(*known))


def _restarts(ledger: Mapping[str, object] | None) -> int:
    tally = None if ledger is None else ledger.get("tally")
    count = tally.get("restart_count") if isinstance(tally, dict) else None
    return count if isinstance(count, int) else 0


def _commit(ledger: Mapping[str, object] | None, known: Known | None) -> str | None:
    commit = None if ledger is None or known is None else ledger.get("commit")
    return commit if isinstance(commit, str) else None


def _way_out() -> bool:
    from vigie.runtime.sensors.way_out import way_out

    return way_out() != ""
