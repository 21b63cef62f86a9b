"""A bot that writes code of its own at each start is found out; a person who saves often is not taken for it."""

from __future__ import annotations

from vigie.runtime.sensors.self_written import AT_START, TIMES, SelfWritten


def test_a_file_written_at_every_start_is_found_out() -> None:
    """After so many restarts, and from then on."""
    judge = SelfWritten()
    told = [judge.by_the_bot({"build.py": 1.0}) for _ in range(TIMES + 2)]
    assert told == [*[False] * TIMES, True, True]


def test_a_later_change_is_a_persons() -> None:
    """Also of a file that the bot writes; and the count begins anew."""
    judge = SelfWritten()
    for _ in range(TIMES + 1):
        judge.by_the_bot({"build.py": 1.0})
    assert not judge.by_the_bot({"build.py": AT_START + 1.0})
    assert not judge.by_the_bot({"build.py": 1.0})


def test_any_other_file_makes_it_a_persons_change() -> None:
    """The restart is due, whatever the bot wrote beside it."""
    judge = SelfWritten()
    for _ in range(TIMES + 1):
        judge.by_the_bot({"build.py": 1.0})
    assert not judge.by_the_bot({"build.py": 1.0, "start.py": 1.0})
    assert not judge.by_the_bot({"gone.py": -1.0})
    assert not judge.by_the_bot({})
