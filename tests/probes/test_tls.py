"""Encrypted health endpoints: certificates are verified, and each thing that can be wrong has its reason."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.probes.asking import ask_url, outcome
from tests.probes.certificates import Authority, Certificate
from tests.probes.servers import (
    IPV6,
    Handler,
    Server,
    answer,
    answering,
    answering_and_staying,
    need_ipv6,
    on_both,
    request,
    reset,
    silent,
)
from tests.waiting import patient
from vigie.probes.tls import trouble_of_tls, verifying_context

PAST, NOW, FUTURE = "20200101000000Z", "20200102000000Z", "20990101000000Z"

BOTH = "DNS:localhost,IP:127.0.0.1,IP:::1"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One authority for the whole run."""
    return Authority(str(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="session")
def proper(authority: Authority) -> Certificate:
    """A certificate with which nothing is wrong."""
    return authority.signed("proper", BOTH, PAST, FUTURE)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this machine trust the authority for the time of a test."""
    monkeypatch.setenv("SSL_CERT_FILE", authority.root.path)
    verifying_context.cache_clear()
    yield
    verifying_context.cache_clear()


def encrypted(certificate: Certificate, handler: Handler, **options: bool) -> Handler:
    """Speak TLS, then do what ``handler`` does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.path, certificate.key)
    if options.get("wants_client_certificate"):
        context.verify_mode = ssl.CERT_REQUIRED
        # with 1.3 the complaint comes after the handshake, and hanging up may overtake it
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    def handshaking(taken: socket.socket, leaving: threading.Event) -> None:
        with context.wrap_socket(taken, server_side=True) as secret:
            handler(secret, leaving)

    return handshaking


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    "handler",
    [
        answering(answer()),
        answering_and_staying(answer(b"x" * 60_000)),
        answering(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"),
    ],
)
def test_a_bot_with_a_proper_certificate_is_well(proper: Certificate, handler: Handler) -> None:
    """By name and by address, and without waiting for it to hang up."""
    with Server(encrypted(proper, handler)) as server:
        assert outcome(ask_url(server.url(host="localhost", scheme="https"))) == (True, "answered")
        assert outcome(ask_url(server.url(scheme="https"))) == (True, "answered")


@pytest.mark.usefixtures("trusted")
def test_the_final_dot_of_a_full_name_is_no_part_of_what_is_verified(proper: Certificate) -> None:
    """It only keeps the resolver from trying other endings."""
    with Server(encrypted(proper, answering(answer()))) as server:
        assert outcome(ask_url(server.url(host="localhost.", scheme="https"))) == (True, "answered")


@pytest.mark.usefixtures("trusted")
def test_an_address_of_version_6_is_verified_like_any_other(proper: Certificate) -> None:
    """The brackets are not part of the name that is verified."""
    need_ipv6()
    with Server(encrypted(proper, answering(answer())), IPV6) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (True, "answered")


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("alternative", "starts", "ends", "reason"),
    [
        (BOTH, PAST, NOW, "tls-expired"),
        (BOTH, "20980101000000Z", FUTURE, "tls-not-yet-valid"),
        ("DNS:other.example", PAST, FUTURE, "tls-wrong-host"),
        ("IP:192.0.2.1", PAST, FUTURE, "tls-wrong-host"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    authority: Authority, alternative: str, starts: str, ends: str, reason: str
) -> None:
    """An encrypted answer of somebody who proves nothing is no answer."""
    certificate = authority.signed(reason, alternative, starts, ends)
    with Server(encrypted(certificate, answering(answer()))) as server:
        for host in ("localhost", "127.0.0.1"):
            heard = ask_url(server.url(host=host, scheme="https"))
            assert outcome(heard) == (False, reason)
            assert heard.values == {"host": host}


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_vouches_for_itself_is_told(authority: Authority) -> None:
    """The usual one of a bot on one's own machine."""
    with Server(encrypted(authority.self_signed(BOTH), answering(answer()))) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (False, "tls-self-signed")


def test_a_certificate_of_an_unknown_authority_is_told(proper: Certificate) -> None:
    """Without being told of it, this machine trusts nobody."""
    verifying_context.cache_clear()
    with Server(encrypted(proper, answering(answer()))) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (False, "tls-unknown-issuer")


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-OpenSSH\r\n"]
)
def test_a_server_that_does_not_speak_tls_is_told(raw: bytes) -> None:
    """Usually https was written for http."""

    def plain(taken: socket.socket, leaving: threading.Event) -> None:
        taken.recv(1)
        taken.sendall(raw)
        leaving.wait(patient(30))

    with Server(plain) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (False, "tls-not-spoken")


