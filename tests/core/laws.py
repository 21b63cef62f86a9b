"""The laws that hold for every bot, at every moment, whatever happens.

1. Never two living copies.                      6. Restarts are bounded until a person acts.
2. No start unless wanted.                       7. "Could not ask" never counts as "unwell".
3. Stop and end only what lives, and see it      8. A failed release is never on trial again; at most one
   through.                                         way back for each shipment.
4. Whoever waits has a due time.                 9. Replaying the facts gives the same status.
5. Every order has a reason, every change of    10. A jump of time never causes a burst of starts.
   the word one record.

And some that follow from how we want it: a bot that is hung is replaced at once, nothing that lives is taken
down on a day without a start left for it, people are told a thing once, and nothing is left to decide when
a decision has been made.
"""

from __future__ import annotations

from collections import Counter

from tests.core.witness import AUTOMATIC, FOR_GOOD, ILLNESS, Witness
from tests.core.world import World, replay
from vigie.core.due import next_due
from vigie.core.facts import (
    ClockJumped,
    CodeChanged,
    Fact,
    HourCame,
    MemoryExceeded,
    SettingsChanged,
    TimeCame,
    Verb,
)
from vigie.core.machine import decide
from vigie.core.orders import (
    AskToStop,
    KeepEvidence,
    KillTree,
    Launch,
    Order,
    Probe,
    Record,
    SwitchBack,
    Tell,
    WakeAt,
)
from vigie.core.reasons import Reason
from vigie.core.states import WORDS, Proof, Status, Want, shown, why

EPSILON = 1e-6


class LawBroken(AssertionError):  # noqa: N818  (it is what happened, like a fact)
    """A law did not hold; the message says which, and when."""


