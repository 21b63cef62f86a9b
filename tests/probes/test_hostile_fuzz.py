"""Ten thousand broken answers, drawn from a seed: no hang, no growth, a reason each.

``VIGIE_TEST_SEED`` is the first seed; each answer has its own, the next number. One of them again, alone::

    VIGIE_TEST_SEED=4711 VIGIE_TEST_ANSWERS=1 python -m pytest tests/probes/test_hostile_fuzz.py
"""

from __future__ import annotations

import gc
import os
import re
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.probes.drivers import DRIVERS, Driver, by_command, by_monitor, sentence
from tests.probes.hostile import HostileServer, Script, Step
from tests.waiting import patient
from vigie.probes.conversation import Answer
from vigie.probes.http import ask_http

FIRST = int(os.environ.get("VIGIE_TEST_SEED", "20260701"))
ANSWERS = int(os.environ.get("VIGIE_TEST_ANSWERS", "10000"))

AT_ONCE = 250
TIMEOUT = 0.6
SLACK = 5.0
"""Seconds that a loaded machine may add to a whole batch."""

MOST_GROWTH = 3_000_000
"""Bytes of memory in use that 10,000 answers may leave behind: 300 for each would be a leak that shows."""

BASES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nServer: x\r\nDate: today\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nRetry-After: 9\r\n\r\nwait",
    b"HTTP/1.1 302 Found\r\nLocation: /elsewhere?a=b\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + bytes(20),
)

SPICE = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b" ",
        b"\t",
        b":",
        b",",
        b";",
        b"-",
        b"+",
        b"\x1b[2J",
        b"\x7f",
    ),
    *(
        b"\xff",
        b"\xe9",
        b"HTTP/1.1 ",
        b"HTTP/0.9",
        b"200",
        b"99999999999999999999",
        b"0x",
        b"ffffffffffffffff",
    ),
    *(b"chunked", b"gzip, ", b"Content-Length: ", b"Transfer-Encoding: ", b"Location: ", b"\r\n folded"),
    *(b"{reason}", b"%s%n", b"x" * 20_000, b"\r\nX: y" * 4000),
)


def bent(chance: Random) -> bytes:
    """Return a proper answer with a few things done to it."""
    text = bytearray(chance.choice(BASES))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        act = chance.randrange(6)
        if act == 0:
            text[at:at] = chance.choice(SPICE)
        elif act == 1:
            del text[at : min(to, at + chance.randrange(1, 20))]
        elif act == 2 and text:
            text[min(at, len(text) - 1)] = chance.randrange(256)
        elif act == 3:
            text[at:at] = text[at:to]
        elif act == 4:
            text[at : at + 1] = chance.choice(SPICE)
        else:
            text = text[:to] if chance.random() < 0.3 else text + chance.randbytes(chance.randrange(300))
        del text[70_000:]
    return bytes(text)


