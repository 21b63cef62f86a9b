"""Who descends from whom on Windows, where parents' numbers are never corrected: checked on any system."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from vigie.engines.base import Identity
from vigie.engines.windows_tree import Entry, below, proven, spared

BOT = Identity(100, 1000, "")


def born(**started: int) -> dict[int, Identity]:
    """Return identities by number: ``p200=1100`` is process 200, started at 1100."""
    return {int(name[1:]): Identity(int(name[1:]), when, "") for name, when in started.items()}


def numbers(found: list[Identity]) -> list[int]:
    """Return who was found, in order of their numbers."""
    return sorted(identity.pid for identity in found)


def test_children_and_grandchildren_are_found() -> None:
    """All levels, and nobody beside them."""
    table = [Entry(100, 1), Entry(200, 100), Entry(201, 100), Entry(300, 200), Entry(400, 7), Entry(1, 0)]
    everybody = born(p200=1100, p201=1000, p300=1200, p400=1300)
    assert sorted(below(table, 100)) == [200, 201, 300]
    assert numbers(proven(table, BOT, everybody)) == [200, 201, 300]


def test_who_is_older_than_its_parent_is_a_stranger() -> None:
    """The number of its real parent now belongs to the bot: csrss.exe was once ended by that mistake."""
    table = [Entry(100, 1), Entry(500, 100), Entry(600, 500), Entry(200, 100)]
    everybody = born(p500=10, p600=2000, p200=1100)
    assert numbers(proven(table, BOT, everybody)) == [200]


def test_a_middle_generation_with_a_recycled_number_breaks_the_line() -> None:
    """Who was started by an earlier owner of a descendant's number does not descend from the bot."""
    table = [Entry(200, 100), Entry(300, 200)]
    assert numbers(proven(table, BOT, born(p200=5000, p300=4000))) == [200]


def test_who_could_not_be_held_is_not_proven() -> None:
    """A process that may not be looked at, or was gone by then, is left alone, and so is what it started."""
    table = [Entry(200, 100), Entry(300, 200), Entry(201, 100)]
    assert numbers(proven(table, BOT, born(p300=1200, p201=1001))) == [201]


def test_a_parent_that_is_gone_still_counts() -> None:
    """The bot itself need not be in the table any more: its number is held."""
    assert numbers(proven([Entry(200, 100)], BOT, born(p200=1001))) == [200]


def test_circles_end() -> None:
    """Recycled numbers can make two processes each other's parents, or one its own."""
    table = [Entry(100, 200), Entry(200, 100), Entry(300, 300), Entry(0, 0)]
    assert below(table, 100) == [200]
    assert numbers(proven(table, BOT, born(p100=1000, p200=1000, p300=1000))) == [200]
    assert below(table, 0) == []


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=30),
    st.dictionaries(st.integers(0, 12), st.integers(0, 20)),
)
def test_everybody_proven_is_younger_and_a_candidate(
    rows: list[tuple[int, int]], started: dict[int, int]
) -> None:
    """However the table looks, it ends, and no proof is wider than the candidates."""
    table = [Entry(*row) for row in rows]
    root = Identity(5, 10, "")
    everybody = {pid: Identity(pid, when, "") for pid, when in started.items()}
    found = proven(table, root, everybody)
    assert len(set(found)) == len(found)
    assert {identity.pid for identity in found} <= set(below(table, 5))
    assert all(identity.started >= root.started for identity in found)


def test_we_and_those_who_started_us_are_spared() -> None:
    """Up to the top when the bot is not among them."""
    me = os.getpid()
    table = [Entry(me, 40), Entry(40, 30), Entry(30, 20), Entry(900, 30)]
    assert spared(table, 777) == {me, 40, 30, 20}


def test_a_bot_that_started_us_is_not_spared() -> None:
    """A bot may have itself ended: all from us up to it are spared, itself is not, nor who started it."""
    me = os.getpid()
    table = [Entry(me, 40), Entry(40, 30), Entry(30, 20)]
    assert spared(table, 30) == {me, 40}


def test_a_circle_of_parents_spares_all_of_it() -> None:
    """Recycled numbers above us do not hang the search."""
    me = os.getpid()
    assert spared([Entry(me, 40), Entry(40, me)], 30) == {me, 40}
