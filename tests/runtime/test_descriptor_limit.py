"""How many files a monitor may have open: enough for all its bots, which are given back what was before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

if sys.platform == "win32":
    pytest.skip("limits of POSIX", allow_module_level=True)

import resource

from vigie.runtime.descriptor_limit import A_BOT, OURS, Room, give_back, make_room

SOFT = 256


@pytest.fixture
def hard() -> Iterator[int]:
    """A soft limit that is good for a handful of bots; tells the hard one."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def soft() -> int:
    """Our own soft limit now."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_a_few_bots_need_nothing(hard: int) -> None:
    """Up to the very last one that the customary limit has room for, nothing is touched."""
    assert make_room((SOFT - OURS) // A_BOT) is None
    assert soft() == SOFT


def test_many_bots_are_made_room_for(hard: int) -> None:
    """Exactly as much as they need, and not a descriptor of the hard limit."""
    bots = (SOFT - OURS) // A_BOT + 1
    needed = OURS + A_BOT * bots
    assert make_room(bots) == Room(SOFT, needed, hard, enough=True)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (needed, hard)
    assert make_room(bots) is None


def test_more_bots_than_the_system_allows_are_told_of(hard: int) -> None:
    """As much as there is is taken, and the caller hears that it is not enough."""
    if hard == resource.RLIM_INFINITY:
        pytest.skip("the system allows everything")
    room = make_room(hard)
    assert room is not None
    assert (room.soft, room.hard, room.enough) == (SOFT, hard, False)
    assert soft() == hard


def test_a_system_that_refuses_leaves_everything_as_it_was(
    hard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of its own below the hard one, as macOS has: that it is not enough is told."""

    def refused(_what: int, _limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    with monkeypatch.context() as patch:
        patch.setattr(resource, "setrlimit", refused)
        room = make_room(1000)
    assert room is not None
    assert not room.enough
    assert soft() == SOFT


@pytest.mark.skipif(sys.platform != "linux", reason="only there the limit of another process can be set")
def test_a_bot_is_given_back_what_we_began_with(hard: int) -> None:
    """Programs that use select break with more; one that has ended meanwhile is no trouble."""
    room = make_room(SOFT)
    assert room is not None
    bot = subprocess.Popen(
        [sys.executable, "-c", "import sys; print('ready', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"ready\n"
        assert resource.prlimit(bot.pid, resource.RLIMIT_NOFILE) == (room.needed, hard)
        give_back(bot.pid, room.soft)
        assert resource.prlimit(bot.pid, resource.RLIMIT_NOFILE) == (SOFT, hard)
    finally:
        bot.communicate()
    give_back(bot.pid, room.soft)
    assert soft() == room.needed
