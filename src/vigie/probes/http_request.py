"""The one request a probe sends, as bytes."""

from __future__ import annotations

from vigie import __version__
from vigie.probes.url import DEFAULT_PORTS, HealthUrl


def request_for(url: HealthUrl) -> bytes:
    """Return the GET for ``url``.

    It asks for an uncompressed body (none is ever decompressed) and for the connection to be closed.
    """
    lines = [
        f"GET {url.target} HTTP/1.1",
        f"Host: {_host(url)}",
        f"User-Agent: vigie/{__version__}",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _host(url: HealthUrl) -> str:
    # the zone of a link-local address means something on this machine only (RFC 6874, section 3)
    host = url.host.partition("%")[0]
    if ":" in host:
        host = f"[{host}]"
    return host if url.port == DEFAULT_PORTS[url.scheme] else f"{host}:{url.port}"
