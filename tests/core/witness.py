"""What an onlooker knows who hears every fact and every order, and has never read the core.

It keeps its own books: what lives, what was asked for, how often the bot died, what the probes said. The laws
are checked against these books, never against the core's own status, so that both cannot be wrong alike.
"""

from __future__ import annotations

from vigie.core.facts import (
    Adopted,
    Asked,
    ClockJumped,
    CodeChanged,
    Exited,
    Fact,
    Launched,
    LaunchFailed,
    NetworkReturned,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    SettingsChanged,
    Shipped,
    SwitchedBack,
    TreeGone,
    Verb,
)
from vigie.core.orders import AskToStop, KillTree, Launch, Order, Probe, SwitchBack, Tell
from vigie.core.reasons import Reason
from vigie.core.spec import Spec

DAY = 86_400.0
SHORTEST = 0.8
"""Jitter shortens a pause by a fifth at most."""

ILLNESS = (Reason.HUNG, Reason.NEVER_READY, Reason.MEMORY_EXCEEDED)
AUTOMATIC = (
    *ILLNESS,
    Reason.CRASHED,
    Reason.LAUNCH_FAILED,
    Reason.LAUNCH_REFUSED,
    Reason.RESTART_WANTED,
    Reason.CODE_CHANGED,
    Reason.SETTINGS_CHANGED,
    Reason.MAX_AGE,
    Reason.RESTART_HOUR,
    Reason.TRIAL_FAILED,
)
FOR_GOOD = (Reason.STAYS_DOWN, Reason.FINISHED, Reason.NOT_RESTARTED, Reason.LAUNCH_FAILED)
"""What a person is told of once when a bot is not brought back."""