def script_of(seed: int) -> Script:
    """Return the answer of this seed: what is said, in which pieces, how slowly, and how it ends."""
    chance = Random(seed)
    kind = chance.random()
    text = bent(chance) if kind < 0.95 else chance.randbytes(chance.randrange(2000)) if kind < 0.99 else b""
    end: Step = chance.choice(("close", "close", "close", "close", "reset", "stay"))
    endlessly = text[-50:] if text and chance.random() < 0.02 else b""
    pieces = chance.choice((1, 1, 1, 2, 5, len(text) or 1))
    pause = chance.choice((0.0, 0.0, 0.001, 0.05)) if pieces < 10 else 0.0

    def steps() -> Iterator[Step]:
        size = max(1, len(text) // pieces)
        for at in range(0, len(text), size):
            yield text[at : at + size]
            if pause:
                yield pause
        while endlessly:
            yield endlessly * 100
        yield end

    return steps()


def said_by(seed: int) -> bytes:
    """Return what the script of this seed says, or its beginning when it is endless."""
    words = b""
    for step in script_of(seed):
        words += step if isinstance(step, bytes) else b""
        if len(words) > 200_000:
            break
    return words


def again(seed: int) -> str:
    """Return the command that plays one answer alone."""
    return f"VIGIE_TEST_SEED={seed} VIGIE_TEST_ANSWERS=1 python -m pytest tests/probes/test_hostile_fuzz.py"


def judged(seed: int, answer: Answer, limit: float) -> None:
    """Hold one answer to what must be true of every one."""
    story = f"{answer}, said {said_by(seed)[:300]!r}; alone: {again(seed)}"
    assert answer.latency is not None, story
    assert answer.latency < limit, story
    assert answer.well is not None, f"a bad answer is the bot's, never ours: {story}"
    assert sentence(answer), story
    words = said_by(seed)
    if answer.well:
        # whatever else it said: a status of success stood where one may stand
        assert re.match(rb"HTTP/1\.\d (1\d\d|2\d\d)", words), story
    elif answer.reason == "status":
        assert re.match(rb"HTTP/1\.\d \d\d\d", words), story
    if words in BASES[:3] and answer.reason not in ("reset", "timeout-answering"):
        assert answer.well, story


def batch(seeds: range, driver: Driver) -> Counter[str]:
    """Ask for these answers at once, and count the reasons."""
    with HostileServer(lambda target: script_of(int(target[1:]))) as server:
        began = time.monotonic()
        answers = driver([ask_http(server.url(f"/{seed}")) for seed in seeds], TIMEOUT)
        took = time.monotonic() - began
    limit = TIMEOUT + patient(SLACK)
    assert took < limit, f"seeds from {seeds[0]} on took {took:.1f} s"
    for seed, answer in zip(seeds, answers, strict=True):
        judged(seed, answer, limit)
    return Counter(answer.reason for answer in answers)


def resident() -> int:
    """Return the bytes of memory this process has in use."""
    import psutil

    return int(psutil.Process().memory_info().rss)


@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_no_answer_whatever_hangs_us_or_goes_without_a_reason(driver: Driver) -> None:
    """Half of them by either way of driving; memory, descriptors and the memory of the system do not grow."""
    own = DRIVERS.index(driver)
    share = ANSWERS // 2 or ANSWERS
    first = FIRST + own * (ANSWERS // 2)
    print(f"seeds {first} to {first + share - 1}; one alone: {again(first)}")
    if share > AT_ONCE:
        batch(range(first, first + AT_ONCE), driver)  # loads and caches what is loaded once
    gc.collect()
    descriptors, before = open_descriptors(), resident()
    reasons: Counter[str] = Counter()
    for begin in range(first, first + share, AT_ONCE):
        reasons += batch(range(begin, min(begin + AT_ONCE, first + share)), driver)
    gc.collect()
    print(dict(reasons), f"grown by {resident() - before} bytes")
    assert open_descriptors() <= descriptors
    if share > AT_ONCE:
        assert resident() - before < MOST_GROWTH
        expected = {"answered", "status", "redirect-to", "not-http", "cut", "closed", "reset"}
        assert expected | {"headers-too-large", "timeout-answering"} <= set(reasons), (
            "the drawing is too tame"
        )


@pytest.mark.slow
def test_nothing_of_an_answer_is_kept() -> None:
    """Counted to the byte: a thousand answers more leave no more objects behind than the thousand before."""
    for driver in (by_command, by_monitor):
        batch(range(FIRST, FIRST + AT_ONCE), driver)
    tracemalloc.start()
    try:
        sizes = []
        for begin in range(FIRST, FIRST + 3 * AT_ONCE, AT_ONCE):
            for driver in (by_command, by_monitor):
                batch(range(begin, begin + AT_ONCE), driver)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[0] < 50_000, sizes


def open_descriptors() -> int:
    """Return how many descriptors are open, where that can be seen."""
    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
