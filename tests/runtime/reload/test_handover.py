"""What is handed to the next program: only by this process to itself, only once, and whole."""

from __future__ import annotations

import os
import sys

import pytest

from vigie.engines import local_engine
from vigie.engines.base import Identity
from vigie.runtime.reload import handover

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no program takes another's place there")


def ourselves() -> Identity:
    """Who we are."""
    found = local_engine().identify(os.getpid())
    assert found is not None
    return found


def identify(_pid: int) -> Identity | None:
    """As the engine does."""
    return ourselves()


def still_open(descriptor: int) -> bool:
    """Whether this descriptor is open."""
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_what_is_packed_is_read_once() -> None:
    """However much it is; afterwards nothing is left of it, neither variable nor descriptor."""
    handed = {"bots": ["b" * 1000] * 2000, "é": None}
    descriptor = handover.pack(handed, ourselves())
    handover.announce(descriptor)
    found = handover.take(identify)
    assert found is not None
    assert (found["bots"], found["é"]) == (handed["bots"], None)
    assert handover.take(identify) is None
    assert handover.VARIABLE not in os.environ
    assert not still_open(descriptor)


def test_the_way_through_sockets_is_the_same() -> None:
    """Where memory cannot have a descriptor: a bot takes two kilobytes, so fifty do not fit into a pipe."""
    data = b'{"format": 1, "x": "' + b"y" * 100_000 + b'"}'
    try:
        descriptor = handover._through_sockets(data)
    except BlockingIOError:
        pytest.skip("this system gives a pair of sockets no more room")
    assert handover._read(descriptor) == data


def test_what_does_not_fit_is_an_error_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old program goes on then."""
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match=r".*"):
        handover._through_sockets(b"x" * 100_000_000)
    assert len(os.listdir("/dev/fd")) == before


def test_another_process_does_not_believe_it() -> None:
    """Our child inherits the variable by accident: the descriptor of that number is left alone."""
    reading, writing = os.pipe()
    os.environ[handover.VARIABLE] = f"{os.getppid()}:{reading}"
    assert handover.take(identify) is None
    assert handover.VARIABLE not in os.environ
    assert still_open(reading)
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("word", ["", "x", "1:", ":3", "-1:3", "99999999999999999999:1"])
def test_nonsense_is_not_believed(word: str) -> None:
    """Whatever somebody exports."""
    os.environ[handover.VARIABLE] = word
    assert handover.take(identify) is None


@pytest.mark.parametrize(
    "other",
    [
        Identity(1, 0, ""),
        ourselves()._replace(started=1) if sys.platform != "win32" else None,
        ourselves()._replace(boot="another") if sys.platform != "win32" else None,
    ],
)
def test_words_of_another_process_are_not_believed(other: Identity) -> None:
    """Same number, another start or boot: never ours."""
    handover.announce(handover.pack({}, other))
    assert handover.take(identify) is None


def test_another_format_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that could be misunderstood."""
    descriptor = handover.pack({}, ourselves())
    monkeypatch.setattr(handover, "FORMAT", handover.FORMAT + 1)
    handover.announce(descriptor)
    assert handover.take(identify) is None


def test_memory_that_is_full_is_an_error_and_leaves_nothing() -> None:
    """The system allows no file of that size: the old program goes on, and hears why."""
    if sys.platform != "linux":
        pytest.skip("elsewhere it goes through sockets")
    import resource

    before = len(os.listdir("/dev/fd"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            handover.pack({"bots": ["x" * 10_000]}, ourselves())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("data", [b"", b"half a wor", b"[1]", b'"format"', b"\xff\xfe"])
def test_what_is_no_hand_over_is_not_believed(data: bytes) -> None:
    """Whatever lies in the memory of that number; it is closed."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    handover.announce(reading)
    assert handover.take(identify) is None
    assert not still_open(reading)


def test_a_descriptor_that_is_closed_by_now_is_not_believed() -> None:
    """Nothing can be read there."""
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    handover.announce(reading)
    assert handover.take(identify) is None


def test_no_more_is_read_than_ever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that never ends does not fill ours: cut off, it is not believed."""
    monkeypatch.setattr(handover, "MOST", 1 << 20)
    handover.announce(handover.pack({"bots": ["x" * (3 << 20)]}, ourselves()))
    assert handover.take(identify) is None