class Witness:
    """The books of one bot."""

    def __init__(self, spec: Spec, now: float) -> None:
        """Know nothing yet."""
        self.spec = spec
        self.now = now
        # what is wanted: "", "down", "once" or "up", and what a wish still entitles to
        self.wanted = ""
        self.credit = False
        self.owed: set[Verb] = set()
        self.launches_since_asked = 0
        # what lives
        self.launching = False
        self.pid: int | None = None
        self.alive = False
        self.tree = False
        self.launched_at = 0.0
        self.going: Reason | None = None
        self.steps = 0
        self.asked_at = 0.0
        self.killed = False
        # what the probes said
        self.probe: int | None = None
        self.probe_at = 0.0
        self.last_number = 0
        self.answered = False
        self.judged = False
        self.failures = 0
        self.ill: Reason | None = None
        self.blind = False
        self.online_from: float | None = None
        # what it cost
        self.row = 0
        self.row_at_most = 0
        self.death_pending = False
        self.not_before = 0.0
        self.absent_since = now
        self.stays_down = False
        self.refusals = 0
        self.restarts: list[float] = []
        self.told: set[Reason] = set()
        self.launch_counted = False
        # what was shipped
        self.proving_with_a_way_back = False
        self.release = ""
        self.ways_back = 0
        self.failed: set[str] = set()
        self.switching_since: float | None = None
        self.switched_since_asked = False

    # -- facts

    def hear(self, fact: Fact, now: float) -> None:
        """Take a fact into the books; a moment before one already seen counts as that one."""
        self.now = max(self.now, now)
        if isinstance(fact, Asked):
            self._asked(fact)
        elif isinstance(fact, Launched) and self.launching:
            self._born(fact.pid, self.now)
        elif isinstance(fact, LaunchFailed) and self.launching:
            self.launching = False
            self._no_process(fact)
        elif isinstance(fact, Adopted) and not self.tree and not self.launching:
            self._born(fact.pid, min(fact.launched_at, self.now))
            self.not_before = 0.0  # the pause was for a start that is not needed any more
            self.judged = self.now - fact.launched_at >= self.spec.start_grace
        elif isinstance(fact, Exited) and self.alive and fact.pid == self.pid:
            self._ended(fact)
        elif isinstance(fact, TreeGone) and self.tree and (self.killed or not self.alive):
            if self.alive:
                self._ended()
            self.tree, self.pid, self.absent_since = False, None, self.now
            self.told.discard(Reason.LEFTOVERS)
        elif isinstance(fact, (ProbePassed, ProbeFailed, ProbeImpossible)):
            self._answer(fact)
        elif isinstance(fact, ClockJumped):
            self._jumped(max(fact.gap, 0.0))
        elif isinstance(fact, (CodeChanged, SettingsChanged)) and self.row >= self.spec.give_up_after:
            self.not_before = 0.0
        elif isinstance(fact, NetworkReturned) and self.row >= self.spec.give_up_after:
            # the pause may be cut short, to ``backoff_max`` after the process was gone
            self.not_before = min(self.not_before, max(self.now, self.absent_since + self.spec.backoff_max))
        elif isinstance(fact, Shipped):
            self.release = fact.release
            self.ways_back = int(fact.way_back and fact.release not in self.failed)
            self.proving_with_a_way_back = False
            self.switching_since = None
        elif isinstance(fact, SwitchedBack):
            self.switching_since = None
        self._time_passed()

    def _asked(self, fact: Asked) -> None:
        pardon = not fact.by_monitor and fact.verb is not Verb.ENSURE
        if not fact.by_monitor:
            self.not_before = 0.0
        if pardon:
            self.row, self.row_at_most, self.death_pending = 0, 0, False
            self.refusals = 0
            self.told.clear()
        self.stays_down = False
        if fact.verb is Verb.STOP:
            self.wanted, self.credit, self.owed = "down", False, set()
            return
        self.wanted = "up" if fact.keep or self.wanted == "up" else "once"
        self.credit = True
        self.owed.add(fact.verb)
        self.launches_since_asked = 0
        self.switched_since_asked = False

    def _born(self, pid: int, launched_at: float) -> None:
        self.launching, self.pid, self.alive, self.tree = False, pid, True, True
        self.refusals = 0
        self.launched_at = launched_at
        self.going, self.steps, self.killed = None, 0, False
        self.probe, self.answered, self.judged = None, False, False
        self.failures, self.ill, self.blind, self.online_from = 0, None, False, None

    def _ended(self, end: Exited | None = None) -> None:
        means = self._means(end) if self.going is None and self.wanted == "up" else None
        self.alive, self.probe, self.online_from = False, None, None
        self.killed = False  # what it leaves behind has to be cleared away all the same
        if means == "down":
            self._left_down()
        elif means != "at once" and (self.going is None or self.death_pending):
            self._died()
        self.death_pending = False

    def _means(self, end: Exited | None) -> str:
        """Tell what an unasked end asks for, in words of our own."""
        code = None if end is None else end.code
        if self.proving_with_a_way_back:
            return "again"
        if code in self.spec.stay_down_codes or self.spec.restart == "never":
            return "down"
        if code in self.spec.restart_codes:
            return "at once" if self.online_from is not None else "again"
        return "down" if code == 0 and self.spec.restart == "on-failure" else "again"

    def _left_down(self) -> None:
        self.wanted, self.stays_down, self.credit, self.owed = "", True, False, set()

    def _no_process(self, fact: LaunchFailed) -> None:
        self.absent_since = self.now
        if fact.refused and self.wanted == "up":
            # something else was in the way: no death of the bot's, and none of the day's starts
            if self.launch_counted:
                self.restarts.pop()
            pause = min(self.spec.backoff_initial * 2**self.refusals, 10.0, self.spec.backoff_max)
            self.refusals = min(self.refusals + 1, 60)
            self.not_before = self.now + SHORTEST * pause
        elif self.spec.restart == "never" and self.wanted == "up":
            self._left_down()
        else:
            self._died()

    def _died(self) -> None:
        if self.wanted != "up":
            return
        self.row += 1
        self.row_at_most += 1
        self.not_before = self.now + SHORTEST * self._pause()

    def _pause(self) -> float:
        if self.row >= self.spec.give_up_after:
            return 900.0
        if self.row == 1:
            return 0.0
        return float(min(self.spec.backoff_initial * 2 ** (self.row - 2), self.spec.backoff_max))

    def _answer(self, fact: ProbePassed | ProbeFailed | ProbeImpossible) -> None:
        if self.probe is None or fact.number != self.probe:
            return
        self.probe = None
        self.blind = isinstance(fact, ProbeImpossible)
        if isinstance(fact, ProbePassed):
            self.answered = self.judged = True
            self.failures, self.ill = 0, None
            self.owed.discard(Verb.ENSURE)
            if self.online_from is None:
                self.online_from = self.now
        elif isinstance(fact, ProbeFailed) and self.judged:
            self.failures += 1
            if self.failures >= self.spec.confirm_failures:
                self.ill, self.online_from = self.ill or Reason.HUNG, None

    def _jumped(self, gap: float) -> None:
        self.launched_at = min(self.launched_at + gap, self.now)
        self.asked_at = min(self.asked_at + gap, self.now)
        a_little_late = 0.0 < gap < self.spec.check_timeout
        if self.alive and self.going is None and not a_little_late:
            self.probe, self.blind = None, True
            self.failures = 0 if self.ill is None else self.failures

    def _time_passed(self) -> None:
        if self.probe is not None and self.now >= self.probe_at + self.spec.check_timeout + 5.0:
            self.probe, self.blind = None, True
        grace_over = self.now >= self.launched_at + self.spec.start_grace
        if self.alive and not self.going and not self.judged and not self.blind and grace_over:
            self.ill, self.judged = self.ill or Reason.NEVER_READY, True
            self.failures = self.spec.confirm_failures
        if self.online_from is not None and self.now >= self.online_from + self.spec.backoff_reset:
            self.row = 0
            self.told.clear()

    # -- orders

    def note(self, order: Order) -> None:
        """Take an order into the books."""
        if isinstance(order, Launch):
            self._launch_ordered(order)
        elif isinstance(order, AskToStop):
            self.steps += 1
            if order.step == 0:
                self.going, self.asked_at, self.probe, self.online_from = order.reason, self.now, None, None
                self.death_pending = self.wanted == "up" and order.reason in ILLNESS
                self.owed.clear()
        elif isinstance(order, KillTree):
            self.killed = True
        elif isinstance(order, Probe):
            self.probe, self.probe_at, self.last_number = order.number, self.now, order.number
        elif isinstance(order, Tell):
            self.told.add(order.reason)
        elif isinstance(order, SwitchBack):
            self.failed.add(order.release)
            self.ways_back = 0
            self.switching_since, self.switched_since_asked = self.now, True

    def _launch_ordered(self, order: Launch) -> None:
        self.launching = True
        self.launches_since_asked += 1
        self.owed.discard(Verb.ENSURE)
        self.launch_counted = order.reason in AUTOMATIC and self.wanted == "up"
        if order.reason in AUTOMATIC:
            if self.wanted == "up":
                self.restarts.append(self.now)
        else:
            self.credit = False

    # -- questions

    @property
    def restarts_today(self) -> int:
        """Automatic restarts that are less than a day old."""
        return sum(1 for moment in self.restarts if self.now - moment < DAY)

    @property
    def start_left(self) -> bool:
        """Whether the day has an automatic start left."""
        return self.restarts_today < self.spec.restarts_per_day

    def forget(self) -> None:
        """We died and came back: wishes and processes are unknown, the past is not."""
        self.wanted, self.credit, self.owed = "", False, set()
        self.launching = self.alive = self.tree = self.killed = self.death_pending = False
        self.pid = self.probe = self.switching_since = None
        self.last_number = 0
        self.ways_back = 0
