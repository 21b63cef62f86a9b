"""Answers that are slow, endless, cut, lying, poisoned or no answers at all: each has its verdict, in time."""

from __future__ import annotations

import gzip
import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from tests.probes.drivers import DRIVERS, Driver, by_command, by_monitor, sentence
from tests.probes.hostile import HostileServer, Script, Step
from tests.waiting import patient
from vigie.probes.conversation import Answer
from vigie.probes.http import ask_http

TIMEOUT = 1.5
"""Seconds for each whole exchange."""

SLACK = 3.0
"""Seconds that a loaded machine may add; nothing here would end by itself before half a minute."""

OK = b"HTTP/1.1 200 OK\r\n"
BODY = b"Content-Length: 2\r\n\r\nok"


def whole(*headers: bytes, body: bytes = b"ok", status: bytes = b"200 OK") -> bytes:
    """Return an answer of the right length."""
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


def chunked(body: bytes, coding: bytes = b"chunked") -> bytes:
    """Return an answer whose body is sent as it stands."""
    return OK + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + body


def endless(head: bytes, again: bytes) -> Callable[[], Script]:
    """Say ``head``, then ``again`` for ever, as fast as it is read."""
    piece = again * (16384 // len(again) + 1)
    return lambda: itertools.chain([head], itertools.repeat(piece))


def dripping(text: bytes, pause: float) -> Callable[[], Script]:
    """Say it byte by byte, and at the end nothing, for ever."""

    def steps() -> Iterator[Step]:
        for at in range(len(text)):
            yield text[at : at + 1]
            yield pause
        yield "stay"

    return steps


def said(*steps: Step) -> Callable[[], Script]:
    """Do these things and close."""
    return lambda: iter(steps)


BOMB = gzip.compress(bytes(50_000_000))
"""48 kB that would be 50 MB."""

WELL = (True, "answered")
LATE = (False, "timeout-answering")
GARBAGE = (False, "not-http")
CUT = (False, "cut")
HEADERS = (False, "headers-too-large")

HOSTILE: dict[str, tuple[Callable[[], Script], tuple[bool | None, str]]] = {
    # slow
    "silent": (said("stay"), LATE),
    "silent after the status": (said(OK, "stay"), LATE),
    "silent in the body": (said(OK, b"Content-Length: 9\r\n\r\nok", "stay"), LATE),
    "a byte now and then": (dripping(whole(), 0.2), LATE),
    "a header's byte every instant": (dripping(OK + b"X: " + b"x" * 20_000, 0.002), LATE),
    "a body's byte every instant": (dripping(OK + b"\r\n" + b"x" * 20_000, 0.002), LATE),
    "slow, yet in time": (dripping(whole(), 0.002), WELL),
    "kept alive without end": (said(OK + b"Connection: keep-alive\r\n\r\nok", "stay"), LATE),
    "kept alive after a whole answer": (said(whole(b"Connection: keep-alive"), "stay"), WELL),
    # endless
    "headers without end": (endless(OK, b"X-More: of the same\r\n"), HEADERS),
    "a header without end": (endless(OK + b"X: ", b"x"), HEADERS),
    "a status without end": (endless(b"HTTP/1.1 200 ", b"O"), HEADERS),
    "folds without end": (endless(OK + b"X: y\r\n", b" z\r\n"), HEADERS),
    "interim answers without end": (endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n"), HEADERS),
    "100 Continue without end": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), HEADERS),
    "one interim answer, then silence": (said(b"HTTP/1.1 102 Processing\r\n\r\n", "stay"), LATE),
    "one interim answer, then the real one": (said(b"HTTP/1.1 100 Continue\r\n\r\n" + whole()), WELL),
    "a body without end": (endless(OK + b"\r\n", b"x"), WELL),
    "a body without end, of an error": (endless(b"HTTP/1.1 500 No\r\n\r\n", b"x"), (False, "status")),
    "more than its length, without end": (endless(OK + BODY, b"x"), WELL),
    "chunks without end": (endless(chunked(b""), b"1\r\nx\r\n"), WELL),
    "a chunk's size without end": (endless(chunked(b""), b"0"), WELL),
    "a chunk's extension without end": (endless(chunked(b"5;"), b"x"), WELL),
    "trailers without end": (endless(chunked(b"0\r\n"), b"X: y\r\n"), WELL),
    "empty lines without end": (endless(b"", b"\r\n"), GARBAGE),
    # compressed: counted, never decompressed
    "a bomb": (said(whole(b"Content-Encoding: gzip", body=BOMB)), WELL),
    "a bomb as transfer coding": (said(OK + b"Transfer-Encoding: gzip\r\n\r\n" + BOMB), WELL),
    "a bomb in chunks": (said(chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BOMB), BOMB), b"gzip, chunked")), WELL),
    "compressed, it says": (said(whole(b"Content-Encoding: gzip, br, zstd", body=b"not at all")), WELL),
    # wrong lengths
    "shorter than its length": (said(OK + b"Content-Length: 3\r\n\r\nok"), CUT),
    "longer than its length": (said(OK + b"Content-Length: 1\r\n\r\nok"), WELL),
    "a length of nothing": (said(OK + b"Content-Length: 0\r\n\r\nok"), WELL),
    "a negative length": (said(OK + b"Content-Length: -1\r\n\r\nok"), GARBAGE),
    "a length with a sign": (said(OK + b"Content-Length: +2\r\n\r\nok"), GARBAGE),
    "a length in hexadecimal": (said(OK + b"Content-Length: 0x2\r\n\r\nok"), GARBAGE),
    "a length in words": (said(OK + b"Content-Length: two\r\n\r\nok"), GARBAGE),
    "no length at all": (said(OK + b"Content-Length:\r\n\r\nok"), GARBAGE),
    "a length in digits that are none": (said(OK + b"Content-Length: \xb2\r\n\r\nok"), GARBAGE),
    "half a length": (said(OK + b"Content-Length: 2.0\r\n\r\nok"), GARBAGE),
    "a huge length": (said(OK + b"Content-Length: 99999999999999999\r\n\r\nok"), CUT),
    "a huge length that is meant": (endless(OK + b"Content-Length: 99999999999999999\r\n\r\n", b"x"), WELL),
    "a length beyond all numbers": (said(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nok"), GARBAGE),
    "a length twice": (said(OK + b"Content-Length: 2\r\n" + BODY), WELL),
    "a length twice in one": (said(OK + b"Content-Length: 2, 2\r\n\r\nok"), WELL),
    "two lengths": (said(OK + b"Content-Length: 1\r\n" + BODY), GARBAGE),
    "two lengths in one": (said(OK + b"Content-Length: 2, 3\r\n\r\nok"), GARBAGE),
    # lies in chunks
    "chunks": (said(chunked(b"2\r\nok\r\n0\r\n\r\n")), WELL),
    "chunks and a length": (
        said(OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        WELL,
    ),
    "a chunk cut off": (said(chunked(b"5\r\nok")), CUT),
    "no last chunk": (said(chunked(b"2\r\nok\r\n")), CUT),
    "a chunk longer than it says": (said(chunked(b"2\r\nokay\r\n0\r\n\r\n")), GARBAGE),
    "a chunk of a negative size": (said(chunked(b"-2\r\nok\r\n")), GARBAGE),
    "a chunk of no size": (said(chunked(b"\r\nok\r\n")), GARBAGE),
    "a chunk of a size that is none": (said(chunked(b"0x2\r\nok\r\n")), GARBAGE),
    "a chunk of a huge size": (said(chunked(b"ffffffffffffffff\r\nok")), CUT),
    "a chunk of a size beyond all numbers": (said(chunked(b"f" * 19 + b"\r\nok")), GARBAGE),
    "chunked twice": (said(chunked(b"0\r\n\r\n", b"chunked, chunked")), GARBAGE),
    "chunked before something else": (said(chunked(b"0\r\n\r\n", b"chunked, gzip")), GARBAGE),
    # no HTTP, or another one
    "HTTP/0.9": (said(b"<html>ok</html>"), GARBAGE),
    "HTTP/2": (said(b"HTTP/2 200\r\n\r\n"), GARBAGE),
    "HTTP/2 in frames": (said(bytes.fromhex("000012040000000000") + bytes(18), "stay"), GARBAGE),
    "TLS": (said(bytes.fromhex("15030100020228")), GARBAGE),
    "SSH": (said(b"SSH-2.0-OpenSSH_9.2\r\n", "stay"), GARBAGE),
    "zeros": (endless(b"", b"\0"), GARBAGE),
    "every byte there is": (said(bytes(range(256))), GARBAGE),
    "a status of letters": (said(b"HTTP/1.1 2OO OK\r\n" + BODY), GARBAGE),
    "a status of two digits": (said(b"HTTP/1.1 20 OK\r\n" + BODY), GARBAGE),
    "a status of four digits": (said(b"HTTP/1.1 2000 OK\r\n" + BODY), GARBAGE),
    "a status below all": (said(b"HTTP/1.1 099 No\r\n" + BODY), GARBAGE),
    "a status above all": (said(whole(status=b"999 No")), (False, "status")),
    "a status without words": (said(whole(status=b"200")), WELL),
    "another protocol": (said(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), (False, "status")),
    # poisoned headers
    "a NUL in a header": (said(whole(b"X: a\0b")), GARBAGE),
    "a NUL in the status": (said(whole(status=b"200 O\0K")), GARBAGE),
    "a line injected with CR": (said(whole(b"X: a\rContent-Length: 0")), GARBAGE),
    "control characters in a header": (said(whole(b"X: \x1b[2J\x07\x08")), WELL),
    "letters of no encoding": (said(whole(b"X: \xff\xfe\x80")), WELL),
    "a header without a colon": (said(whole(b"X")), GARBAGE),
    "a header without a name": (said(whole(b": y")), GARBAGE),
    "a space before the colon": (said(whole(b"X : y")), GARBAGE),
    "a folded header": (said(whole(b"X: a\r\n b")), WELL),
    "a fold of nothing": (said(OK + b" folded: x\r\n" + BODY), GARBAGE),
    "a folded length": (said(OK + b"Content-Length: \r\n 2\r\n\r\nok"), GARBAGE),
    "lines that end with LF alone": (said(whole().replace(b"\r\n", b"\n")), WELL),
    # redirects
    "a redirect to itself": (said(whole(b"Location: /", status=b"302 Found")), (False, "redirect-to")),
    "a redirect that says too much": (
        said(whole(b"Location: http://x/\x1b[31m\x7f\xe9?token=s3cr3t#s3cr3t", status=b"307 No")),
        (False, "redirect-to"),
    ),
    "a redirect with a password": (
        said(whole(b"Location: http://me:s3cr3t@x/", status=b"301 No")),
        (False, "redirect"),
    ),
    "a redirect without end": (endless(b"HTTP/1.1 302 Found\r\nLocation: /", b"x"), HEADERS),
    # hung up
    "closed at once": (said("close"), (False, "closed")),
    "reset at once": (said("reset"), (False, "reset")),
    "closed in the status": (said(b"HTTP/1.1 20"), CUT),
    "closed in the headers": (said(OK + b"X: y\r\n"), CUT),
    "closed in the body": (said(OK + b"Content-Length: 99\r\n\r\nok"), CUT),
    "reset after the headers": (said(OK + b"Content-Length: 99\r\n\r\nok", 0.05, "reset"), (False, "reset")),
    "reset in the headers": (said(OK, 0.05, "reset"), (False, "reset")),
    "reset after the whole": (said(whole(), "reset"), None),  # type: ignore[dict-item]  # a race: see below
}

NAMES = tuple(HOSTILE)


def play(target: str) -> Script:
    """Play the script of this number."""
    return HOSTILE[NAMES[int(target[1:].partition("?")[0])]][0]()


@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_every_hostile_answer_has_its_verdict_in_time(driver: Driver) -> None:
    """All of them at once: none hangs, none holds another up, and each is told without a trace of its poison."""
    with HostileServer(play) as server:
        began = time.monotonic()
        answers = driver([ask_http(server.url(f"/{number}")) for number in range(len(NAMES))], TIMEOUT)
        took = time.monotonic() - began
        assert server.calls == len(NAMES), "a redirect was followed, or something was asked twice"
    found = {name: (one.well, one.reason) for name, one in zip(NAMES, answers, strict=True)}
    found_last, expected = found.pop("reset after the whole"), {name: HOSTILE[name][1] for name in found}
    assert found == expected
    # the system may throw the answer away when the reset arrives first
    assert found_last in (WELL, (False, "reset"))
    assert took < TIMEOUT + patient(SLACK)
    for one in answers:
        assert one.latency is not None
        assert one.latency < TIMEOUT + patient(SLACK)
        assert "s3cr3t" not in sentence(one)


def test_what_a_redirect_says_is_shown_clean_and_short() -> None:
    """No control character, no query, no more than a line."""
    long = b"Location: http://x/\x1b[31m" + b"y" * 5000 + b"?token=s3cr3t"
    for header, shown in (
        (b"Location: \x1b]0;title\x07\x9b\xa0there", "?]0;title???there"),
        (long, "http://x/?[31m" + "y" * 186),
    ):
        with HostileServer(lambda _target, h=header: iter([whole(h, status=b"302 No")])) as server:  # type: ignore[misc]
            [heard] = by_command([ask_http(server.url())], patient(10))
        assert heard.values == {"status": 302, "location": shown}
        assert shown in sentence(heard)


@pytest.mark.parametrize("driver", DRIVERS)
def test_whoever_answers_before_being_asked_is_heard(driver: Driver) -> None:
    """The answer counts, the banner of something else does not."""
    for words, expected in ((whole(), WELL), (b"220 mail ESMTP\r\n", GARBAGE)):
        with HostileServer(lambda _target, w=words: iter([w, "stay"]), early=True) as server:  # type: ignore[misc]
            [heard] = driver([ask_http(server.url())], patient(10))
        assert (heard.well, heard.reason) == expected


@pytest.mark.slow
def test_a_bot_is_never_asked_twice_for_one_probe() -> None:
    """However it fails: a loop of redirects, a cut, garbage, an error."""
    for name in ("a redirect to itself", "closed in the body", "SSH", "silent", "a status above all"):
        with HostileServer(lambda _target, n=name: HOSTILE[n][0]()) as server:  # type: ignore[misc]
            answers: list[Answer] = by_monitor([ask_http(server.url())], 0.5)
            assert server.calls == 1, name
        assert answers[0].well is False
