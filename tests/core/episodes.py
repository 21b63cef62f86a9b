"""Whole episodes of a bot's life, each a named move on the model world, and how to play a list of them.

Single random facts almost never line up three failed probes and an exit, six times over; an episode is such a
line. A story is a list of ``(name, *arguments)``; the same list always plays the same way, so a story that
broke a law is replayed, step by step, with

    python -m tests.core.episodes SPEC STORY
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any

from tests.core.laws import LawBroken, Laws
from tests.core.world import DEAF, ILL, OBEYS, REFUSED, SILENT, WELL, WORKS, Coming, World
from vigie.core.facts import (
    CodeChanged,
    HourCame,
    MemoryExceeded,
    NetworkReturned,
    SettingsChanged,
    Shipped,
    TimeCame,
    Verb,
)
from vigie.core.orders import Record, WakeAt
from vigie.core.spec import DAY, SLOW_LANE, Spec
from vigie.core.states import ONLINE, STOPPED, Phase, Want, shown

Episode = tuple[Any, ...]
Story = Sequence[Episode]

MOST = 250
"""Facts in one wait: enough for any episode, few enough for thousands of stories."""


def start(world: World, keep: bool) -> None:
    """A person says start."""
    world.ask(Verb.START, keep)


def monitor(world: World) -> None:
    """A monitor begins to watch."""
    world.ask(Verb.START, keep=True, by_monitor=True)


def stop(world: World) -> None:
    """A person says stop."""
    world.ask(Verb.STOP)


def restart(world: World, keep: bool) -> None:
    """A person says restart."""
    world.ask(Verb.RESTART, keep)


def ensure(world: World, keep: bool) -> None:
    """A timer says ensure."""
    world.ask(Verb.ENSURE, keep)


def wait(world: World, seconds: float) -> None:
    """Time passes."""
    world.advance(seconds, MOST)


def crash(world: World) -> None:
    """The bot crashes."""
    world.crash()


def leave(world: World, code: int) -> None:
    """The bot ends by itself, with a code that may mean something."""
    world.crash(code=code)


def hour_came(world: World) -> None:
    """It is the hour at which the bot is to be restarted."""
    world.tell(HourCame())


def network_returned(world: World) -> None:
    """The way out is there again."""
    world.tell(NetworkReturned())


def settings_changed(world: World, replace: bool) -> None:
    """The settings were taken in anew."""
    world.tell(SettingsChanged(replace))


def crash_again_and_again(world: World, times: int) -> None:
    """The bot crashes each time it has been launched."""
    for _ in range(times):
        world.crash()
        while world.process is None and world.next_event() is not None and len(world.facts) < 5000:
            if world.status.wish.want is not Want.UP:
                return
            world.advance((world.next_event() or world.now) - world.now, MOST)
    world.crash()


def fall_ill(world: World, mood: str) -> None:
    """The bot stops answering as it should."""
    world.turn(mood)


def fall_ill_and_go(world: World, mood: str) -> None:
    """The bot falls ill, is found out, stopped, and has left."""
    pid = world.status.life.pid
    world.turn(mood)
    while world.status.life.pid == pid and world.status.life.phase is not Phase.ABSENT:
        event = world.next_event()
        if event is None or event - world.now > 120.0 or len(world.facts) > 5000:
            return
        world.advance(event - world.now, MOST)
        if world.status.wish.want is not Want.UP and world.status.health.failures > 3:
            return  # nobody is there to end it


def recover(world: World) -> None:
    """The bot answers again."""
    world.turn(WELL)


def next_one(world: World, launch: str, mood: str, deaf: int, sticky: int) -> None:
    """From now on this is what comes of a launch."""
    world.coming = Coming(launch, mood, deaf, sticky)


def turn_deaf(world: World, deaf: int, sticky: int) -> None:
    """The bot will not hear, and its tree will not vanish at once."""
    if world.process is not None:
        world.process.deaf, world.process.sticky = deaf, sticky


def stop_a_stubborn_one(world: World, deaf: int, sticky: int, seen: bool) -> None:
    """A person says stop to a bot that does not want to go, and changes their mind in the middle or not."""
    turn_deaf(world, deaf, sticky)
    world.sees_exits = seen
    world.ask(Verb.STOP)
    world.advance(world.spec.stop_timeout + 1.0, MOST)


def end_an_ill_one(world: World, deaf: int, sticky: int, seen: bool) -> None:
    """The bot hangs, and does not want to go."""
    turn_deaf(world, deaf, sticky)
    world.sees_exits = seen
    fall_ill_and_go(world, SILENT)


def spend_the_day(world: World) -> None:
    """The bot crashes until the day has no start left, is started by a person, and hangs overnight."""
    if world.spec.restarts_per_day > 5 or world.status.wish.want is not Want.UP:
        return
    world.cure()
    for _ in range(world.spec.restarts_per_day):
        world.ask(Verb.START, keep=True)
        world.advance(1.0, MOST)
        world.crash()
        world.advance(1.0, MOST)
    world.ask(Verb.START, keep=True)
    world.advance(1.0, MOST)
    world.turn(ILL)
    world.advance(world.spec.check_interval + 10.0, MOST)


def ship_and_pass(world: World, release: str) -> None:
    """New code is brought, runs, and is kept."""
    world.cure()
    world.tell(Shipped(release, way_back=True))
    world.ask(Verb.RESTART, keep=world.status.wish.want is Want.UP)
    world.advance(world.spec.prove + 3.0, MOST)


def blind(world: World, how: str) -> None:
    """Our own side cannot ask (``impossible``), or hears nothing (``lost``); ``well``: it can again."""
    world.answers = how


def blind_for_a_while(world: World, how: str, seconds: float) -> None:
    """For some time our own side is at fault."""
    world.answers = how
    world.advance(seconds, MOST)
    world.answers = WELL
    world.advance(world.spec.check_interval, MOST)


def found(world: World, age: float, mood: str) -> None:
    """A copy launched by hand is noticed."""
    if world.status.life.phase is Phase.ABSENT:
        world.found(age, mood)


def ship(world: World, release: str, way_back: bool, switching: str) -> None:
    """New code is brought."""
    world.switching = switching
    world.tell(Shipped(release, way_back))


def ship_and_fail(world: World, release: str, how: str) -> None:
    """New code is brought with a way back, runs, and does not last."""
    world.tell(Shipped(release, way_back=True))
    world.coming = Coming(mood=SILENT if how == "never ready" else WELL)
    world.ask(Verb.RESTART, keep=world.status.wish.want is Want.UP)
    world.advance(2.0, MOST)
    if how == "crash":
        world.crash()
    elif how == "ill":
        fall_ill_and_go(world, ILL)
    world.advance(world.spec.start_grace + 1.0, MOST)
    world.coming = Coming()


def code_changed(world: World) -> None:
    """Somebody edits the code."""
    world.tell(CodeChanged())


def memory_exceeded(world: World, times: int) -> None:
    """The bot takes too much memory, each time it runs."""
    for _ in range(times):
        world.tell(MemoryExceeded(10**9))
        world.advance(world.spec.stop_timeout + 2.0, MOST)


def sleep(world: World, seconds: float, counted: bool, noticed: bool) -> None:
    """The machine sleeps."""
    world.sleep(seconds, counted, noticed)


def back_in_time(world: World, seconds: float) -> None:
    """The clock runs backwards, once for nothing and once for a crash."""
    world.take_late(TimeCame(), seconds)
    world.crash(seconds)


def strays(world: World) -> None:
    """Late, early, double and foreign facts arrive: none may change anything."""
    world.tell(TimeCame())
    for stray in world.stray_facts():
        before, orders = world.status, len(world.orders)
        world.tell(stray)
        new = [order for order in world.orders[orders:] if not isinstance(order, WakeAt)]
        if world.status != before or new:
            raise LawBroken(f"{stray} changed something: {new}")


def we_die_and_return(world: World) -> None:
    """The monitor is killed, and another one begins."""
    world.return_anew()


MOVES: dict[str, Callable[..., None]] = {
    move.__name__: move
    for move in (
        start,
        monitor,
        stop,
        restart,
        ensure,
        wait,
        crash,
        leave,
        hour_came,
        network_returned,
        settings_changed,
        crash_again_and_again,
        fall_ill,
        fall_ill_and_go,
        recover,
        next_one,
        turn_deaf,
        stop_a_stubborn_one,
        end_an_ill_one,
        spend_the_day,
        ship_and_pass,
        blind,
        blind_for_a_while,
        found,
        ship,
        ship_and_fail,
        code_changed,
        memory_exceeded,
        sleep,
        back_in_time,
        strays,
        we_die_and_return,
    )
}


def play(spec: Spec, story: Story, aloud: bool = False) -> World:
    """Play a story under the laws, to a good end; raises ``LawBroken`` with the way to replay it."""
    dice = iter(range(10**9))
    world = World(spec, luck=lambda: (next(dice) * 7 % 10) / 10)
    laws = Laws(world)
    if aloud:
        world.watchers.insert(0, Aloud(world))
    try:
        for name, *arguments in story:
            if aloud:
                print(f"-- {name} {arguments}")
            MOVES[name](world, *arguments)
        laws.check_replay()
        end_well(world)
        laws.check_replay()
    except LawBroken as broken:
        raise LawBroken(f"{broken}\nreplay: {how_to_replay(spec, story)}") from broken
    return world


def end_well(world: World) -> None:
    """When nothing stands in the way any more, what is wanted comes true within a bound."""
    world.cure()
    want = world.status.wish.want
    if want is Want.DOWN:
        word, bound = STOPPED, world.spec.stop_timeout + 10.0
    elif want is Want.UP and (world.spec.restarts_per_day or world.process is not None):
        # the switch back, a kill that has to be repeated, and the longest pause there is
        word, bound = ONLINE, DAY + SLOW_LANE * 1.2 + 200.0
    else:
        return
    if want is Want.UP and not world.spec.restarts_per_day and world.status.life.phase is not Phase.ALIVE:
        return
    limit = world.now + bound
    while shown(world.status) != word:
        event = world.next_event()
        if event is None or event > limit:
            raise LawBroken(f"still {shown(world.status)} after {bound} s, not {word}: {world.status}")
        world.advance(event - world.now, MOST)


def how_to_replay(spec: Spec, story: Story) -> str:
    """Return the command that plays a story again and shows each step."""
    changed = {name: value for name, value in spec._asdict().items() if value != Spec()._asdict()[name]}
    return f'python -m tests.core.episodes "{changed}" "{list(story)}"'


class Aloud:
    """Prints every decision."""

    def __init__(self, world: World) -> None:
        """Print what happens in ``world``."""
        self._world = world

    def see(self, before: object, fact: object, now: float, after: object, orders: Sequence[object]) -> None:
        """Print one decision: the moment, the fact, the word and the orders."""
        told = [str(order) for order in orders if not isinstance(order, Record)]
        print(f"{now:12.3f} {fact!s:60} {shown(self._world.status):12} {', '.join(told)}")


if __name__ == "__main__":
    play(Spec(**ast.literal_eval(sys.argv[1])), ast.literal_eval(sys.argv[2]), aloud=True)
    print("every law held")

__all__ = ["DEAF", "MOVES", "OBEYS", "REFUSED", "WORKS", "Story", "play"]
