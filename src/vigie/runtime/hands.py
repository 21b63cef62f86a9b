"""Carries out one order; whatever comes of it comes back as a fact.

Nothing is decided here. The hands hold what orders need between two turns: the process, the probe under way,
the moment to wake at, the tree that is being ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from vigie.core.facts import (
    Adopted,
    Exited,
    Fact,
    Launched,
    LaunchFailed,
    ProbeFailed,
    ProbeImpossible,
    ProbePassed,
    SwitchedBack,
    TimeCame,
    TreeGone,
)
from vigie.core.orders import AskToStop, KeepEvidence, KillTree, Launch, Order, Probe, SwitchBack, WakeAt
from vigie.core.spec import Spec
from vigie.engines.base import Engine, Held, LaunchError, LaunchPlan, Resisting, Spare, spare_of
from vigie.probes import probe_for
from vigie.probes.conversation import Answer
from vigie.runtime.asking import Asking
from vigie.runtime.parking import Override, with_variables
from vigie.runtime.port_check import require_free_port
from vigie.runtime.reactor import Reactor, Timer
from vigie.runtime.reserve import Reserve
from vigie.runtime.resume import Found

LOOK_AGAIN = (0.002, 0.1)
"""Seconds between two looks at a tree that is being ended: from the first to the last, doubling."""

EVENT_READ = 1

ALONE = 1.0
"""Seconds for which nobody can have launched another copy by hand since we last knew that none was there."""

TAKEN = ("engine.copy-alive", "engine.copy-alive-unseen", "engine.port-taken")
"""Refusals behind which the bot itself may stand: launched by hand, or by us and never noted."""


class Hands:
    """The hands of one bot's watch."""

    def __init__(
        self,
        spec: Spec,
        environment: Mapping[str, str],
        log_path: str,
        lock_path: str,
        engine: Engine,
        reactor: Reactor,
        feed: Callable[[Fact], None],
        on_answer: Callable[[Answer], None],
        before_launch: Callable[[], None],
        find_living: Callable[[], Found | None],
        reserve: Reserve,
        beside: Callable[[bool], Override | None] = lambda _launching: None,
    ) -> None:
        """Get ready; ``feed`` takes facts, ``on_answer`` hears each probe's answer in full.

        ``before_launch`` may raise ``LaunchError``; ``find_living`` looks for a copy that we do not hold;
        ``reserve`` is given up for launches and kills; ``beside`` tells of a parked version, to be
        launched instead (True) or that a living copy may run (False).
        """
        self.spec = spec
        self.held: Held | None = None
        self.launched_by_us = True
        self.failure: LaunchError | None = None
        self.launched_at: float | None = None
        """When the process was launched, on the steady clock; set by the watch."""
        self._log_path = log_path
        self._lock_path = lock_path
        self._engine = engine
        self._reactor = reactor
        self._feed = feed
        self._on_answer = on_answer
        self._before_launch = before_launch
        self._find_living = find_living
        self._environment = environment
        self._whole_environment: dict[str, str] | None = None
        self._reserve = reserve
        self._beside = beside
        self.parked: Override | None = None
        """The parked version that the process was launched from, or would be, None for the project's own."""
        self._alone_at = reactor.now()
        self._asking: Asking | None = None
        self._alarm: Timer | None = None
        self._look: Timer | None = None
        self._exit_told = False
        self._left: list[int] = []

    def renew(self, spec: Spec, environment: Mapping[str, str]) -> None:
        """Go by these settings from the next order on."""
        self.spec = spec
        self._environment = environment
        self._whole_environment = None

    def carry_out(self, order: Order) -> None:
        """Do what ``order`` says. ``Record`` and ``Tell`` are for others."""
        if isinstance(order, WakeAt):
            self.wake_at(order.when, lambda: self._feed(TimeCame()))
        elif isinstance(order, Probe):
            self._probe(order)
        elif isinstance(order, Launch):
            with self._reserve:
                self._launch()
        elif isinstance(order, AskToStop):
            self._drop_probe()
            self._ask_to_stop(order.step)
        elif isinstance(order, KillTree):
            self._drop_probe()
            with self._reserve:
                self._end_tree()
        elif isinstance(order, SwitchBack):
            # nothing was kept to go back to: the core is told at once, so that the bot is not left waiting
            self._feed(SwitchedBack())
        elif isinstance(order, KeepEvidence):
            pass  # the answer of the last probe is in the history already

    def take_hold(self, held: Held, launched_by_us: bool, just_launched: bool = False) -> None:
        """Hold a process that already lives, and hear of its end."""
        if not just_launched:
            self.parked = self._beside(False)
        self.held = held
        self.launched_by_us = launched_by_us
        self._exit_told = False
        self._reactor.watch(held.fileno(), EVENT_READ, self._ended)

    def look_around(self) -> None:
        """Take hold of a copy that somebody launched by hand while we held none."""
        if self.held is None and self._reactor.now() - self._alone_at > ALONE:
            self._found()

    def let_go(self) -> None:
        """Drop everything; the process lives on."""
        self.pause()
        self._forget_process()

    def pause(self) -> None:
        """Do nothing any more by ourselves; the process stays held, and its end unheard."""
        self._drop_probe()
        for timer in (self._alarm, self._look):
            if timer is not None:
                timer.cancel()

    def wake_at(self, when: float, callback: Callable[[], None]) -> None:
        """Call at ``when``; replaces any earlier moment."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._reactor.call_at(when, callback)

    def _launch(self) -> None:
        self._forget_process()
        self.failure = None
        if self._reactor.now() - self._alone_at > ALONE and self._found():
            return
        try:
            self._before_launch()
            require_free_port(self.spec)
            held = self._engine.launch(self._plan())
        except LaunchError as error:
            if error.key not in TAKEN or not self._found():
                self._not_launched(error)
        except OSError as error:
            self._not_launched(LaunchError("engine.no-resources", reason=error.strerror or str(error)))
        except Exception as error:
            # no launch may ever be left without an answer: the core waits for one
            command = self.spec.command[0] if self.spec.command else ""
            self._not_launched(
                LaunchError("engine.spawn-failed", command=command, reason=type(error).__name__)
            )
            raise
        else:
            self.take_hold(held, launched_by_us=True, just_launched=True)
            self._feed(Launched(held.identity.pid, luck()))

    def _plan(self) -> LaunchPlan:
        self.parked = parked = self._beside(True)
        environment = self._environment_of_bot()
        return LaunchPlan(
            name=self.spec.name,
            command=self.spec.command if parked is None else parked.command,
            directory=self.spec.directory,
            log_path=self._log_path,
            lock_path=self._lock_path,
            environment=environment if parked is None else with_variables(environment, parked.variables),
            spare=self._spare(),
        )

    def _spare(self) -> Spare:
        """Return who may be left behind; never what runs the bot's own command, wherever that lies."""
        if self.parked is None:
            return spare_of(self.spec)
        return Spare(self.spec.spare_children, self.parked.command)

    def _not_launched(self, error: LaunchError) -> None:
        self.failure = error
        self._feed(LaunchFailed(error.key, error.refused, luck()))

    def _found(self) -> bool:
        """Go on with a copy that lives already instead of launching a second one, if there is one."""
        try:
            found = self._find_living()
        except OSError:
            return (
                False  # nothing can be seen now; the copy lock still keeps a second one from being launched
            )
        except Exception as error:  # noqa: BLE001  (the launch that was ordered must have an answer)
            self._reactor.fault(error)
            return False
        self._alone_at = self._reactor.now()
        if found is None:
            return False
        if self._engine.doomed(found.held.identity):
            found.held.close()
            return False  # it was ended already, and only keeps a second copy from being launched
        self.take_hold(found.held, found.by_us)
        self._feed(Adopted(found.held.identity.pid, found.launched_at, luck()))
        return True

    def _environment_of_bot(self) -> dict[str, str]:
        # put together once: reading our own environment is a tenth of what a restart takes by us
        if self._whole_environment is None:
            self._whole_environment = self._put_together()
        return self._whole_environment

    def _put_together(self) -> dict[str, str]:
        whole = {**self._environment, **os.environ}
        program = os.path.basename(self.spec.command[0]).lower() if self.spec.command else ""
        if program.startswith("python"):
            # a log that shows what the bot printed when it printed it, in letters every console knows
            whole.setdefault("PYTHONUNBUFFERED", "1")
            if "PYTHONUTF8" not in whole:
                whole.setdefault("PYTHONIOENCODING", "utf-8:backslashreplace")
        return whole

    def _ended(self) -> None:
        held = self.held
        end = held.ended() if held is not None else None
        if held is None or end is None or self._exit_told:
            return
        self._exit_told = True
        self._reactor.unwatch(held.fileno())
        self._feed(Exited(held.identity.pid, end.code, end.signal, luck()))

    def _ask_to_stop(self, step: int) -> None:
        if self.held is None:
            return
        try:
            names = self.spec.stop_signals
            self._engine.ask_to_stop(self.held, names[min(step, len(names) - 1)], self._spare())
        except OSError:
            pass  # not a descriptor left to look for its children with: the core insists before long

    def _end_tree(self) -> None:
        held = self.held
        if held is None:
            self._feed(TreeGone())
            return
        if self._look is not None:
            self._look.cancel()
        try:
            spare = self._spare()
            self._left = self._engine.remains(held, self._lock_path, self.launched_by_us, spare)
            if self._left:
                self._engine.kill_tree(held, self._lock_path, self.launched_by_us, spare)
        except OSError:
            pass  # cannot look: never taken for gone, and the core has it ended once more before long
        self._look_whether_gone(LOOK_AGAIN[0])

    def _look_whether_gone(self, pause: float) -> None:
        held = self.held
        if held is None:
            return
        if not self._exit_told:
            self._ended()
            if self._exit_told:
                return  # type: ignore[unreachable]  # told meanwhile: the core has what is left ended next
        if self._exit_told and self._nothing_remains(held):
            self._look = None
            self._forget_process()
            self._alone_at = self._reactor.now()
            self._feed(TreeGone())
            return
        self._look = self._reactor.call_at(
            self._reactor.now() + pause, lambda: self._look_again(min(pause * 2, LOOK_AGAIN[1]))
        )

    def _look_again(self, pause: float) -> None:
        with self._reserve:
            self._look_whether_gone(pause)

    def _nothing_remains(self, held: Held) -> bool:
        try:
            self._left = self._engine.remains(held, self._lock_path, self.launched_by_us, self._spare())
        except OSError:
            return False
        return not self._left

    def resisting(self) -> list[Resisting]:
        """Who of the tree that is being ended still lives, for a person to read."""
        return self._engine.resisting(self._left)

    def _forget_process(self) -> None:
        if self.held is not None:
            self._reactor.unwatch(self.held.fileno())
            self.held.close()
            self.held = None

    def _probe(self, order: Probe) -> None:
        self._drop_probe()
        number = order.number
        conversation = probe_for(self.spec, self._living_pid(), self.age, self._environment)
        self._asking = Asking(
            self._reactor,
            conversation,
            self.spec.check_timeout,
            lambda answer: self._answered(number, answer),
        )
        self._asking.begin()

    def _living_pid(self) -> int | None:
        held = self.held
        if held is None or held.ended() is not None or self._engine.doomed(held.identity):
            return None
        return held.identity.pid

    @property
    def age(self) -> float | None:
        """Seconds since the process was launched, where that is known."""
        return None if self.launched_at is None else self._reactor.now() - self.launched_at

    def _answered(self, number: int, answer: Answer) -> None:
        self._asking = None
        self._on_answer(answer)
        if answer.well is None:
            self._feed(ProbeImpossible(number, answer.reason))
        elif answer.well:
            self._feed(ProbePassed(number))
        else:
            self._feed(ProbeFailed(number, answer.reason))

    def _drop_probe(self) -> None:
        if self._asking is not None:
            self._asking.drop()
            self._asking = None


def luck() -> float:
    """Return a number in [0, 1): the ``random`` module would cost the monitor a third of a megabyte."""
    return int.from_bytes(os.urandom(6), "big") / 2**48
