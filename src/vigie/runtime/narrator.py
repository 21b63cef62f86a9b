"""Tells people what happens to a bot, in the order it happens: each change becomes at most a few lines."""

from __future__ import annotations

from vigie.core.facts import (
    Adopted,
    Asked,
    Exited,
    Launched,
    LaunchFailed,
    MemoryExceeded,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
)
from vigie.core.orders import AskToStop, KillTree, Launch, Order, Record, Tell
from vigie.core.reasons import Reason
from vigie.core.states import BACKOFF, ONLINE, STOPPED, UNRESPONSIVE, Phase, Verdict
from vigie.engines.base import LaunchError
from vigie.engines.resisting import who_resists
from vigie.engines.signal_names import signal_in_words
from vigie.messages import Phrase
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

LONG_START = 5.0
"""Seconds without a healthy answer after which a start says what it is waiting for."""

ROUTINE_EVERY = 5.0
"""Seconds at least between two pairs of lines that only say that all is well."""


TAGS = {
    Reason.TRIAL_PASSED: "OK",
    Reason.FINISHED: "INFO",
    Reason.NOT_RESTARTED: "WARNING",
    Reason.RESTART_WANTED: "INFO",
}
"""How a person is to take it, where it is no error."""


ROUTINE = ("check.begin", "check.running")
"""Lines that only say that all is well, for whoever looks on; not for a command that waits for something."""


