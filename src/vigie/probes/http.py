"""Asks a bot's health endpoint: GET, one deadline for the whole exchange, no redirects, no proxy."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from vigie.probes import bare_socket as socket
from vigie.probes.addresses import Address, addresses_of
from vigie.probes.connect import first_to_connect
from vigie.probes.conversation import Answer, Conversation, Want
from vigie.probes.failures import Trouble, in_time, trouble_of
from vigie.probes.http_answer import HttpAnswer
from vigie.probes.http_request import request_for
from vigie.probes.link import Link
from vigie.probes.url import HealthUrl, split_url

HEALTHY = ((200, 299),)

ONE_READ = 16 * 1024

LONGEST_LOCATION = 200

UNHEARD = ("reset", "closed")
"""The connection was taken and dropped without a word, as port forwarders do with nobody behind them."""


def ask_http(url: str, health_status: Sequence[tuple[int, int]] = HEALTHY) -> Conversation:
    """Ask ``url``; well when a whole answer came whose status lies in one of the ``health_status`` ranges."""
    try:
        where = split_url(url, ("http", "https"))
        addresses = yield from addresses_of(where.host, where.port)
        answer = yield from _ask_in_turn(addresses, where)
    except Trouble as trouble:
        return trouble.answer()
    return _verdict(answer, health_status)


def _ask_in_turn(addresses: list[Address], where: HealthUrl) -> Generator[Want, None, HttpAnswer]:
    """Ask the first address that connects; only if it hangs up without a word, the others as well."""
    unheard: Trouble | None = None
    while True:
        try:
            connected = yield from in_time("timeout-connecting", first_to_connect(addresses, where.place))
        except Trouble as trouble:
            raise unheard or trouble from None
        try:
            return (yield from _exchange(connected.sock, where))
        except Trouble as trouble:
            unheard = unheard or trouble
            addresses = connected.others
            if trouble.reason not in UNHEARD or not addresses:
                raise unheard from None


def _exchange(sock: socket.socket, where: HealthUrl) -> Generator[Want, None, HttpAnswer]:
    """Send the request and read the answer; closes ``sock``. Raises ``Trouble`` when not a byte came."""
    link = Link(sock)
    answer = HttpAnswer()
    try:
        if where.scheme == "https":
            link = yield from in_time("timeout-tls", _secured(sock, where.host))
        yield from in_time("timeout-answering", _converse(link, request_for(where), answer))
    except OSError as error:
        raise trouble_of(error, where.place) from None
    finally:
        link.close()
    return answer


def _secured(sock: socket.socket, host: str) -> Generator[Want, None, Link]:
    try:
        from vigie.probes.tls import secured
    except ImportError:
        raise Trouble("no-tls", well=None) from None
    return (yield from secured(sock, host))


def _converse(link: Link, request: bytes, answer: HttpAnswer) -> Generator[Want, None, None]:
    while request:
        sent = link.send(request)
        if isinstance(sent, Want):
            yield sent
        else:
            request = request[sent:]
    while not answer.decided:
        try:
            came = link.receive(min(ONE_READ, answer.appetite))
        except ConnectionError:
            if not answer.heard:
                raise
            answer.broken_off()
            break
        if isinstance(came, Want):
            yield came
        elif came:
            answer.feed(came)
        else:
            answer.end()
    if answer.problem == "closed":
        raise Trouble("closed")


def _verdict(answer: HttpAnswer, healthy: Sequence[tuple[int, int]]) -> Answer:
    status = answer.status
    if answer.problem is not None or status is None:
        return Answer(False, answer.problem or "cut", {}, status)
    if any(lowest <= status <= highest for lowest, highest in healthy):
        return Answer(True, "answered", {"status": status}, status)
    if 300 <= status < 400:
        location = _readable(answer.location)
        if location:
            return Answer(False, "redirect-to", {"status": status, "location": location}, status)
        return Answer(False, "redirect", {"status": status}, status)
    return Answer(False, "status", {"status": status}, status)


def _readable(location: bytes) -> str:
    """Return what may be shown of a redirect's goal: one short line, nothing that may hold a secret."""
    text = location.partition(b"?")[0].partition(b"#")[0].decode("latin-1")
    if "@" in text:
        return ""
    return "".join(one if " " < one < "\x7f" else "?" for one in text[:LONGEST_LOCATION])
