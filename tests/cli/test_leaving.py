"""A bot that ends by itself says by its exit code what it wants; the settings say what it gets."""

from __future__ import annotations

import pytest

from tests.cli.test_with_monitor import settle
from tests.stage import Stage, lives
from tests.waiting import until


def leave(stage: Stage, code: int) -> None:
    """Have the bot end with this code."""
    (stage.folder / "leave.new").write_text(str(code))
    (stage.folder / "leave.new").replace(stage.folder / "leave")


def test_a_bot_that_asks_to_stay_down_stays_down_until_a_person_starts_it(stage: Stage) -> None:
    """Exit code 78: told once, kept so, shown by status with the reason; start brings it back."""
    stage.monitor()
    pid = stage.wait_online()
    leave(stage, 78)
    stage.wait_state("stopped")
    until(lambda: "asks to stay down" in stage.said(), what="a person hears of it")
    assert not lives(pid)
    assert stage.living() == []
    shown = stage.vigie("status", "--json").json["bots"][0]
    assert (shown["state"], shown["state_reason"]) == ("stopped", "stays-down")
    told = stage.vigie("status")
    assert told.code == 0
    assert "asking to stay down" in told.out
    assert stage.vigie("start").code == 0
    assert len(stage.living()) == 1
    assert stage.said().count("asks to stay down") == 1


@pytest.mark.parametrize("code", [26, 75])
def test_a_bot_that_asks_for_a_restart_has_it_at_once_and_is_no_crash(stage: Stage, code: int) -> None:
    """Three times in a row, without the pauses that crashes would have."""
    stage.monitor()
    pid = stage.wait_online()
    for count in range(1, 4):
        leave(stage, code)
        pid = stage.wait_online(other_than=pid)
        assert stage.status()["restart_count"] == count
    assert "Next try in" not in stage.said()
    assert stage.vigie("status", "--json").json["bots"][0]["last_incident"] is None


@pytest.mark.parametrize(
    ("restart", "code", "comes_back"),
    [
        ("on-failure", 0, False),
        ("on-failure", 1, True),
        ("always", 0, True),
        ("never", 1, False),
    ],
)
def test_the_restart_setting_is_obeyed(stage: Stage, restart: str, code: int, comes_back: bool) -> None:
    """always, on-failure and never mean what they say."""
    settle(stage, restart=f'"{restart}"')
    stage.monitor()
    pid = stage.wait_online()
    leave(stage, code)
    if comes_back:
        stage.wait_online(other_than=pid)
    else:
        stage.wait_state("stopped")
        until(lambda: "not started again" in stage.said(), what="a person hears why")
        assert stage.living() == []


def test_the_first_request_is_the_signal_chosen(stage: Stage) -> None:
    """A bot that has no handler for it is ended by that very signal, and that is no crash."""
    settle(stage, stop_signals='["SIGUSR1"]')
    stage.monitor()
    stage.wait_online()
    assert stage.vigie("stop").code == 0
    until(lambda: stage.living() == [], what="it has gone")
    log = (stage.folder / "logs" / "bot.log").read_text()
    assert "goodbye" not in log
    assert stage.vigie("status", "--json").json["bots"][0]["last_incident"] is None