def test_a_tls_server_asked_in_the_clear_does_not_speak_http(proper: Certificate) -> None:
    """Usually http was written for https."""

    def alert(taken: socket.socket, leaving: threading.Event) -> None:
        request(taken)
        taken.sendall(b"\x15\x03\x01\x00\x02\x02\x46")
        leaving.wait(patient(30))

    with Server(alert) as server:
        assert outcome(ask_url(server.url())) == (False, "not-http")


@pytest.mark.usefixtures("trusted")
def test_a_server_that_wants_a_certificate_of_ours_is_told_as_a_tls_failure(proper: Certificate) -> None:
    """We have none to show; OpenSSL's word for it is passed on."""
    with Server(encrypted(proper, answering(answer()), wants_client_certificate=True)) as server:
        heard = ask_url(server.url(scheme="https"))
    assert outcome(heard) == (False, "tls-failed")
    assert "ALERT" in str(heard.values["detail"])


def test_a_handshake_that_never_ends_is_given_up_in_its_own_phase() -> None:
    """The reason names the phase."""
    with Server(silent) as server:
        heard = ask_url(server.url(scheme="https"), seconds=0.2)
    assert outcome(heard) == (False, "timeout-tls")
    assert heard.values == {"seconds": 0.2}


@pytest.mark.slow
@pytest.mark.usefixtures("trusted")
def test_an_answer_that_never_comes_is_given_up_after_the_handshake(proper: Certificate) -> None:
    """The same deadline, another phase."""
    with Server(encrypted(proper, silent)) as server:
        heard = ask_url(server.url(scheme="https"), seconds=1)
    assert outcome(heard) == (False, "timeout-answering")


@pytest.mark.parametrize(("leave", "reason"), [(socket.socket.close, "closed"), (reset, "reset")])
def test_a_server_that_hangs_up_in_the_handshake_is_told(
    leave: Callable[[socket.socket], None], reason: str
) -> None:
    """As for a plain connection."""

    def rude(taken: socket.socket, leaving: threading.Event) -> None:
        taken.recv(65536)
        leave(taken)

    with Server(rude) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (False, reason)


@pytest.mark.usefixtures("trusted")
def test_if_the_first_address_hangs_up_in_the_handshake_the_other_is_asked(proper: Certificate) -> None:
    """A forwarder with nobody behind it hides no encrypted bot either."""

    def rude(taken: socket.socket, leaving: threading.Event) -> None:
        taken.recv(65536)
        taken.close()

    with on_both(rude, encrypted(proper, answering(answer()))) as (ipv4, _):
        assert outcome(ask_url(ipv4.url(host="localhost", scheme="https"))) == (True, "answered")


@pytest.mark.usefixtures("trusted")
def test_an_encrypted_answer_without_a_word_of_goodbye_is_taken_as_it_is(proper: Certificate) -> None:
    """Many servers close without TLS's close_notify; HTTP's own framing tells what is whole."""

    def abrupt(secret: socket.socket, leaving: threading.Event) -> None:
        request(secret)
        secret.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        secret.shutdown(socket.SHUT_RDWR)

    with Server(encrypted(proper, abrupt)) as server:
        heard = ask_url(server.url(scheme="https"))
    assert (heard.well, heard.reason, heard.http_status) == (False, "cut", 200)


def test_rare_certificate_errors_are_told_in_openssls_words() -> None:
    """Whatever it is, there is a sentence for it."""
    error = ssl.SSLCertVerificationError(1, "words")
    error.verify_code, error.verify_message = 23, "certificate revoked"
    trouble = trouble_of_tls(error, "bot.example")
    assert (trouble.reason, trouble.values) == (
        "tls-certificate",
        {"host": "bot.example", "detail": "certificate revoked"},
    )


def test_without_tls_in_this_python_the_question_is_not_put(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some builds have no ssl module."""
    monkeypatch.setitem(sys.modules, "vigie.probes.tls", None)
    with Server(silent) as server:
        assert outcome(ask_url(server.url(scheme="https"))) == (None, "no-tls")
