"""A few descriptors kept back for launches and kills, given up inside and taken again before long."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from vigie.runtime.reserve import Reserve

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")


def count() -> int:
    """How many descriptors are open."""
    return len(os.listdir("/proc/self/fd"))


def test_it_is_given_up_inside_and_taken_again_soon() -> None:
    """Once, however often it was needed meanwhile."""
    soon: list[Callable[[], None]] = []
    before = count()
    reserve = Reserve(soon.append, spare=5)
    assert count() == before + 5
    for _ in range(3):
        with reserve, reserve:
            assert count() == before
    assert len(soon) == 1
    soon.pop()()
    assert count() == before + 5
    with reserve:
        soon_while_needed = reserve.fill
        soon_while_needed()
        assert count() == before
    soon.pop()()
    reserve.close()
    assert count() == before


def test_without_spare_descriptors_nothing_is_held() -> None:
    """A short command needs none."""
    before = count()
    soon: list[Callable[[], None]] = []
    with Reserve(soon.append, spare=0):
        assert count() == before
    assert soon == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_when_none_is_left_what_is_held_is_enough() -> None:
    """Near the limit it takes what it can get and complains of nothing."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 2, hard))
        reserve = Reserve(lambda _call: None, spare=500)
        held = len(reserve._held)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert held < 500
    reserve.fill()
    assert len(reserve._held) == 500
    reserve.close()