class Laws:
    """Watches a world and speaks up as soon as a law is broken."""

    def __init__(self, world: World) -> None:
        """Watch from now on."""
        self.world = world
        self.witness = Witness(world.spec, world.now)
        world.watchers.append(self)

    def forget(self) -> None:
        """We died and came back."""
        self.witness.forget()

    def see(self, before: Status, fact: Fact, now: float, after: Status, orders: tuple[Order, ...]) -> None:
        """Check one decision."""
        witness = self.witness
        backwards = now < witness.now
        witness.proving_with_a_way_back = before.trial.proof is Proof.PROVING and before.trial.way_back
        witness.hear(fact, now)
        self._orders_as_a_whole(before, after, orders)
        for order in orders:
            self._order(order, fact, orders)
            witness.note(order)
        if isinstance(fact, ClockJumped) or backwards:
            self._law(
                10, sum(isinstance(order, Launch) for order in orders) <= 1, "a jump: one start at most"
            )
        self._due(after, orders)
        self._what_is_ill_goes(after)
        self._word(shown(after))
        self._books_agree(after)
        self._nothing_left_to_decide(after)

    def check_replay(self) -> None:
        """Law 9: the record leads to the same status."""
        again = replay(self.world.beginning, self.world.facts, self.world.spec)
        self._law(9, again == self.world.status, "the replay of the facts ends elsewhere")

    def _law(self, number: int, holds: bool, what: str) -> None:
        if not holds:
            raise LawBroken(f"law {number} at {self.witness.now:.3f} s: {what}")

    def _orders_as_a_whole(self, before: Status, after: Status, orders: tuple[Order, ...]) -> None:
        kinds = Counter(type(order) for order in orders)
        self._law(4, kinds[WakeAt] <= 1, "two moments to wake at")
        self._law(4, not kinds[WakeAt] or isinstance(orders[-1], WakeAt), "an order after the alarm")
        self._law(5, all(isinstance(order.reason, Reason) for order in orders), "an order without a reason")
        records = [order for order in orders if isinstance(order, Record)]
        changed = [Record(shown(before), shown(after), why(after))] if shown(before) != shown(after) else []
        self._law(5, records == changed, f"records {records} for the change {changed}")

    def _order(self, order: Order, fact: Fact, orders: tuple[Order, ...]) -> None:
        if isinstance(order, Launch):
            self._launch(order)
        elif isinstance(order, AskToStop):
            self._ask_to_stop(order, fact, orders)
        elif isinstance(order, KillTree):
            self._kill_tree(order)
        elif isinstance(order, Probe):
            self._probe(order)
        elif isinstance(order, SwitchBack):
            self._switch_back(order)
        elif isinstance(order, Tell):
            self._tell(order)

    def _launch(self, order: Launch) -> None:
        witness = self.witness
        automatic = order.reason in AUTOMATIC
        self._law(1, not witness.tree, "launched while something of it lives")
        self._law(1, not witness.launching, "launched while launching")
        self._law(2, witness.wanted in ("once", "up"), f"launched though wanted is {witness.wanted!r}")
        self._law(2, automatic or witness.credit, f"nobody asked for {order.reason}")
        if witness.wanted == "once":
            allowed = 1 + witness.switched_since_asked
            self._law(2, witness.launches_since_asked < allowed, "wanted once, launched again")
        if witness.switching_since is not None:
            over = witness.now >= witness.switching_since + 120.0
            self._law(8, over, "launched before the way back had ended")
        early = witness.not_before - witness.now
        self._law(6, early <= EPSILON, f"launched {early:.3f} s early after {witness.row} deaths in a row")
        if automatic and witness.wanted == "up":
            self._law(6, witness.start_left, f"{witness.restarts_today} restarts today already")

    def _ask_to_stop(self, order: AskToStop, fact: Fact, orders: tuple[Order, ...]) -> None:
        witness, reason = self.witness, order.reason
        self._law(3, witness.alive, "asked something to stop that does not live")
        self._law(3, order.step == witness.steps, f"step {order.step} after {witness.steps} steps")
        if order.step:
            return
        if reason in (Reason.HUNG, Reason.NEVER_READY):
            self._law(7, witness.ill is reason, f"{reason} although the probes say {witness.ill}")
            self._law(7, not witness.blind, "judged while blind")
            owed = Verb.ENSURE in witness.owed or witness.switched_since_asked
            stays = witness.wanted == "up" and self.world.spec.restart != "never"
            self._law(2, stays or owed, "an ill bot ended though nobody brings it back")
        elif reason is Reason.ASKED_STOP:
            self._law(2, witness.wanted == "down", "stopped though nobody said stop")
        elif reason is Reason.ASKED_RESTART:
            self._law(2, Verb.RESTART in witness.owed, "restarted though nobody asked")
        elif reason is Reason.CODE_CHANGED:
            asked_for = self.world.spec.on_change == "restart"
            self._law(2, asked_for and isinstance(fact, CodeChanged), "replaced though no code changed")
        elif reason is Reason.MAX_AGE:
            age, most = witness.now - witness.launched_at, self.world.spec.max_age
            self._law(2, most is not None and age >= 0.9 * most - EPSILON, f"not old at {age} s")
        elif reason is Reason.RESTART_HOUR:
            old = witness.now - witness.launched_at >= 300.0
            self._law(2, isinstance(fact, HourCame) and old, "no hour has come for it")
        elif reason is Reason.SETTINGS_CHANGED:
            self._law(
                2, isinstance(fact, SettingsChanged) and fact.replace, "its settings are what they were"
            )
        else:
            is_it = reason is Reason.MEMORY_EXCEEDED and isinstance(fact, MemoryExceeded)
            self._law(2, is_it and self.world.spec.restart != "never", f"ended because of {reason}")
        if reason in ILLNESS:
            self._law(5, KeepEvidence(reason) in orders, "no evidence kept")
        if reason in AUTOMATIC and witness.wanted == "up":
            self._law(6, witness.start_left, "taken down on a day without a start left")

    def _kill_tree(self, order: KillTree) -> None:
        witness = self.witness
        self._law(3, witness.tree, "killed what does not exist")
        if order.reason is Reason.STOP_TIMEOUT:
            patience = witness.asked_at + self.world.spec.stop_timeout
            self._law(3, bool(witness.steps), "killed without having asked")
            self._law(3, witness.now >= patience - EPSILON, "killed before its time")
        else:
            self._law(3, witness.killed or not witness.alive, "killed though it lives and nobody asked it")

    def _probe(self, order: Probe) -> None:
        witness = self.witness
        self._law(3, witness.alive and witness.going is None, "probed what does not live or has to go")
        self._law(7, witness.probe is None, "two probes at once")
        self._law(7, order.number > witness.last_number, "a number that was used before")

    def _switch_back(self, order: SwitchBack) -> None:
        witness = self.witness
        self._law(8, witness.ways_back == 1, "a second way back, or one that was not there")
        self._law(8, order.release == witness.release, "another release than the one shipped")

    def _tell(self, order: Tell) -> None:
        if order.reason in FOR_GOOD:
            self._law(5, self.witness.stays_down, f"{order.reason} told of a bot that is brought back")
        if order.reason in (Reason.GAVE_UP, Reason.DAILY_LIMIT, Reason.LEFTOVERS, *FOR_GOOD):
            self._law(5, order.reason not in self.witness.told, f"{order.reason} told twice")

    def _due(self, after: Status, orders: tuple[Order, ...]) -> None:
        witness, due = self.witness, next_due(after, self.world.spec)
        waits = witness.tree or (witness.wanted == "up" and not witness.launching)
        self._law(4, due is not None or not waits, "waits for ever")
        if due is not None:
            self._law(4, due[0] > witness.now, "due already")
            self._law(4, (WakeAt(*due),) == orders[-1:], "due and not said")
        self._law(3, witness.alive or not witness.tree or witness.killed, "what it left behind is left there")
        if witness.going is not None and witness.alive and not witness.killed:
            patience = witness.asked_at + self.world.spec.stop_timeout
            self._law(3, witness.now < patience, "patience has run out and nothing happens")

    def _what_is_ill_goes(self, after: Status) -> None:
        witness = self.witness
        if witness.wanted != "up" or not witness.alive or witness.going is not None:
            return
        if witness.ill is None or witness.blind or self.world.spec.restart == "never":
            return
        self._law(3, not witness.start_left, f"{witness.ill} and left alive: {after.health}")
        self._law(5, Reason.DAILY_LIMIT in witness.told, "left alive, and nobody was told why")
        self._law(4, not after.wish.cure, "somebody waits for a cure that will not come today")

    def _not_too_old(self, after: Status) -> None:
        witness, most = self.witness, self.world.spec.max_age
        if most is None or witness.wanted != "up" or not witness.alive or witness.going is not None:
            return
        young = witness.now - witness.launched_at < most
        self._law(3, young or not witness.start_left, f"older than {most} s and left alive: {after.life}")

    def _word(self, word: str) -> None:
        witness = self.witness
        up = witness.alive and witness.going is None
        holds = {
            "stopped": not witness.tree and not witness.launching and witness.wanted != "up",
            "starting": witness.launching
            or (up and not witness.ill)
            or (not witness.alive and witness.wanted in ("once", "up")),
            "online": up and witness.answered and witness.ill is None,
            "unresponsive": up and witness.ill is not None,
            "stopping": (witness.tree and not up) or witness.launching,
            "backoff": not witness.alive and witness.wanted == "up",
            "failed": not witness.alive and witness.wanted == "up",
        }
        assert tuple(sorted(holds)) == tuple(sorted(WORDS))
        self._law(5, holds[word], f"the word {word!r} is not true")

    def _books_agree(self, after: Status) -> None:
        witness, tally, tested = self.witness, after.tally, after.trial
        self._law(2, (after.wish.want is Want.DOWN) == (witness.wanted == "down"), "down is a person's word")
        if witness.stays_down:
            self._law(5, bool(set(FOR_GOOD) & witness.told), "left down, and nobody was told")
        self._not_too_old(after)
        pausing = tally.waiting is not None or tally.next_start_at is not None
        self._law(4, not pausing or (not witness.alive and not witness.launching), "pauses while it lives")
        counted = witness.row <= tally.deaths <= witness.row_at_most
        self._law(6, counted, f"{tally.deaths} deaths, not {witness.row} to {witness.row_at_most}")
        if tested.proof in (Proof.AWAITING, Proof.PROVING):
            self._law(8, tested.release not in tested.failed, "a failed release on trial again")

    def _nothing_left_to_decide(self, after: Status) -> None:
        again, orders = decide(after, TimeCame(), self.world.spec, self.witness.now)
        new = [order for order in orders if not isinstance(order, WakeAt)]
        self._law(4, again == after and not new, f"not settled: {new}")
