"""Who belongs to a bot: decided on tables, without processes."""

from __future__ import annotations

import os
import sys

import pytest

from vigie.engines import identity as identities
from vigie.engines import process_table, process_tree
from vigie.engines.base import Identity

assert sys.platform != "win32"

ME = os.getpid()


def who(pid: int, started: int) -> Identity:
    """Name a process of this boot."""
    return Identity(pid, started, identities.boot_id())


def table(*rows: tuple[int, int, int, int, int]) -> dict[int, process_table.Row]:
    """Build a table of (number, parent, group, session, started), with process 1 and ourselves in it."""
    found = {1: process_table.Row(1, 0, 1, 1, 0, False), ME: process_table.Row(ME, 1, ME, ME, 5, False)}
    found.update({row[0]: process_table.Row(*row, over=False) for row in rows})
    return found


BOT = who(2_000_100, 100)


def test_descendants_are_followed_however_deep() -> None:
    """Children of children belong, siblings and parents do not."""
    rows = table(
        (2_000_100, 1, 2_000_100, 2_000_100, 100),
        (2_000_101, 2_000_100, 2_000_101, 2_000_101, 101),
        (2_000_102, 2_000_101, 2_000_102, 2_000_102, 102),
        (2_000_103, 1, 2_000_103, 2_000_103, 103),
    )
    assert [row.pid for row in process_tree.belonging(rows, [BOT], BOT.pid)] == [
        2_000_100,
        2_000_101,
        2_000_102,
    ]


def test_a_ring_of_parents_does_not_trap_us() -> None:
    """A table read while numbers change hands may show a ring: it ends."""
    rows = table((2_000_100, 2_000_101, 1, 1, 100), (2_000_101, 2_000_100, 1, 1, 101))
    assert process_tree.descendants(rows, [2_000_100]) == {2_000_100, 2_000_101}


def test_a_recycled_number_proves_nothing() -> None:
    """A process remembered by number and start time is not the one that has its number now."""
    rows = table((2_000_100, 1, 2_000_100, 2_000_100, 999))
    assert process_tree.belonging(rows, [BOT], BOT.pid) == []


def test_parents_come_before_their_children() -> None:
    """So that a frozen parent starts no more of them."""
    rows = table(
        (2_000_105, 1, 9, 9, 100), (2_000_101, 2_000_105, 9, 9, 101), (2_000_103, 2_000_101, 9, 9, 101)
    )
    found = process_tree.belonging(rows, [who(2_000_105, 100)], 0)
    assert [row.pid for row in found] == [2_000_105, 2_000_101, 2_000_103]


def test_zombies_do_not_count() -> None:
    """They hold nothing any more."""
    rows = table((2_000_100, 1, 2_000_100, 2_000_100, 100))
    rows[2_000_100] = rows[2_000_100]._replace(over=True)
    assert process_tree.belonging(rows, [BOT], BOT.pid) == []


MEMBER = (2_000_101, 1, 2_000_100, 2_000_100, 150)


def led(
    rows: dict[int, process_table.Row], ended_at: int | None, *, group: bool = True, session: bool = True
) -> set[int]:
    """Return the numbers of those whom the bot leads."""
    found = process_tree.led_by(rows, BOT, group=group, session=session, ended_at=ended_at)
    return {member.pid for member in found}


def test_a_living_leader_leads_group_and_session() -> None:
    """Both kinds of members are found, each only where the bot leads that kind."""
    rows = table(
        (2_000_100, 1, 2_000_100, 2_000_100, 100),
        (2_000_101, 1, 2_000_100, 7, 150),
        (2_000_102, 1, 8, 2_000_100, 151),
    )
    assert led(rows, None) == {2_000_100, 2_000_101, 2_000_102}
    assert led(rows, None, session=False) == {2_000_100, 2_000_101}
    assert led(rows, None, group=False) == {2_000_100, 2_000_102}
    assert led(rows, None, group=False, session=False) == set()


def test_a_group_outlives_its_leader() -> None:
    """A member born before the leader's end proves that the group is still the same one, all of it."""
    rows = table(MEMBER, (2_000_102, 2_000_101, 2_000_100, 2_000_100, 999))
    assert led(rows, ended_at=200) == {2_000_101, 2_000_102}


def test_a_recycled_group_is_a_strangers() -> None:
    """Nobody in it is old enough, or somebody else bears the leader's number: not the bot's group."""
    assert led(table(MEMBER), ended_at=120) == set()
    rows = table(MEMBER, (2_000_100, 1, 2_000_100, 2_000_100, 140))
    assert led(rows, ended_at=200) == set()
    assert led(rows, ended_at=None) == set()


def test_we_and_those_who_started_us_are_spared() -> None:
    """Even when the proof says that we belong to the bot."""
    rows = table((2_000_100, 1, 2_000_100, 2_000_100, 1), (2_000_200, 2_000_100, 2_000_100, 2_000_100, 2))
    rows[ME] = process_table.Row(ME, 2_000_200, 2_000_100, 2_000_100, 5, False)
    rows[2_000_300] = process_table.Row(2_000_300, ME, 2_000_100, 2_000_100, 6, False)
    rows[2_000_400] = process_table.Row(2_000_400, 2_000_100, 2_000_100, 2_000_100, 7, False)
    bot = who(2_000_100, 1)
    found = [row.pid for row in process_tree.belonging(rows, [bot], bot.pid)]
    assert found == [2_000_100, 2_000_400]


def test_our_own_bots_are_not_spared() -> None:
    """That we started it is no reason to spare a bot."""
    rows = table((2_000_100, ME, 2_000_100, 2_000_100, 100))
    assert [row.pid for row in process_tree.belonging(rows, [BOT], BOT.pid)] == [2_000_100]


@pytest.mark.parametrize("proven", [[], [who(1, 0)], [who(ME, 5)]])
def test_nothing_is_found_where_nothing_is_proven(proven: list[Identity]) -> None:
    """Process 1 and ourselves are never found, whatever is claimed."""
    assert process_tree.belonging(table(), proven, BOT.pid) == []


def test_a_group_that_holds_us_is_not_signalled() -> None:
    """Its members are then signalled one by one, without us."""
    assert process_tree.may_signal_group(2**22 + 5)
    assert os.getpgrp() == ME or not process_tree.may_signal_group(os.getpgrp())