class Narrator:
    """Speaks for every watch it listens to."""

    def __init__(self, voice: Voice, watching: bool, routine: bool) -> None:
        """``watching``: we stay, and say whom we took over; ``routine``: good checks are told too."""
        self._voice = voice
        self._watching = watching
        self.routine = routine
        """Whether good checks are told too."""
        self._told_at: dict[str, float] = {}
        self._waited_for: dict[str, int | None] = {}
        self._in_the_way: dict[str, object] = {}

    def hear(self, watch: Watch, change: Change) -> None:
        """Tell what this change means to a person."""
        self._facts(watch, change)
        for order in change.orders:
            self._order(watch, change, order)

    def _say(self, watch: Watch, tag: str, key: str, **values: object) -> None:
        self._voice(tag, key, {"bot": watch.name, **values})

    def _facts(self, watch: Watch, change: Change) -> None:
        fact = change.fact
        if isinstance(fact, (Launched, Asked)):
            self._in_the_way.pop(watch.name, None)
        if isinstance(fact, Adopted):
            if not change.by_us:
                self._say(watch, "INFO", "runtime.adopted-by-hand", pid=fact.pid)
            elif self._watching:
                self._say(watch, "INFO", "runtime.adopted", pid=fact.pid)
        elif isinstance(fact, Exited) and change.before.life.phase is Phase.ALIVE:
            self._say(watch, _tag(change.after.life.cause), "runtime.exited", how=how_it_ended(fact))
        elif isinstance(fact, MemoryExceeded) and change.after.life.phase is Phase.STOPPING:
            used, limit = (f"{amount / 1e6:.0f}" for amount in (fact.used, watch.spec.max_memory or 0))
            self._say(watch, "WARNING", "runtime.memory-exceeded", used=used, limit=limit)
        elif isinstance(fact, LaunchFailed):
            if change.failure is not None and not self._told_before(watch, change.failure):
                self._say(watch, "ERROR", change.failure.key, **change.failure.values)
        elif isinstance(fact, (ProbePassed, ProbeFailed, ProbeImpossible)) and (
            fact.number == change.before.health.asked
        ):
            self._answer(watch, change)

    def _told_before(self, watch: Watch, failure: LaunchError) -> bool:
        """Tell whether this very thing stood in the way of the last try: it is tried every few seconds."""
        told = (failure.key, tuple(sorted(failure.values.items(), key=str)))
        before, self._in_the_way[watch.name] = self._in_the_way.get(watch.name), told
        return failure.refused and told == before

    def _answer(self, watch: Watch, change: Change) -> None:
        if isinstance(change.fact, ProbePassed):
            self._good_answer(watch, change)
        elif isinstance(change.fact, ProbeFailed):
            self._bad_answer(watch, change)
        elif change.answer is not None and not change.before.health.blind:
            # only when blindness begins: it may last, and the question is put again every few moments
            self._say(watch, "WARNING", f"probe.{change.answer.reason}", **change.answer.values)

    def _bad_answer(self, watch: Watch, change: Change) -> None:
        if change.before.health.verdict is Verdict.NEW:
            self._long_start(watch, change)
            return
        # one that is known to be ill need not be told again
        if change.answer is None or change.before.health.verdict is Verdict.ILL:
            return
        self._say(watch, "WARNING", f"probe.{change.answer.reason}", **change.answer.values)
        failures = max(change.before.health.failures, change.after.health.failures - 1) + 1
        self._say(watch, "WARNING", "runtime.doubt", failures=failures, needed=watch.spec.confirm_failures)

    def _long_start(self, watch: Watch, change: Change) -> None:
        """Say once for each copy what is being waited for: a wrong address looks like a slow start."""
        life = change.after.life
        taken = change.after.seen - life.launched_at
        if change.answer is None or taken < LONG_START or self._waited_for.get(watch.name) == life.pid:
            return
        self._waited_for[watch.name] = life.pid
        self._say(
            watch,
            "INFO",
            "runtime.still-starting",
            seconds=round(taken),
            grace=watch.spec.start_grace,
            answer=Phrase(f"probe.{change.answer.reason}", **change.answer.values),
        )

    def _good_answer(self, watch: Watch, change: Change) -> None:
        if change.before.health.verdict is Verdict.DOUBTED and change.before.health.failures:
            self._say(watch, "OK", "runtime.recovered")
            return
        now = change.after.seen
        if not self.routine or change.before.health.verdict is not Verdict.WELL:
            return
        if now - self._told_at.get(watch.name, -ROUTINE_EVERY) < ROUTINE_EVERY:
            return
        self._told_at[watch.name] = now
        self._say(watch, "CHECK", "check.begin")
        self._say(watch, "OK", "check.running")

    def _order(self, watch: Watch, change: Change, order: Order) -> None:
        if isinstance(order, Launch):
            if order.again:
                self._say(watch, "RESTART", "runtime.restarting", reason=_words(order.reason))
            else:
                self._say(watch, "START", "runtime.starting")
        elif isinstance(order, AskToStop) and order.step == 0:
            if order.reason in (Reason.HUNG, Reason.NEVER_READY):
                key = "runtime.hung" if order.reason is Reason.HUNG else "runtime.never-ready"
                self._say(watch, "ERROR", key, grace=watch.spec.start_grace)
            self._say(watch, "STOP", "runtime.stopping", pid=change.before.life.pid or 0)
        elif isinstance(order, KillTree) and order.reason is Reason.STOP_TIMEOUT:
            self._say(watch, "WARNING", "runtime.killing", seconds=watch.spec.stop_timeout)
        elif isinstance(order, Tell):
            self._tell(watch, change, order)
        elif isinstance(order, Record):
            self._word(watch, change, order)

    def _tell(self, watch: Watch, change: Change, order: Tell) -> None:
        if order.reason is Reason.LEFTOVERS:
            key, who = who_resists(watch.hands.resisting())
            self._say(watch, "ERROR", f"runtime.tell-{key}", who=who)
            return
        self._say(
            watch,
            _tag(order.reason),
            f"runtime.tell-{order.reason.value}",
            deaths=change.after.tally.deaths,
            limit=watch.spec.restarts_per_day,
            release=change.after.trial.proven[:7],
            exit_status=change.after.life.exit_code,
        )

    def _word(self, watch: Watch, change: Change, record: Record) -> None:
        if record.after == ONLINE:
            seconds = change.after.seen - change.after.life.launched_at
            if isinstance(change.fact, ProbePassed) and change.after.life.cause is not Reason.ADOPTED:
                self._say(
                    watch, "OK", "runtime.online", pid=change.after.life.pid or 0, seconds=round(seconds, 1)
                )
        elif record.after == STOPPED and record.reason is Reason.ASKED_STOP:
            self._say(watch, "OK", "runtime.stopped")
        elif record.after == BACKOFF:
            due = change.after.tally.next_start_at
            pause = 0.0 if due is None else max(0.0, due - change.after.seen)
            self._say(watch, "WARNING", "runtime.backoff", seconds=round(pause, 1))
        elif record.after == UNRESPONSIVE and isinstance(change.fact, Asked):
            self._say(watch, "WARNING", "runtime.unresponsive")


def how_it_ended(fact: Exited) -> Phrase:
    """Put an exit into words: a code, a signal, or unknown."""
    if fact.signal is not None:
        return Phrase("runtime.by-signal", signal=signal_in_words(fact.signal))
    if fact.code is not None:
        return Phrase("runtime.with-code", exit_status=fact.code)
    return Phrase("runtime.in-unknown-way")


def _tag(reason: Reason | None) -> str:
    return "ERROR" if reason is None else TAGS.get(reason, "ERROR")


def _words(reason: Reason) -> Phrase:
    return Phrase(f"reason.{reason.value}")
