"""The little reader: strict about what is an answer, deaf to how the bytes were split."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.probes.http_answer import BODY_LIMIT, HEAD_LIMIT, HttpAnswer

OK = b"HTTP/1.1 200 OK\r\n"

Verdict = tuple[str | None, int | None]


def read(*pieces: bytes, close: bool = False) -> HttpAnswer:
    """Feed the pieces, then close if asked to."""
    answer = HttpAnswer()
    for piece in pieces:
        answer.feed(piece)
    if close:
        answer.end()
    return answer


def verdict(answer: HttpAnswer) -> Verdict:
    """Return what a probe goes by."""
    assert answer.decided
    return answer.problem, answer.status


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (OK + b"Content-Length: 2\r\n\r\nok", 200),
        (OK + b"content-length:2\r\n\r\nok", 200),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200),
        (OK + b"Content-Length: 2, 2\r\n\r\nok", 200),
        (OK + b"Content-Length: 002\r\n\r\nok", 200),
        (OK + b"Content-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 1\r\n\r\n!", 503),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 D\xe9j\xe0 l\xe0\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", 304),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", 101),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n", 200),
        (
            b"HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" * 3 + OK + b"Content-Length: 0\r\n\r\n",
            200,
        ),
        (b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", 999),
        (OK + b"X-Folded: a\r\n\t b\r\nContent-Length: 0\r\n\r\n", 200),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", 200),
        (OK + b"Transfer-Encoding: Chunked\r\n\r\n0a;x=y\r\n0123456789\r\n000\r\n", 200),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\n\x1f\r\n0\r\n", 200),
        (OK + b"Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n0\r\n", 200),
    ],
)
def test_a_whole_answer_is_known_without_waiting_for_the_connection_to_close(raw: bytes, status: int) -> None:
    """The last byte decides, none before it and nothing after it."""
    assert not read(raw[:-1]).decided
    assert verdict(read(raw)) == (None, status)
    assert verdict(read(raw, b"\xff garbage after it", close=True)) == (None, status)


@pytest.mark.parametrize(
    "raw",
    [
        b"ok",
        b"\x16\x03\x01\x00",
        b"\x00",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"<html>It works!</html>",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"ICY 200 OK\r\n",
        b"HTTP/1.\r\n",
        b"HTTP/1.x 200 OK\r\n",
        b"HTTP/1.1  200 OK\r\n",
        b"HTTP/1.1 20 OK\r\n",
        b"HTTP/1.1 2000 OK\r\n",
        b"HTTP/1.1 099 OK\r\n",
        b"HTTP/1.1 +20 OK\r\n",
        b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n",
        b"HTTP/1.1\t200 OK\r\n",
        b"HTTP/1.1 200OK\r\n",
        OK + b"no colon\r\n",
        OK + b"\r\r\n",
        OK + b": no name\r\n",
        OK + b"A space: x\r\n",
        OK + b"Space-before-colon : x\r\n",
        OK + b" folded with nothing before it\r\n",
        OK + b"Content-Length: 1\r\n 2\r\n",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: +1\r\n\r\n",
        OK + b"Content-Length: 1_0\r\n\r\n",
        OK + b"Content-Length: 0x10\r\n\r\n",
        OK + b"Content-Length:\r\n\r\n",
        OK + b"Content-Length: 2,\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n",
        OK + b"Content-Length: 2, 3\r\n\r\n",
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        OK + b"Transfer-Encoding: chunked, chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nok\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 19 + b"\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n",
    ],
)
def test_what_is_no_http_answer_is_known_as_soon_as_it_is_certain(raw: bytes) -> None:
    """Nobody waits for the end of garbage."""
    assert read(raw).problem == "not-http"
    assert read(raw).decided


@pytest.mark.parametrize(
    "raw",
    [
        b"H",
        b"HTTP/1.",
        b"HTTP/1.1 200 OK",
        OK,
        OK + b"Content-Length: 0\r\n",
        OK + b"Content-Length: 3\r\n\r\nok",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nok",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_is_cut(raw: bytes) -> None:
    """Closing in the middle is not an end."""
    assert not read(raw).decided
    assert read(raw, close=True).problem == "cut"


def test_a_connection_closed_without_a_byte_is_closed_and_not_cut() -> None:
    """Nobody answered at all."""
    answer = read(b"", close=True)
    assert (answer.problem, answer.heard) == ("closed", False)


@pytest.mark.parametrize("headers", [b"", b"Transfer-Encoding: gzip\r\n", b"Transfer-Encoding:\r\n"])
def test_without_a_length_the_body_ends_with_the_connection(headers: bytes) -> None:
    """As HTTP/1.0 did it, and many hand-written bots do."""
    assert not read(OK + headers + b"\r\n", b"body").decided
    assert verdict(read(OK + headers + b"\r\n", b"body", close=True)) == (None, 200)
    assert verdict(read(OK + headers + b"\r\n", close=True)) == (None, 200)


def test_a_reset_in_the_middle_is_a_reset() -> None:
    """Only a proper end delimits an answer without a length; one that was whole before stays whole."""
    answer = read(OK + b"\r\nbody")
    answer.broken_off()
    assert verdict(answer) == ("reset", 200)
    whole = read(OK + b"Content-Length: 0\r\n\r\n")
    whole.broken_off()
    assert verdict(whole) == (None, 200)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"", b"x" * BODY_LIMIT),
        (b"Content-Length: 99999999999\r\n", b"x" * BODY_LIMIT),
        (b"Content-Length: 65536\r\n", b"x" * BODY_LIMIT),
        (b"Transfer-Encoding: chunked\r\n", b"fffff\r\n" + b"x" * (BODY_LIMIT - 7)),
        (b"Transfer-Encoding: chunked\r\n", (b"1\r\nx\r\n" * BODY_LIMIT)[:BODY_LIMIT]),
        (b"Transfer-Encoding: chunked\r\n", b"1;" + b"x" * (BODY_LIMIT - 2)),
    ],
)
def test_after_64_kib_of_body_the_status_alone_decides(headers: bytes, body: bytes) -> None:
    """An endless body neither keeps the probe waiting nor makes it read on."""
    answer = read(OK + headers + b"\r\n", body[:-1])
    assert (answer.decided, answer.appetite) == (False, 1)
    answer.feed(body[-1:])
    assert verdict(answer) == (None, 200)
    assert answer.appetite == 0


def test_headers_of_16_kib_are_read_and_one_byte_more_is_too_much() -> None:
    """The limit is on the whole head, to the byte."""
    head = OK + b"X: " + b"x" * (HEAD_LIMIT - len(OK) - 3 - 4 - 21) + b"\r\nContent-Length: 0  \r\n\r\n"
    assert len(head) == HEAD_LIMIT
    assert verdict(read(head)) == (None, 200)
    longer = OK + b"Y" + head[len(OK) :]
    assert verdict(read(longer)) == ("headers-too-large", None)
    assert verdict(read(longer[:HEAD_LIMIT])) == ("headers-too-large", None)


@pytest.mark.parametrize(
    "endless",
    [
        b"HTTP/1.1 200 O" + b"K" * HEAD_LIMIT,
        OK + b"X: y\r\n" * HEAD_LIMIT,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 2000,
    ],
)
def test_an_endless_head_is_given_up(endless: bytes) -> None:
    """Whether it is one line, many headers, or interim answers for ever."""
    assert read(endless).problem == "headers-too-large"


def test_a_redirects_goal_is_kept_and_that_of_an_interim_answer_forgotten() -> None:
    """Only the final answer's headers count."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLocation: /early\r\n\r\n"
    assert read(interim + b"HTTP/1.1 302 Found\r\nLOCATION:  /there \r\n\r\n").location == b"/there"
    assert read(interim + b"HTTP/1.1 302 Found\r\n\r\n").location == b""


