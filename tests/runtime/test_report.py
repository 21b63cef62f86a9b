"""What is known of a bot as plain values: times in the guide's form, and a reason only where one is needed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.workshop import Scene
from vigie.core.facts import Verb
from vigie.core.reasons import Reason
from vigie.core.states import Health, Life, Phase, Status, Verdict
from vigie.runtime.report import bot_report, from_local_iso, local_iso, public_face, reason_of


def test_local_time_has_the_guides_form() -> None:
    """Six digits of microseconds, always; nothing for nothing."""
    assert local_iso(None) is None
    shown = local_iso(1_700_000_000.5)
    assert shown == time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(1_700_000_000)) + ".500000"
    assert str(local_iso(1_699_999_999.9999999)).endswith(":20.000000")


@given(st.integers(86_400, 4_000_000_000), st.integers(0, 999_999))
def test_local_time_is_read_back(seconds: int, micro: int) -> None:
    """To the microsecond, but for the hour that comes twice a year."""
    shown = local_iso(seconds + micro / 1_000_000)
    back = from_local_iso(shown)
    assert back is not None
    assert abs(back - seconds - micro / 1_000_000) < 2e-6 or abs(back - seconds) in (3600, 3601)


@pytest.mark.parametrize(
    "text", [None, 5, "", "2026-02-08", "2026-02-08T19:45:32", "x" * 26, "2026-02-08T19:45:32.12345x"]
)
def test_what_is_no_such_time_is_none(text: object) -> None:
    """Anybody may have written it."""
    assert from_local_iso(text) is None


def test_an_online_bot_needs_no_reason() -> None:
    """Every other state has one: the policy's, or the last bad answer's."""
    alive = Life(phase=Phase.ALIVE, pid=1)
    assert reason_of(Status(life=alive, health=Health(Verdict.WELL, online_since=1.0)), "refused") is None
    assert reason_of(Status(life=alive), "refused") == "refused"
    assert reason_of(Status(life=alive), None) is not None
    assert reason_of(Status(life=Life(cause=Reason.ASKED_STOP)), "refused") == "asked-stop"


def test_the_report_is_the_contracts(tmp_path: Path) -> None:
    """Each field of the contract, null where it is unknown."""
    with Scene(tmp_path) as scene:
        scene.begin()
        watch = scene.watch()
        before = bot_report(watch)
        assert [before[name] for name in ("name", "online", "state", "pid", "http_status", "latency_ms")] == [
            "bot",
            False,
            "stopped",
            None,
            None,
            None,
        ]
        assert set(before) >= {"reason", "url", "restart_count", "last_restart"}
        process = scene.online()
        after = bot_report(watch)
        assert (after["online"], after["pid"], after["reason"]) == (True, process.pid, None)
        assert isinstance(after["latency_ms"], float)
        assert public_face(watch)["started_at"] == local_iso(watch.started)
        scene.ask(Verb.STOP)
        assert public_face(watch)["started_at"] is None


def test_the_next_try_is_told_as_a_calendar_time(tmp_path: Path) -> None:
    """While it waits, when it will be tried again."""
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online().crash()
        scene.advance(0.1)
        scene.engine.process.crash()
        scene.advance(0.1)
        watch = scene.watch()
        assert watch.word == "backoff"
        due = watch.status.tally.next_start_at
        assert due is not None
        told = from_local_iso(public_face(watch)["next_try"])
        assert told == pytest.approx(scene.clock.wall() + due - scene.clock.steady(), abs=1e-5)
