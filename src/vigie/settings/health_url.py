"""Where and how a bot is asked whether it is well: the forms that ``health_url`` can have.

``http://host:port/path``, ``https://...``, ``tcp://host:port``, ``exec:COMMAND`` and ``none``. Read by hand:
``urllib.parse`` would cost ``check`` more than asking the bot does.
"""

from __future__ import annotations

from vigie.messages import Phrase
from vigie.plain import Plain
from vigie.settings.origin import NotAllowedError

NONE = "none"
EXEC = "exec:"
_NETWORK = ("http", "https", "tcp")
_HOST_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
_IPV6_LETTERS = frozenset("0123456789abcdefABCDEF:.")
_ZONE_LETTERS = _HOST_LETTERS | {"%"}


class _Address(Plain):
    scheme: str
    host: str
    port: str
    rest: str


def read_health_url(value: object) -> str:
    """Return ``value`` with its scheme in small letters and its path in ASCII; raises ``NotAllowedError``.

    A name and password in it are refused: it is shown in status, logs and JSON.
    """
    text = value.strip() if isinstance(value, str) else ""
    if text.lower() == NONE:
        return NONE
    if text[: len(EXEC)].lower() == EXEC:
        return EXEC + _command(text[len(EXEC) :])
    address = _split(text)
    if address is None:
        raise NotAllowedError(Phrase("settings.allowed-url"), shown(text) if text else None)
    _check(address, text)
    return _join(address)


def read_port(text: str) -> int:
    """Return the port that ``text`` names; raises ``NotAllowedError`` when it is none."""
    port = _port(text.strip())
    if port is None:
        raise NotAllowedError(Phrase("settings.allowed-port"))
    return port


def with_port(url: str, port: int) -> str:
    """Return ``url`` with another port; ``none`` and ``exec:``, which have no port to change, stay."""
    address = _split(url)
    return url if address is None else _join(address._replace(port=str(port)))


def shown(url: str) -> str:
    """Return what an error may show: no name and password, nothing from a ``?`` or a space on."""
    if "@" in url:
        scheme = url.partition("://")[0].lower()
        return repr(f"{scheme}://...") if scheme in _NETWORK else "'...'"
    plain = url.split(None, 1)[0].partition("?")[0][:80]
    return repr(plain) + ("..." if plain != url else "")


def public(url: str) -> str:
    """Return what anybody may see of a valid health URL: no query, no words after a command's first.

    Both may hold secrets that were taken from the ``.env``.
    """
    if url.startswith("exec:"):
        program, *more = url[len("exec:") :].split(None, 1)
        return f"exec:{program}{' ...' if more else ''}"
    return url.partition("?")[0]


def _split(text: str) -> _Address | None:
    scheme, separator, after = text.partition("://")
    if not separator or scheme.lower() not in _NETWORK:
        return None
    end = min((after.index(mark) for mark in "/?#" if mark in after), default=len(after))
    authority, rest = after[:end], after[end:].partition("#")[0]
    # The colon of a port is the first one, or the first behind the brackets of an IPv6 address.
    start = authority.find("]") + 1 if authority.startswith("[") else authority.find(":")
    start = len(authority) if start < 0 else start
    host, port = authority[:start], authority[start:]
    # What is not a colon and something stays as it is found: it will not pass for a port.
    if port.startswith(":") and port != ":":
        port = port[1:]
    elif port:
        port = "?" + port
    return _Address(scheme.lower(), host, port, rest)


def _check(address: _Address, text: str) -> None:
    scheme, host, port, rest = address
    masked = shown(text)
    if "@" in host or "@" in port:
        raise NotAllowedError(Phrase("settings.allowed-url-plain"), Phrase("settings.found-credentials"))
    if any(letter <= " " or letter == "\x7f" for letter in text):
        raise NotAllowedError(Phrase("settings.allowed-url-spaceless"), masked)
    if not _is_host(host):
        raise NotAllowedError(Phrase("settings.allowed-url-host"), masked)
    if (port or scheme == "tcp") and _port(port) is None:
        raise NotAllowedError(Phrase("settings.allowed-port"), masked)
    if scheme == "tcp" and rest not in ("", "/"):
        raise NotAllowedError(Phrase("settings.allowed-url-tcp"), masked)


def _join(address: _Address) -> str:
    scheme, host, port, rest = address
    if scheme == "tcp":
        rest = ""
    elif rest.startswith("?"):
        rest = "/" + rest
    return f"{scheme}://{host}{':' + port if port else ''}{_ascii(rest)}"


def _is_host(host: str) -> bool:
    if host.startswith("["):
        address, _, zone = host[1:-1].partition("%")
        known = set(address) <= _IPV6_LETTERS and set(zone) <= _ZONE_LETTERS
        return host.endswith("]") and ":" in address and known
    # RFC 1035 section 2.3.4: 63 letters in a label, 253 in all; a dot may end the name.
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and set(host) <= _HOST_LETTERS and all(0 < len(label) <= 63 for label in labels)


def _port(text: str) -> int | None:
    if text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    return None


def _ascii(path: str) -> str:
    """Write other letters as RFC 3986 section 2.5 says: their UTF-8 bytes, percent-encoded."""
    if path.isascii():
        return path
    raw = path.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def _command(text: str) -> str:
    from vigie.settings.command import read_command

    try:
        read_command(text)
    except NotAllowedError as wrong:
        raise NotAllowedError(Phrase("settings.allowed-exec"), wrong.found) from None
    return text.strip()
