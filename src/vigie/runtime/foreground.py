"""One bot in the foreground, as a container or a service manager wants it: watched like any other, and we go with it.

It is a monitor of one bot (``runtime.monitor``): the same decider's lock and local door, so that ``status``,
``stop`` and ``restart`` in another terminal work, the same restarts. Different is what ends it: the bot ended
for good, or a signal asked us to stop, which is passed on to the bot.

The bot's output goes straight to its file, as always, and is followed from there: so it stays bounded, is all
there should we be killed, and a reader of ours that is slow or gone holds nobody up. What we say ourselves
goes elsewhere (standard error), so that what the bot printed leaves us byte for byte.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from vigie.core.facts import Asked, Exited, LaunchFailed, Verb
from vigie.core.states import WANTED, Phase
from vigie.engines import local_engine, subreaper
from vigie.problems import DONE, FAILED, Problem, Refusal
from vigie.records.bot_log import Follower
from vigie.runtime.decider import Card, Decider, become_decider
from vigie.runtime.monitor import Monitor
from vigie.runtime.outcome import launch_problem
from vigie.runtime.place import Place
from vigie.runtime.reactor import HANG_UP, Reactor
from vigie.runtime.standard_descriptors import open_standard_descriptors
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch

if TYPE_CHECKING:
    from vigie.settings import Bot, Project

Pour = Callable[[bytes], None]

BY_SIGNAL = 128
"""What shells add to the signal that ended a program, to make an exit code of it."""

FROM, UP_TO = 0.01, 0.25
"""Seconds between two looks at the bot's output, doubling while it prints nothing."""

LAST_WORDS = 5.0
"""Seconds that whoever reads the bot's output has in the end."""

if sys.platform == "win32":  # pragma: no cover  (other signals, and nobody to reap)
    STOPPING: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    PASSED_ON: tuple[int, ...] = ()
    CHILD_ENDED: tuple[int, ...] = ()
else:
    STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
    PASSED_ON = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)
    CHILD_ENDED = (signal.SIGCHLD,)


class Ended:
    """How a run in the foreground ended. ``stuck``: somebody still does not read the bot's output."""

    def __init__(self, code: int, stuck: bool) -> None:
        """Remember it."""
        self.code = code
        self.stuck = stuck


def foreground(project: Project, bot: Bot, voice: Voice, pour: Pour) -> Ended:
    """Keep ``bot`` online until it ends for good or a signal asks us to stop, and pour out what it prints.

    The code is the bot's own, 128 and the signal when one ended it. ``pour`` is called in a thread of its own;
    what it raises (``OSError``: nobody reads any more) ends the pouring and nothing else.

    Raises ``Refusal`` when a monitor or another command is at work, ``Failure`` when the folder cannot be
    written to, and what stood in the way of a launch that is not to be tried again.
    """
    open_standard_descriptors()
    place = Place(project.root)
    decider = become_decider(place, "run")
    if isinstance(decider, Card):
        raise Refusal("runtime.monitor-already", pid=decider.pid)
    try:
        with Reactor() as reactor, _Echo(place, bot.spec.name, pour) as echo:
            run = _Foreground(project, place, reactor, voice, decider, bot)
            with run.hearing_signals():
                run.serve()
        return Ended(run.code(), echo.stuck)
    finally:
        decider.release()