def split(raw: bytes, cuts: list[int]) -> list[bytes]:
    """Cut ``raw`` at some places."""
    places = sorted({cut % (len(raw) + 1) for cut in cuts})
    return [raw[start:end] for start, end in zip([0, *places], [*places, len(raw)], strict=True)]


names = st.sampled_from([b"Content-Length", b"Transfer-Encoding", b"Location", b"X-A", b"", b" ", b"A B"])
values = st.sampled_from(
    [b"0", b"3", b"3, 3", b"-1", b"chunked", b"gzip, chunked", b"", b"x" * 9000]
) | st.binary(max_size=8)
line_ends = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b""])
status_lines = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 500", b"HTTP/1.1 100 Continue", b"HTTP/1.1 204 x", b"HTTP/1.1 2"]
) | st.binary(max_size=12)
bodies = (
    st.binary(max_size=20)
    | st.sampled_from([b"3\r\nabc\r\n0\r\n\r\n", b"3;e\r\nabc\r\n", b"fffff\r\n", b"x" * (BODY_LIMIT + 5)])
    | st.lists(st.sampled_from([b"3\r\nabc\r\n", b"0\r\n", b"\r\n", b"zz\r\n", b"1\nx\n"]), max_size=6).map(
        b"".join
    )
)


@st.composite
def nearly_http(draw: st.DrawFn) -> bytes:
    """Something that resembles one answer, or several."""
    raw = b""
    for _ in range(draw(st.integers(1, 3))):
        raw += draw(status_lines) + draw(line_ends)
        for _ in range(draw(st.integers(0, 3))):
            raw += draw(names) + draw(st.sampled_from([b": ", b":", b""])) + draw(values) + draw(line_ends)
        raw += draw(line_ends)
    return raw + draw(bodies)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200) | nearly_http(), st.lists(st.integers(0, 1 << 20), max_size=12), st.booleans())
