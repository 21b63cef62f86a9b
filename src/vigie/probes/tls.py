"""Encrypted connections, with certificates verified as Python does by default. Loaded only for ``https``."""

from __future__ import annotations

import functools
import socket
import ssl
from collections.abc import Generator

from vigie.probes import bare_socket
from vigie.probes.conversation import Want
from vigie.probes.failures import Trouble
from vigie.probes.link import Link

CERTIFICATE_REASONS = {
    9: "tls-not-yet-valid",
    10: "tls-expired",
    18: "tls-self-signed",
    19: "tls-self-signed",
    20: "tls-unknown-issuer",
    21: "tls-unknown-issuer",
    62: "tls-wrong-host",
    64: "tls-wrong-host",
}
"""OpenSSL's verification results (openssl-verification-options, X509_V_ERR_*) -> our reasons."""

NOT_TLS = (
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
"""OpenSSL's words for "what came is no TLS": usually a plain HTTP server asked with ``https``."""


@functools.cache
def verifying_context() -> ssl.SSLContext:
    """Return the context that all probes share: reading the system's certificates takes its time."""
    return ssl.create_default_context()


class TlsLink(Link):
    """A connection whose bytes are encrypted; either direction may have to wait for either."""

    sock: ssl.SSLSocket

    def send(self, data: bytes) -> int | Want:
        """Send what fits now. Raises ``OSError``, or ``Trouble`` when TLS itself breaks."""
        try:
            return self.sock.send(data)
        except ssl.SSLError as error:
            return self._blocked(error)

    def receive(self, most: int) -> bytes | Want:
        """Return up to ``most`` bytes. Raises ``OSError``, or ``Trouble`` when TLS itself breaks."""
        try:
            return self.sock.recv(most)
        except ssl.SSLError as error:
            return self._blocked(error)

    def shake_hands(self) -> Want | None:
        """Go on with the handshake: what to wait for, or None once it is done."""
        try:
            self.sock.do_handshake()
        except ssl.SSLError as error:
            return self._blocked(error)
        return None

    def _blocked(self, error: ssl.SSLError) -> Want:
        if isinstance(error, ssl.SSLWantReadError):
            return Want(reading=(self.sock.fileno(),))
        if isinstance(error, ssl.SSLWantWriteError):
            return Want(writing=(self.sock.fileno(),))
        raise trouble_of_tls(error, self.sock.server_hostname or "") from None


def secured(bare: bare_socket.socket, host: str) -> Generator[Want, None, TlsLink]:
    """Return an encrypted link over a connected socket, once ``host`` has proven who it is.

    Takes the socket over, and closes it when the handshake fails. Raises ``Trouble`` or ``OSError``.
    """
    # no zone in a certificate, and the final dot of a full name is not part of it either
    name = host.partition("%")[0].removesuffix(".")
    sock = socket.socket(fileno=bare.detach())
    try:
        sock.setblocking(False)
        wrapped = verifying_context().wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
    except BaseException:
        sock.close()
        raise
    link = TlsLink(wrapped)
    try:
        while (want := link.shake_hands()) is not None:
            yield want
    except BaseException:
        link.close()
        raise
    return link


def trouble_of_tls(error: ssl.SSLError, host: str) -> Trouble:
    """Return what a TLS error means: a certificate that proves nothing, no TLS at all, or something rarer."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = CERTIFICATE_REASONS.get(error.verify_code)
        if reason is not None:
            return Trouble(reason, host=host)
        return Trouble("tls-certificate", host=host, detail=error.verify_message)
    if isinstance(error, ssl.SSLEOFError):
        return Trouble("closed")
    if error.reason in NOT_TLS:
        return Trouble("tls-not-spoken")
    return Trouble("tls-failed", detail=error.reason or type(error).__name__)
