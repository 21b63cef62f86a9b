"""When what was asked of a bot has come true or has failed: one rule for short commands and monitor.

That a bot is online is believed only from an answer that came after somebody asked. A death counts as failure only
of a copy that was launched since: one from before may have run the very code that was mended meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vigie.core.facts import Asked, Exited, Launched, LaunchFailed, ProbeImpossible, ProbePassed, Verb
from vigie.core.orders import AskToStop, KillTree, Launch
from vigie.core.reasons import Reason
from vigie.core.states import ONLINE, WANTED, Phase, Verdict, Want
from vigie.engines.base import LaunchError
from vigie.engines.resisting import who_resists
from vigie.engines.signal_names import signal_in_words
from vigie.messages import Phrase
from vigie.problems import Failure, Problem, Refusal
from vigie.runtime.watch import Change, Watch

LOG_LINES = 15
"""Lines of the bot's own output shown when it dies before it ever answered."""


class Outcome:
    """Listens to one watch until the verb is settled; ``on_settled`` gets None for success, else the problem."""

    def __init__(self, watch: Watch, verb: Verb, on_settled: Callable[[Watch, Problem | None], None]) -> None:
        """Listen from now on; ``look`` must be called once after the wish was fed."""
        self._watch = watch
        self._verb = verb
        self._on_settled: Callable[[Watch, Problem | None], None] | None = on_settled
        self.did_anything = False
        self._since = watch.reactor.now()
        self._launched = False
        self._owed = False
        """A copy from before has died, and nobody stays to bring it back: once its tree is gone, a launch is due."""
        self._answered = verb is Verb.RESTART  # there, an answer can only come from the new process
        watch.listeners.append(self._changed)

    def look(self) -> None:
        """Settle at once when there is nothing to wait for."""
        if self._verb is Verb.STOP:
            if self._watch.status.life.phase is Phase.ABSENT:
                self._settle(None)
        elif self._watch.word != ONLINE:
            self._settle_if_hopeless()
        elif self._answered and self._watch.status.health.verdict is Verdict.WELL:
            self._settle(None)

    def handed_on(self) -> dict[str, object]:
        """Return what the next program needs to go on listening."""
        return {
            "did_anything": self.did_anything,
            "launched": self._launched,
            "answered": self._answered,
        }

    def go_on(self, handed: Mapping[str, object]) -> None:
        """Go on where the program before us stood."""
        self.did_anything = handed["did_anything"] is True
        self._launched = handed["launched"] is True
        self._answered = handed["answered"] is True
        self.look()

    def _changed(self, watch: Watch, change: Change) -> None:
        if any(isinstance(order, (Launch, AskToStop, KillTree)) for order in change.orders):
            self.did_anything = True
        if isinstance(change.fact, ProbePassed) and change.fact.number == change.before.health.asked:
            self._answered = True
        if _resists(change):
            self._settle(_still_there(watch))
            return
        if isinstance(change.fact, Asked) and (change.fact.verb is Verb.STOP) is not (
            self._verb is Verb.STOP
        ):
            # what we wait for will not come: somebody wants the opposite by now
            self._settle(Failure("runtime.overtaken", name=watch.name, verb=change.fact.verb.value))
            return
        if isinstance(change.fact, ProbeImpossible) and self._verb is not Verb.STOP and self._waited_enough():
            self._settle(self._cannot_ask())
            return
        if self._verb is Verb.STOP:
            self._look_when_told(watch)
            return
        if self._owed:
            if change.after.life.phase is Phase.ABSENT:
                self._owed = False
                watch.reactor.call_soon(self._ask_anew)
            return
        if isinstance(change.fact, Launched):
            self._launched = True
        if isinstance(change.fact, LaunchFailed):
            self._settle(launch_problem(watch.name, change.failure))
        elif isinstance(change.fact, Exited) and change.before.life.phase is Phase.ALIVE:
            if self._launched or (change.after.wish.want is not Want.UP and self._verb is Verb.RESTART):
                self._settle(death_problem(watch, change.fact))
            elif change.after.wish.want is not Want.UP:
                self._owed = True
        else:
            self._look_when_told(watch)

    def _ask_anew(self) -> None:
        """What was there before anybody asked is gone: now the bot is down, which is what the verb is for."""
        if self._on_settled is not None:
            self._watch.feed(Asked(self._verb, keep=False))
            self.look()

    def _waited_enough(self) -> bool:
        """Whether a bot that nobody can ask has had its grace, since it was launched or somebody asked for it."""
        life = self._watch.status.life
        since = max(self._since, life.launched_at)
        return life.phase is Phase.ALIVE and self._watch.reactor.now() - since >= self._watch.spec.start_grace

    def _cannot_ask(self) -> Failure:
        watch, answer = self._watch, self._watch.answer
        why = "" if answer is None else Phrase(f"probe.{answer.reason}", **answer.values)
        pid = watch.status.life.pid or 0
        return Failure("runtime.cannot-ask", name=watch.name, pid=pid, grace=watch.spec.start_grace, why=why)

    def _look_when_told(self, watch: Watch) -> None:
        # whoever waits hears all that happened first, the very end included
        if watch.all_told:
            self.look()

    def _settle_if_hopeless(self) -> None:
        watch, status = self._watch, self._watch.status
        if status.life.phase is Phase.ABSENT and status.wish.want not in WANTED:
            self._settle(launch_problem(watch.name, watch.hands.failure))
        elif status.life.phase is Phase.ABSENT and status.tally.waiting is Reason.DAILY_LIMIT:
            self._settle(Failure("runtime.held-today", name=watch.name, limit=watch.spec.restarts_per_day))
        elif (
            status.life.phase is Phase.ALIVE and status.health.verdict is Verdict.ILL and not status.wish.cure
        ):
            self._settle(
                Failure(
                    "runtime.not-answering",
                    name=watch.name,
                    pid=status.life.pid or 0,
                    grace=watch.spec.start_grace,
                )
            )

    def _settle(self, problem: Problem | None) -> None:
        on_settled, self._on_settled = self._on_settled, None
        self._leave()
        if on_settled is not None:
            on_settled(self._watch, problem)

    def _leave(self) -> None:
        if self._changed in self._watch.listeners:
            self._watch.listeners.remove(self._changed)


