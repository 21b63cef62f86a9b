"""What any engine must do, whatever holds the processes: one set of tests for the real ones and the fake one.

A test class for one engine derives from ``EngineContract`` and gives it a ``stage``: the engine, and the few
things the tests need to do from outside of it.
"""

from __future__ import annotations

import select
from typing import Protocol

import pytest

from tests.waiting import until
from vigie.engines.base import Engine, Exit, Held, Identity, LaunchError, LaunchPlan, Spare

SOON = 10.0


class Stage(Protocol):
    """Where the tests play. ``program`` names one of ``tests/children``."""

    engine: Engine

    def plan(self, program: str, *arguments: str) -> LaunchPlan:
        """Return the plan of the one bot, running this program."""
        ...

    def launch(self, plan: LaunchPlan) -> Held:
        """Launch with the engine, and end it after the test."""
        ...

    def until_ready(self) -> None:
        """Wait until the program launched last says that it is what it is called."""
        ...

    def until_asked(self, times: int) -> None:
        """Wait until the deaf program launched last has noticed so many polite requests."""
        ...

    def by_hand(self, program: str, *arguments: str) -> Identity:
        """Start a program without the engine, as a person does, and wait until it is ready."""
        ...

    def crash(self, held: Held) -> None:
        """End this process from outside, at once, and nothing else."""
        ...

    def another_monitor(self) -> Engine:
        """Return an engine that knows nothing of what this one has launched."""
        ...


def how_it_ended(held: Held) -> Exit:
    """Wait for the end of a process and return how it ended."""
    return until(held.ended, SOON, "the process has ended")


def readable(held: Held, seconds: float = 0.0) -> bool:
    """Whether a selector sees the process's end."""
    return bool(select.select([held.fileno()], [], [], seconds)[0])