class _Foreground(Monitor):
    def __init__(
        self, project: Project, place: Place, reactor: Reactor, voice: Voice, decider: Decider, bot: Bot
    ) -> None:
        adopting = subreaper.adopt_orphans()
        self._engine = local_engine(adopting=adopting)
        super().__init__(project, place, reactor, voice, decider, bots=[_alone(bot)], engine=self._engine)
        (self._watch,) = self._crew.watches
        self._watch.listeners.append(self._heard)
        self._bot = bot
        self._begun = False
        self._leaving = False
        self._end: Exited | None = None
        self._failure: Problem | None = None
        self._reaper = subreaper.Reaper(self._own_children) if adopting else None
        self._will_reap = False

    def finished(self) -> bool:
        """Whether the bot has ended and nobody wants it back."""
        status = self._watch.status
        over = status.life.phase is Phase.ABSENT and status.wish.want not in WANTED
        return super().finished() or (self._begun and over and self._watch.all_told)

    def bots_of(self, project: Project) -> Sequence[Bot]:
        """Return our one bot, if it is still there."""
        return [_alone(bot) for bot in project.bots if bot.spec.name == self._watch.name]

    def tell_begin(self) -> None:
        """Say that the bot goes with us."""
        self._speak("MONITOR", "runtime.run-began", {"bot": self._watch.name})

    def tell_end(self) -> None:
        """Say how the bot ended."""
        if not super().finished() and self._failure is None:
            self._speak("MONITOR", "runtime.run-ended", {"bot": self._watch.name, "exit_status": self.code()})

    def code(self) -> int:
        """Return the exit code. Raises what stood in the way of the last launch."""
        if super().finished():
            return FAILED
        if self._failure is not None and not self._leaving:
            raise self._failure
        if self._end is None or (self._end.code is None and self._end.signal is None):
            return DONE if self._leaving else FAILED
        if self._end.signal is not None:
            return BY_SIGNAL + self._end.signal
        return self._end.code or DONE

    @contextmanager
    def hearing_signals(self) -> Iterator[None]:
        """Pass on what is sent to us, and hear of ended children, until this is left."""
        handlers: dict[int, object] = {}
        numbers: tuple[int, ...] = (*STOPPING, *PASSED_ON)
        for number in numbers:
            # a hang-up that we were started to ignore (nohup) is still ignored
            if number != HANG_UP or signal.getsignal(number) is not signal.SIG_IGN:
                handlers[number] = signal.signal(number, self._signalled)
        for number in CHILD_ENDED if self._reaper is not None else ():
            handlers[number] = signal.signal(number, self._child_ended)
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]

    def _signalled(self, number: int, _frame: FrameType | None) -> None:
        # a handler may interrupt anything: what is to be done is done by the loop
        self._reactor.call_from_thread(lambda: self._act_on(number))

    def _act_on(self, number: int) -> None:
        name = signal.Signals(number).name
        held = self._watch.hands.held
        if number in STOPPING and not self._leaving:
            self._leaving = True
            # asked by the very signal that reached us first, by the other manners after it
            spec = self._watch.spec
            others = tuple(other for other in spec.stop_signals if other != name)
            self._watch.renew(
                self._bot._replace(
                    environment=self._watch.environment, spec=spec._replace(stop_signals=(name, *others))
                )
            )
            self._watch.feed(Asked(Verb.STOP))
        elif held is not None:
            self._engine.pass_on(held, name)

    def _child_ended(self, _number: int, _frame: FrameType | None) -> None:
        if not self._will_reap:
            self._will_reap = True
            self._reactor.call_from_thread(self._reap)

    def _reap(self) -> None:
        self._will_reap = self._reaper is not None and self._reaper.reap(self._reactor.now())
        if self._will_reap:
            self._reactor.call_at(self._reactor.now() + subreaper.RIPE / 2, self._reap)

    def _own_children(self) -> list[int]:
        held = self._watch.hands.held
        return [] if held is None else [held.identity.pid]

    def _heard(self, watch: Watch, change: Change) -> None:
        fact = change.fact
        if isinstance(fact, Asked):
            self._begun = True
        elif isinstance(fact, Exited):
            self._end, self._failure = fact, None
        elif isinstance(fact, LaunchFailed):
            self._failure = launch_problem(watch.name, change.failure)


def _alone(bot: Bot) -> Bot:
    # the others of the project are not ours to wait for
    return bot._replace(spec=bot.spec._replace(after=(), start_spacing=0.0))


class _Echo:
    """Pours out what the bot prints from now on, in a thread that may wait for whoever reads."""

    def __init__(self, place: Place, name: str, pour: Pour) -> None:
        self.stuck = False
        self._follower = Follower(place.bot_log(name), 0, place.log_note(name))
        self._pour = pour
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="echo", daemon=True)

    def __enter__(self) -> _Echo:
        # the first look settles where "from now on" is, before anything is launched
        first = self._follower.read()
        if first:
            self._pour(first)
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        self._thread.join(LAST_WORDS)
        self.stuck = self._thread.is_alive()

    def _run(self) -> None:
        pause = FROM
        try:
            while True:
                over = self._over.is_set()  # looked at first: what is read after it is the last there is
                if fresh := self._follower.read():
                    self._pour(fresh)
                    pause = FROM
                elif over:
                    return
                else:
                    self._over.wait(pause)
                    pause = min(pause * 2, UP_TO)
        except (OSError, ValueError, Problem):
            return  # nobody reads it any more, or it cannot be read: the bot is not to suffer for that
        finally:
            self._follower.close()