def _resists(change: Change) -> bool:
    """Whether a tree that had its kill already was killed once more: whoever waits may wait in vain."""
    phase = change.after.life.phase
    ending = phase in (Phase.KILLING, Phase.CLEARING) and phase is change.before.life.phase
    return ending and any(isinstance(order, KillTree) for order in change.orders)


def _still_there(watch: Watch) -> Problem:
    key, who = who_resists(watch.hands.resisting())
    return Failure(f"runtime.still-{key}", name=watch.name, who=who)


def launch_problem(name: str, failure: LaunchError | None) -> Problem:
    """Say why no process came of the launch."""
    if failure is None:
        return Failure("runtime.gone", name=name)
    kind = Refusal if failure.refused else Failure
    return kind(failure.key, **failure.values)


def death_problem(watch: Watch, end: Exited) -> Problem:
    """Say how the bot ended before it ever answered, with its last words."""
    from vigie.records.bot_log import last_lines
    from vigie.records.plain_text import printable

    since, note = watch.log_starts.get(end.pid, 0), watch.place.log_note(watch.name)
    lines = [printable(line) for line in last_lines(watch.log_path, LOG_LINES, since, note)]
    values = {"name": watch.name, "log": watch.log_path, "lines": lines}
    if end.signal is not None:
        return Failure("runtime.died-by-signal", signal=signal_in_words(end.signal), **values)
    if end.code is not None:
        return Failure("runtime.died-with-code", exit_status=end.code, **values)
    return Failure("runtime.died", **values)
