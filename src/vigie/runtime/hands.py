"""Carries out one order; whatever comes of it comes back as a fact.

Nothing is decided here. The hands hold what orders need between two turns: the process, the probe under way,
the moment to wake at, the tree that is being ended.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping

from vigie.core.facts import (
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
from vigie.engines.base import Engine, Held, LaunchError, LaunchPlan
from vigie.probes import probe_for
from vigie.probes.conversation import Answer
from vigie.runtime.asking import Asking
from vigie.runtime.port_check import require_free_port
from vigie.runtime.reactor import Reactor, Timer

LOOK_AGAIN = (0.002, 0.1)
"""Seconds between two looks at a tree that is being ended: from the first to the last, doubling."""

EVENT_READ = 1


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
    ) -> None:
        """Get ready; ``feed`` takes facts, ``on_answer`` hears each probe's answer in full."""
        self.spec = spec
        self.environment = environment
        self.held: Held | None = None
        self.launched_by_us = True
        self.failure: LaunchError | None = None
        self._log_path = log_path
        self._lock_path = lock_path
        self._engine = engine
        self._reactor = reactor
        self._feed = feed
        self._on_answer = on_answer
        self._before_launch = before_launch
        self._asking: Asking | None = None
        self._alarm: Timer | None = None
        self._look: Timer | None = None
        self._exit_told = False

    def carry_out(self, order: Order) -> None:
        """Do what ``order`` says. ``Record`` and ``Tell`` are for others."""
        if isinstance(order, WakeAt):
            self._wake_at(order)
        elif isinstance(order, Probe):
            self._probe(order)
        elif isinstance(order, Launch):
            self._launch()
        elif isinstance(order, AskToStop):
            self._drop_probe()
            if self.held is not None:
                self._engine.ask_to_stop(self.held, order.step)
        elif isinstance(order, KillTree):
            self._drop_probe()
            self._end_tree()
        elif isinstance(order, SwitchBack):
            # nothing was kept to go back to: the core is told at once, so that the bot is not left waiting
            self._feed(SwitchedBack())
        elif isinstance(order, KeepEvidence):
            pass  # the answer of the last probe is in the history already

    def take_hold(self, held: Held, launched_by_us: bool) -> None:
        """Hold a process that already lives, and hear of its end."""
        self.held = held
        self.launched_by_us = launched_by_us
        self._exit_told = False
        self._reactor.watch(held.fileno(), EVENT_READ, self._ended)

    def let_go(self) -> None:
        """Drop everything; the process lives on."""
        self._drop_probe()
        for timer in (self._alarm, self._look):
            if timer is not None:
                timer.cancel()
        self._forget_process()

    def _launch(self) -> None:
        self._forget_process()
        self.failure = None
        plan = LaunchPlan(
            name=self.spec.name,
            command=self.spec.command,
            directory=self.spec.directory,
            log_path=self._log_path,
            lock_path=self._lock_path,
            environment=self._whole_environment(),
        )
        try:
            require_free_port(self.spec)
            self._before_launch()
            held = self._engine.launch(plan)
        except LaunchError as error:
            self.failure = error
            self._feed(LaunchFailed(error.key, error.refused, random.random()))  # noqa: S311
            return
        self.take_hold(held, launched_by_us=True)
        self._feed(Launched(held.identity.pid))

    def _whole_environment(self) -> dict[str, str]:
        whole = {**self.environment, **os.environ}
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
        self._feed(Exited(held.identity.pid, end.code, end.signal, random.random()))  # noqa: S311

    def _end_tree(self) -> None:
        held = self.held
        if held is None:
            self._feed(TreeGone())
            return
        if self._look is not None:
            self._look.cancel()
        if self._remains(held):
            self._engine.kill_tree(held, self._lock_path, self.launched_by_us)
        self._look_whether_gone(LOOK_AGAIN[0])

    def _look_whether_gone(self, pause: float) -> None:
        held = self.held
        if held is None:
            return
        self._ended()
        if self._exit_told and not self._remains(held):
            self._look = None
            self._forget_process()
            self._feed(TreeGone())
            return
        longer = min(pause * 2, LOOK_AGAIN[1])
        self._look = self._reactor.call_at(
            self._reactor.now() + pause, lambda: self._look_whether_gone(longer)
        )

    def _remains(self, held: Held) -> list[int]:
        return self._engine.remains(held, self._lock_path, self.launched_by_us)

    def _forget_process(self) -> None:
        if self.held is not None:
            self._reactor.unwatch(self.held.fileno())
            self.held.close()
            self.held = None

    def _probe(self, order: Probe) -> None:
        self._drop_probe()
        number = order.number
        pid = self.held.identity.pid if self.held is not None and self.held.ended() is None else None
        conversation = probe_for(self.spec, pid, self.age)
        self._asking = Asking(
            self._reactor,
            conversation,
            self.spec.check_timeout,
            lambda answer: self._answered(number, answer),
        )

    @property
    def age(self) -> float | None:
        """Seconds since the process was launched, where that is known; set by the watch."""
        return None if self.launched_at is None else self._reactor.now() - self.launched_at

    launched_at: float | None = None

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

    def _wake_at(self, order: WakeAt) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._reactor.call_at(order.when, lambda: self._feed(TimeCame()))
