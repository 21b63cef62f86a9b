"""Private keys, and passwords written into addresses."""

from __future__ import annotations

import re

from vigie.ship.secrets.common_words import is_common
from vigie.ship.secrets.plausible import is_made_up, is_varied
from vigie.ship.secrets.rule import Rule, compiled

MOST_KEY = 16_384
"""Bytes a private key may have, with its head and its end; RSA of 16384 bits has 12,800."""

_MATERIAL = rb"[A-Za-z0-9+/]{40}"
_HEAD = 2_000
"""Bytes within which the first line of a key's material must come; PGP allows comments before it."""


def _has_material(match: re.Match[bytes]) -> bool:
    """Whether key material follows: a program that only names the headers holds no key."""
    body = match["secret"]
    after = body[:_HEAD].partition(b"KEY")[2]
    found = compiled(_MATERIAL).search(after)
    return found is not None and is_varied(found[0], 8)


def _is_long(match: re.Match[bytes]) -> bool:
    return is_varied(match["secret"], 30)


def _is_putty(match: re.Match[bytes]) -> bool:
    return b"Private-Lines" in match["secret"]


_HOLE = rb"[{}<>*\[\]()]|\$|%(?![0-9A-Fa-f]{2})|^:|\.\.|,"
_NOBODYS_HOST = (
    rb"(?i)(?:(?:[a-z0-9-]{1,63}\.){0,8}(?:example(?:\.[a-z]{2,3})?|test|invalid|localdomain)|host(?:name)?|server|domain|"
    rb"foo|bar|(?:[a-z0-9-]{1,63}\.){0,8}(?:host|domain|foo|bar|site|yourdomain|mydomain)\.(?:com|tld|org|net)|x|y|a|b)\.?"
)
"""Names kept free for examples (RFC 2606, RFC 6761), and those people make up."""


def _without_escapes(secret: bytes) -> str:
    """Return the text without ``%20`` and the like, which stand between words as well."""
    return compiled(rb"%[0-9A-Fa-f]{2}").sub(b"", secret).decode("latin-1")


def _is_password(match: re.Match[bytes]) -> bool:
    secret, user, host = match["secret"], match["user"], match["host"]
    hole = compiled(_HOLE)
    if secret == user or len(secret) < 6 or not is_varied(secret, 5):
        return False
    if is_common(_without_escapes(secret)) or hole.search(secret) or hole.search(user) or is_made_up(secret):
        return False
    return compiled(_NOBODYS_HOST).fullmatch(host) is None


RULES = (
    # RFC 7468 and RFC 1421 (five hyphens), OpenSSH, RFC 4880 (PGP), RFC 4716's private sibling (four)
    Rule(
        "private-key",
        (b"PRIVATE KEY",),
        rb"(?P<secret>-----? ?BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)? ?-----?"
        rb"(?s:.{0,%d}?(?:-END |\Z|(?=-BEGIN ))|.{0,%d}))" % (MOST_KEY, MOST_KEY),
        _has_material,
    ),
    # the same, base64 once more, as Kubernetes and CI variables hold it: "-----BEGIN "
    Rule(
        "private-key",
        (b"LS0tLS1CRUdJTi",),
        rb"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,80}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)"
        rb"[A-Za-z0-9+/=]{40,16384})",
        _is_long,
    ),
    Rule(
        "private-key",
        (b"PuTTY-User-Key-File-",),
        rb"(?P<secret>PuTTY-User-Key-File-[0-9]: (?s:.{0,%d}?Private-MAC|.{0,%d}))" % (MOST_KEY, MOST_KEY),
        _is_putty,
    ),
    Rule(
        "url-password",
        (b"://",),
        rb"://(?P<user>[^\s:/@?#\"'<>\\|,;`]{0,64}):(?P<secret>[^\s/@?#\"'<>\\|`]{4,128})@(?P<host>[A-Za-z0-9_.-]{1,255})",
        _is_password,
        before=rb"[A-Za-z][A-Za-z0-9+.-]{0,20}",
    ),
)