class EngineContract:
    """The promise of ``vigie.engines.base``, point by point."""

    def start(self, stage: Stage, program: str, *arguments: str) -> tuple[Held, LaunchPlan]:
        """Launch a program that goes on running, and wait until it is ready."""
        plan = stage.plan(program, *arguments)
        held = stage.launch(plan)
        stage.until_ready()
        return held, plan

    def clear(self, stage: Stage, held: Held, plan: LaunchPlan, launched_by_us: bool = True) -> None:
        """End a tree and wait until it is proven gone."""
        stage.engine.kill_tree(held, plan.lock_path, launched_by_us)
        until(lambda: not stage.engine.remains(held, plan.lock_path, launched_by_us), SOON, "nothing remains")

    def test_a_launched_process_lives_and_is_known_by_its_identity(self, stage: Stage) -> None:
        """What launch returns is alive, identified, and holds the copy lock."""
        held, plan = self.start(stage, "sleeps")
        assert held.ended() is None
        assert stage.engine.identify(held.identity.pid) == held.identity
        assert stage.engine.copy_alive(plan.lock_path)
        assert held.identity.pid in stage.engine.copy_holders(plan.lock_path)
        assert stage.engine.remains(held, plan.lock_path, True) == [held.identity.pid]

    @pytest.mark.parametrize("code", [0, 1, 2, 3, 42, 127, 128, 254, 255])
    def test_the_exit_code_is_told(self, stage: Stage, code: int) -> None:
        """A process of ours that ends by itself tells its exit code, as often as it is asked."""
        held = stage.launch(stage.plan("dies_at_once", str(code)))
        assert how_it_ended(held) == Exit(code=code)
        assert held.ended() == Exit(code=code)

    def test_the_descriptor_becomes_readable_at_the_end_and_stays_so(self, stage: Stage) -> None:
        """A selector sleeps while the process lives and wakes when it ends, however often it looks."""
        held, _ = self.start(stage, "sleeps")
        assert not readable(held)
        stage.crash(held)
        assert readable(held, SOON)
        assert how_it_ended(held).code != 0
        assert readable(held)

    def test_nothing_is_left_of_a_process_that_ended_alone(self, stage: Stage) -> None:
        """After a plain end nothing remains, lock and number are free, and it can start again."""
        plan = stage.plan("dies_at_once", "1")
        for _ in range(3):
            held = stage.launch(plan)
            how_it_ended(held)
            assert stage.engine.remains(held, plan.lock_path, True) == []
            assert not stage.engine.copy_alive(plan.lock_path)
            assert stage.engine.copy_holders(plan.lock_path) == []
            assert stage.engine.identify(held.identity.pid) != held.identity

    def test_a_second_copy_is_refused_and_the_first_unharmed(self, stage: Stage) -> None:
        """While a copy lives, another launch is refused with its number."""
        held, plan = self.start(stage, "sleeps")
        for engine in (stage.engine, stage.another_monitor()):
            with pytest.raises(LaunchError) as refusal:
                engine.launch(plan)
            assert refusal.value.refused
            assert refusal.value.key == "engine.copy-alive"
            assert refusal.value.values["pids"] == str(held.identity.pid)
        assert held.ended() is None
        assert stage.engine.copy_holders(plan.lock_path) == [held.identity.pid]

    def test_another_monitor_recognises_what_lives(self, stage: Stage) -> None:
        """Identity is enough to hold a process that somebody else launched, and to see and bring its end."""
        held, plan = self.start(stage, "sleeps")
        other = stage.another_monitor()
        adopted = other.recognise(held.identity)
        assert adopted is not None
        assert adopted.identity == held.identity
        assert adopted.ended() is None
        assert not readable(adopted)
        other.kill_tree(adopted, plan.lock_path, True)
        assert readable(adopted, SOON)
        how_it_ended(held)
        assert adopted.ended() is not None
        until(lambda: not other.remains(adopted, plan.lock_path, True), SOON, "nothing remains")
        adopted.close()

    def test_a_recycled_number_is_nobody_we_know(self, stage: Stage) -> None:
        """The same number with another start time or boot is not recognised; nor is one that is gone."""
        held, plan = self.start(stage, "sleeps")
        who = held.identity
        assert stage.engine.recognise(who._replace(started=who.started + 1)) is None
        assert stage.engine.recognise(who._replace(boot="another boot")) is None
        self.clear(stage, held, plan)
        assert stage.engine.recognise(who) is None
        assert stage.engine.identify(who.pid) != who

    def test_a_polite_request_ends_an_obedient_process(self, stage: Stage) -> None:
        """The first manner of asking is enough for a process that listens."""
        held, plan = self.start(stage, "prints_signals")
        stage.engine.ask_to_stop(held, "SIGINT")
        assert how_it_ended(held) == Exit(code=0)
        assert stage.engine.remains(held, plan.lock_path, True) == []

    def test_a_deaf_process_survives_requests_and_no_kill(self, stage: Stage) -> None:
        """Who ignores both manners of asking lives on, and is ended by the kill."""
        held, plan = self.start(stage, "deaf_to_stop")
        stage.engine.ask_to_stop(held, "SIGINT")
        stage.engine.ask_to_stop(held, "SIGTERM")
        stage.until_asked(2)
        assert held.ended() is None
        self.clear(stage, held, plan)
        assert held.ended() is not None

    def test_asking_and_killing_the_dead_is_harmless(self, stage: Stage) -> None:
        """Nothing is raised and nobody is hit when the process has already ended."""
        plan = stage.plan("dies_at_once", "7")
        held = stage.launch(plan)
        assert how_it_ended(held) == Exit(code=7)
        for _ in range(2):
            stage.engine.ask_to_stop(held, "SIGINT")
            stage.engine.ask_to_stop(held, "SIGTERM")
            stage.engine.kill_tree(held, plan.lock_path, True)
        assert stage.engine.remains(held, plan.lock_path, True) == []
        assert held.ended() == Exit(code=7)

    def test_the_whole_tree_goes_with_the_process(self, stage: Stage) -> None:
        """A kill ends the process and its descendants, and gives the lock back."""
        held, plan = self.start(stage, "leaves_grandchildren")
        assert len(stage.engine.remains(held, plan.lock_path, True)) >= 3
        self.clear(stage, held, plan)
        assert not stage.engine.copy_alive(plan.lock_path)

    def test_grandchildren_left_by_a_crash_are_found_and_ended(self, stage: Stage) -> None:
        """What outlives the process is told by remains, and a kill clears it."""
        held, plan = self.start(stage, "leaves_grandchildren")
        stage.crash(held)
        how_it_ended(held)
        left = stage.engine.remains(held, plan.lock_path, True)
        assert len(left) >= 2
        assert held.identity.pid not in left
        self.clear(stage, held, plan)
        stage.launch(plan)

    def test_leftovers_of_a_launch_nobody_remembers_are_ended(self, stage: Stage) -> None:
        """Without any held process, the copy lock alone is enough to end what an earlier monitor left."""
        held, plan = self.start(stage, "leaves_grandchildren")
        stage.crash(held)
        how_it_ended(held)
        other = stage.another_monitor()
        assert len(other.end_leftovers(plan.lock_path)) >= 2
        until(lambda: not other.copy_alive(plan.lock_path), SOON, "the lock is free")
        until(lambda: not stage.engine.remains(held, plan.lock_path, True), SOON, "nothing remains")
        assert other.end_leftovers(plan.lock_path) == []

    def test_a_spared_child_outlives_its_bot_and_lets_the_next_copy_in(self, stage: Stage) -> None:
        """A kill passes it over, it does not count as left, and its inherited lock is no second copy's."""
        plan = stage.plan("leaves_a_worker")
        plan = plan._replace(spare=Spare(("worker.py",), plan.command))
        kept: set[int] = set()
        for _ in range(2):
            held = stage.launch(plan)

            def passed_over(held: Held = held, kept: set[int] = kept) -> bool:
                # in this order: whoever is passed over the second time runs the worker's program by then
                everyone = stage.engine.remains(held, plan.lock_path, True)
                ours = stage.engine.remains(held, plan.lock_path, True, plan.spare)
                return bool(set(everyone) - {*ours, *kept}) and held.identity.pid in ours

            until(passed_over, SOON, "the worker is there")
            stage.engine.kill_tree(held, plan.lock_path, True, plan.spare)
            self.until_only_the_spared_are_left(stage, held, plan)
            assert not stage.engine.copy_alive(plan.lock_path, plan.spare)
            assert stage.engine.copy_alive(plan.lock_path)
            assert stage.engine.copy_holders(plan.lock_path, plan.spare) == []
            assert stage.engine.end_leftovers(plan.lock_path, plan.spare) == []
            left = set(stage.engine.remains(held, plan.lock_path, True))
            assert left > kept
            kept = left

    def test_beside_a_spared_child_a_second_copy_is_still_refused(self, stage: Stage) -> None:
        """The names spare children, never the bot itself."""
        plan = stage.plan("leaves_a_worker")
        plan = plan._replace(spare=Spare(("worker.py", "leaves_a_worker.py"), plan.command))
        held = stage.launch(plan)
        stage.until_ready()
        for engine in (stage.engine, stage.another_monitor()):
            assert engine.copy_alive(plan.lock_path, plan.spare)
            with pytest.raises(LaunchError) as refusal:
                engine.launch(plan)
            assert refusal.value.refused
            assert refusal.value.key == "engine.copy-alive"
        assert held.ended() is None
        assert held.identity.pid in stage.engine.remains(held, plan.lock_path, True, plan.spare)
        stage.engine.kill_tree(held, plan.lock_path, True, plan.spare)
        self.until_only_the_spared_are_left(stage, held, plan)
        again = stage.another_monitor().launch(plan)
        assert stage.engine.copy_alive(plan.lock_path, plan.spare)
        with pytest.raises(LaunchError):
            stage.launch(plan)
        stage.another_monitor().end_leftovers(plan.lock_path)
        how_it_ended(again)
        again.close()

    def test_a_child_that_nobody_spares_keeps_the_next_copy_out(self, stage: Stage) -> None:
        """Only when all who hold the lock are spared is the bot taken for gone."""
        plan = stage.plan("leaves_a_worker")
        plan = plan._replace(spare=Spare(("worker.py",), plan.command))
        held = stage.launch(plan)
        stage.until_ready()
        stage.crash(held)
        how_it_ended(held)
        others = stage.engine.remains(held, plan.lock_path, True, plan.spare)
        assert others
        assert stage.engine.copy_alive(plan.lock_path, plan.spare)
        with pytest.raises(LaunchError) as refusal:
            stage.another_monitor().launch(plan)
        assert refusal.value.values["pids"] == ", ".join(map(str, sorted(others)))
        self.clear(stage, held, plan)

    def until_only_the_spared_are_left(self, stage: Stage, held: Held, plan: LaunchPlan) -> None:
        """Wait until nothing that is not spared remains."""
        until(
            lambda: not stage.engine.remains(held, plan.lock_path, True, plan.spare),
            SOON,
            "only the spared are left",
        )

    def test_who_resists_is_named(self, stage: Stage) -> None:
        """The living are told by number and name, the dead are not."""
        held, plan = self.start(stage, "sleeps")
        (told,) = stage.engine.resisting([held.identity.pid])
        assert told.pid == held.identity.pid
        assert told.program
        assert not told.stuck
        self.clear(stage, held, plan)
        assert stage.engine.resisting([held.identity.pid]) == []

    def test_a_process_started_by_hand_is_held_and_ended_with_its_children(self, stage: Stage) -> None:
        """A bot that somebody started himself can be recognised, asked and killed; it never held our lock."""
        who = stage.by_hand("leaves_grandchildren")
        plan = stage.plan("sleeps")
        assert not stage.engine.copy_alive(plan.lock_path)
        held = stage.engine.recognise(who)
        assert held is not None
        assert len(stage.engine.remains(held, plan.lock_path, False)) >= 3
        self.clear(stage, held, plan, launched_by_us=False)
        assert held.ended() is not None
        held.close()

    def test_ending_one_bot_leaves_another_alone(self, stage: Stage) -> None:
        """A process by hand of the very same program survives the end of the launched one."""
        stranger = stage.by_hand("sleeps")
        held, plan = self.start(stage, "sleeps")
        self.clear(stage, held, plan)
        stage.engine.end_leftovers(plan.lock_path)
        assert stage.engine.identify(stranger.pid) == stranger

    def test_letting_go_leaves_the_process_alone(self, stage: Stage) -> None:
        """After close the process lives on, and can be recognised again and ended."""
        held, plan = self.start(stage, "sleeps")
        held.close()
        held.close()
        again = stage.engine.recognise(held.identity)
        assert again is not None
        assert again.ended() is None
        self.clear(stage, again, plan)
        assert again.ended() is not None
        again.close()