def test_any_bytes_in_any_pieces_give_one_verdict_and_never_an_error(
    raw: bytes, cuts: list[int], close: bool
) -> None:
    """Neither the splitting nor garbage matters, and what is held stays bounded."""
    whole = read(raw, close=close)
    answer = HttpAnswer()
    for piece in split(raw, cuts):
        answer.feed(piece)
        assert len(answer._line) <= max(HEAD_LIMIT, BODY_LIMIT)
        assert 0 <= answer.appetite <= max(HEAD_LIMIT, BODY_LIMIT)
    if close:
        answer.end()
    assert (answer.decided, answer.problem, answer.status, answer.location, answer.heard) == (
        whole.decided,
        whole.problem,
        whole.status,
        whole.location,
        whole.heard,
    )
    assert answer.decided or not close


@settings(max_examples=100, deadline=None)
@given(nearly_http())
def test_byte_by_byte_is_no_other_story(raw: bytes) -> None:
    """The worst splitting of all gives the same verdict."""
    raw = raw[:2000]
    slow = read(*(raw[at : at + 1] for at in range(len(raw))))
    fast = read(raw)
    assert (slow.decided, slow.problem, slow.status) == (fast.decided, fast.problem, fast.status)


class Wire:
    """Bytes in the guise of the socket that ``http.client`` wants."""

    def __init__(self, raw: bytes) -> None:
        """Keep what will be read."""
        self.file = io.BytesIO(raw)

    def makefile(self, _mode: str) -> io.BytesIO:
        """Return the one file there is."""
        return self.file


@settings(deadline=None)
@given(
    st.integers(200, 599),
    st.lists(
        st.tuples(st.from_regex(rb"\AX-[A-Za-z]{1,8}\Z"), st.from_regex(rb"\A[ -~]{0,20}\Z")), max_size=4
    ),
    st.binary(max_size=300),
    st.none() | st.integers(1, 50),
)
def test_proper_answers_are_understood_as_the_standard_library_does(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, chunk: int | None
) -> None:
    """Same status, and the answer ends with the byte with which ``http.client`` ends it."""
    raw = b"HTTP/1.1 %d Reason\r\n" % status + b"".join(b"%s: %s\r\n" % one for one in headers)
    if chunk is None:
        raw += b"Content-Length: %d\r\n\r\n" % len(body) + body
    else:
        chunks = [body[at : at + chunk] for at in range(0, len(body), chunk)]
        raw += b"Transfer-Encoding: chunked\r\n\r\n"
        raw += b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in chunks) + b"0\r\n\r\n"
    other = http.client.HTTPResponse(Wire(raw + b"next"))  # type: ignore[arg-type]
    other.begin()
    other.read()
    answer = read(raw)
    assert verdict(answer) == (None, other.status)
    bodiless = status in (204, 304)
    trailer = 2 if chunk is not None else 0
    used = raw.index(b"\r\n\r\n") + 4 if bodiless else len(raw) - trailer
    assert not read(raw[: used - 1]).decided
    other.close()
