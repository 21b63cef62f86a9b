"""How generated stories are drawn: small numbers in the spec, whole episodes beside single facts."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.core.episodes import Episode, Story
from tests.core.world import (
    AT_ONCE,
    DEAF,
    FAILS,
    FIRMER,
    ILL,
    IMPOSSIBLE,
    LOST,
    NEVER,
    OBEYS,
    REFUSED,
    SILENT,
    SLOW,
    WELL,
    WORKS,
)
from vigie.core.spec import Spec

SPECS: st.SearchStrategy[Spec] = st.builds(
    Spec,
    check_interval=st.sampled_from([2.0, 10.0]),
    check_timeout=st.just(1.0),
    confirm_failures=st.sampled_from([1, 2, 3]),
    confirm_interval=st.just(1.0),
    start_grace=st.sampled_from([0.5, 3.0]),
    stop_timeout=st.sampled_from([0.0, 0.2, 4.0]),
    backoff_initial=st.just(1.0),
    backoff_max=st.just(4.0),
    backoff_reset=st.sampled_from([5.0, 20.0]),
    give_up_after=st.sampled_from([1, 2, 3]),
    restarts_per_day=st.sampled_from([0, 1, 2, 5, 50]),
    on_change=st.sampled_from(["report", "restart"]),
    stop_signals=st.sampled_from([("SIGINT", "SIGTERM"), ("SIGTERM",), ("SIGINT", "SIGHUP", "SIGTERM")]),
    restart=st.sampled_from(["always", "always", "on-failure", "never"]),
    max_age=st.sampled_from([None, None, 60.0]),
    prove=st.sampled_from([0.0, 3.0, 6.0]),
)

_MOODS = st.sampled_from([ILL, SILENT])
_YES_OR_NO = st.booleans()
_RELEASES = st.sampled_from(["a", "b"])
_SECONDS = st.sampled_from([0.0, 0.05, 0.5, 1.0, 3.0, 10.0, 40.0, 130.0, 1100.0, 90_000.0])


def _move(name: str, *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Episode]:
    return st.tuples(st.just(name), *arguments)


EPISODES: st.SearchStrategy[Episode] = st.one_of(
    _move("wait", _SECONDS),
    _move("start", _YES_OR_NO),
    _move("monitor"),
    _move("stop"),
    _move("restart", _YES_OR_NO),
    _move("ensure", _YES_OR_NO),
    _move("crash"),
    _move("leave", st.sampled_from([0, 26, 75, 78])),
    _move("hour_came"),
    _move("network_returned"),
    _move("settings_changed", _YES_OR_NO),
    _move("crash_again_and_again", st.integers(1, 4)),
    _move("fall_ill", _MOODS),
    _move("fall_ill_and_go", _MOODS),
    _move("recover"),
    _move(
        "next_one",
        st.sampled_from([WORKS, WORKS, FAILS, REFUSED]),
        st.sampled_from([WELL, WELL, ILL, SILENT]),
        st.sampled_from([OBEYS, FIRMER, DEAF]),
        st.integers(0, 2),
    ),
    _move("turn_deaf", st.sampled_from([OBEYS, FIRMER, DEAF]), st.integers(0, 3)),
    _move("stop_a_stubborn_one", st.sampled_from([FIRMER, DEAF]), st.integers(0, 3), _YES_OR_NO),
    _move("end_an_ill_one", st.sampled_from([FIRMER, DEAF]), st.integers(0, 3), _YES_OR_NO),
    _move("spend_the_day"),
    _move("ship_and_pass", _RELEASES),
    _move("blind", st.sampled_from([WELL, IMPOSSIBLE, LOST])),
    _move("blind_for_a_while", st.sampled_from([IMPOSSIBLE, LOST]), st.sampled_from([8.0, 30.0])),
    _move("found", st.sampled_from([0.0, 1.0, 100.0]), st.sampled_from([WELL, ILL, SILENT])),
    _move("ship", _RELEASES, _YES_OR_NO, st.sampled_from([AT_ONCE, SLOW, NEVER])),
    _move("ship_and_fail", _RELEASES, st.sampled_from(["crash", "ill", "never ready"])),
    _move("code_changed"),
    _move("memory_exceeded", st.integers(1, 3)),
    _move("sleep", st.sampled_from([0.0, 3.0, 400.0, 30_000.0, 100_000.0]), _YES_OR_NO, _YES_OR_NO),
    _move("back_in_time", st.sampled_from([0.5, 5000.0])),
    _move("strays"),
    _move("we_die_and_return"),
)

_KEPT: st.SearchStrategy[Episode] = st.sampled_from([("monitor",), ("start", True), ("start", False)])

STORIES: st.SearchStrategy[Story] = st.builds(
    lambda first, rest: [first, *rest], _KEPT, st.lists(EPISODES, min_size=1, max_size=30)
)
"""Most stories begin with a bot that somebody wants; one that nobody wants has little to tell."""
