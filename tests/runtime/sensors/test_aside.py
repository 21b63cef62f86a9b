"""Work that may block is done beside the loop and comes back to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.waiting import until
from vigie.runtime.reactor import Reactor
from vigie.runtime.sensors.aside import Aside


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    """A loop on the real clock."""
    with Reactor() as reactor:
        yield reactor


def test_what_comes_of_it_is_handed_back_in_the_loop(reactor: Reactor) -> None:
    """The job runs in another thread, what follows in ours."""
    threads: list[threading.Thread] = []
    results: list[int | None] = []

    def job() -> int:
        threads.append(threading.current_thread())
        return 7

    def then(result: int | None) -> None:
        threads.append(threading.current_thread())
        results.append(result)

    Aside(reactor).do(job, then)
    reactor.run(lambda: bool(results))
    assert results == [7]
    assert threads[0] is not threads[1] is threading.current_thread()


def test_a_job_that_never_ends_holds_up_nothing(reactor: Reactor) -> None:
    """Another one comes back meanwhile."""
    stuck = threading.Event()
    results: list[str | None] = []
    aside = Aside(reactor)
    aside.do(lambda: str(stuck.wait(60.0)), results.append)
    aside.do(lambda: "second", results.append)
    reactor.run(lambda: bool(results))
    assert results == ["second"]
    stuck.set()
    reactor.run(lambda: len(results) == 2)


def test_a_job_that_fails_is_told_and_yields_nothing(reactor: Reactor) -> None:
    """Whoever waits hears of it all the same."""
    faults: list[Exception] = []
    results: list[object] = []
    reactor.on_error = faults.append
    Aside(reactor).do(lambda: 1 // 0, results.append)
    reactor.run(lambda: bool(faults))
    assert results == [None]
    assert isinstance(faults[0], ZeroDivisionError)


def test_a_loop_that_is_closed_meanwhile_is_left_alone() -> None:
    """No complaint from a thread that comes back too late."""
    go, threads = threading.Event(), set(threading.enumerate())
    with Reactor() as reactor:
        Aside(reactor).do(lambda: go.wait(60.0), lambda _result: None)
        (thread,) = set(threading.enumerate()) - threads
    go.set()
    until(lambda: not thread.is_alive())


def test_without_a_thread_to_spare_the_answer_is_nothing(
    reactor: Reactor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system has no thread left: it is asked again later."""

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    results: list[int | None] = []
    Aside(reactor).do(lambda: 7, results.append)
    reactor.run(lambda: bool(results))
    assert results == [None]
