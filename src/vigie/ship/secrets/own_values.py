"""The values of the project's own ``.env``: known exactly, so no pattern is needed to find them.

Not every variable is a secret. A bot's name, a language, a path, a port or a model's name stand in the code
as well, with every right. A value counts when its variable's name says so, or when it looks like chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vigie.ship.secrets.common_words import is_common
from vigie.ship.secrets.forms import forms
from vigie.ship.secrets.match import Match
from vigie.ship.secrets.plausible import is_made_up, is_random
from vigie.ship.secrets.table import OWN_VALUE

SHORT = 8
"""Characters below which no value counts: it would be found in any text."""

LONG = 12
"""Characters from which a value need not look random if its variable is named like a secret."""

_SECRET_NAMES = (
    *(
        "token",
        "secret",
        "passw",
        "passphrase",
        "credential",
        "cookie",
        "session",
        "salt",
        "signature",
        "signing",
    ),
    *("webhook", "private", "mnemonic", "license", "licence", "bearer", "apikey"),
)
"""Parts of a variable's name that say it is a secret."""

_SECRET_WORDS = frozenset({"pass", "pwd", "pw", "pin", "psk", "key", "keys", "auth", "dsn", "seed", "jwt"})
"""The same, between underlines."""

_PUBLIC_ENDS = frozenset(
    {"path", "file", "dir", "folder", "name", "header", "algorithm", "type", "size", "length", "tokenizer"}
)
_IDENTITY_ENDS = frozenset(
    {
        "id",
        "ids",
        "user",
        "username",
        "name",
        "host",
        "email",
        "mail",
        "model",
        "version",
        "region",
        "url",
        "prefix",
    }
)
_NUMBER = r"[-+]?[0-9][0-9 .,:/_-]*"
_NETWORK_ADDRESS = r"(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}"
_PATH = r"(?:~|\.{0,2}[/\\]|[A-Za-z]:[/\\]|[\w.-]+/).*|[\w-]+\.[A-Za-z]{2,4}"
_HOST = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?"
_MAIL = r"[\w.+-]+@[\w.-]+\.\w+"
_URL = r"(?s)[A-Za-z][A-Za-z0-9+.-]*://(?:(?P<user>[^/@\s:]*)(?::(?P<password>[^/\s]*))?@)?(?P<rest>.*)"
_PIECE = r"[A-Za-z0-9_-]{20,}"
_WORDS = r"[a-z _.-]+|[A-Z _.-]+|(?:[A-Z]?[a-z]+[ _.-]?)+"
"""Letters only, as words are written: these are judged by what they say."""
_PLACEHOLDER = (
    r"(?i).*(?:change.?me|place.?holder|example|your[_-]?|<.+>|\$\{?\w|x{4,}|\*{3,}|\.{3}).*"
    r"|(?:p[a4]ssw[o0]rd|s[e3]cr[e3]t|token|admin|test|demo|dummy|sample|default)[-_.]?[0-9]{0,3}"
)
FEW_SIGNS = 4
"""Different characters below which a value is no more than a row of them (``00000000``, ``abababab``)."""


class OwnValues:
    """Values to look for, each with the name of its variable; printing it shows neither."""

    __slots__ = ("_forms", "_wide")

    def __init__(self, values: Mapping[str, str]) -> None:
        """``values``: variable -> value, all of them secret."""
        self._forms: list[_Form] = []
        self._wide: list[_Form] = []
        for name, value in values.items():
            raw = value.encode("utf-8", "replace")
            self._forms.extend((form, name, raw) for form in forms(value))
            self._wide.append((value.encode("utf-16-le", "replace"), name, raw))

    def __repr__(self) -> str:
        """Say how many values are hidden."""
        return f"<{len(self._wide)} hidden>"

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._forms)

    def find(self, text: bytes) -> Iterator[Match]:
        """Yield every place in ``text`` where a value lies, in any form."""
        return _find(self._forms, text)

    def find_wide(self, content: bytes) -> Iterator[Match]:
        """Yield every place where a value lies as programs of Windows hold it: in UTF-16."""
        return _find(self._wide, content)


_Form = tuple[bytes, str, bytes]


def _find(values: list[_Form], text: bytes) -> Iterator[Match]:
    for form, name, value in values:
        start = text.find(form)
        while start >= 0:
            yield Match(OWN_VALUE, value, start, start + len(form), name)
            start = text.find(form, start + len(form))


def own_values(environment: Mapping[str, str]) -> OwnValues:
    """Choose from the variables of a ``.env`` those whose values must stay home."""
    return OwnValues(
        {name: part for name, value in environment.items() for part in secret_parts(name, value)[:1]}
    )


def secret_parts(name: str, value: str) -> tuple[str, ...]:
    """Return what of a variable's value is secret: nothing, all of it, or the password in an address."""
    value = value.strip()
    words = name.lower().split("_")
    public = "public" in name.lower() or words[-1] in _PUBLIC_ENDS
    named = not public and _is_secret_name(name.lower(), words)
    if len(value) < SHORT:
        return ()
    if "://" in value and (address := re.fullmatch(_URL, value)) is not None:
        return _of_address(address, value)
    if named and _is_chosen(value):
        return (value,)
    if _is_no_secret(value, named) or public or (not named and words[-1] in _IDENTITY_ENDS):
        return ()
    if is_random(value.encode("utf-8", "replace")) and not _reads_well(value):
        return (value,)
    return (value,) if len(value) >= LONG and (named or _is_noise(value)) else ()


def _is_secret_name(name: str, words: list[str]) -> bool:
    if any(part in name for part in _SECRET_NAMES) and "tokeniz" not in name:
        return True
    return any(word.rstrip("0123456789") in _SECRET_WORDS for word in words)


def _of_address(address: re.Match[str], value: str) -> tuple[str, ...]:
    password, user = address["password"] or "", address["user"] or ""
    if len(password) >= SHORT and (_is_chosen(password) or not _is_no_secret(password, named=True)):
        return (password,)
    if len(user) >= LONG and is_random(user.encode("utf-8", "replace")):
        return (user,)
    pieces = (piece.encode("ascii") for piece in re.findall(_PIECE, address["rest"]))
    return (value,) if any(is_random(piece) and not is_made_up(piece) for piece in pieces) else ()


def _is_chosen(value: str) -> bool:
    """Whether somebody chose this as a password, weak as it may be: more than letters, and no default's word alone.

    Where a variable says that its value is a secret, only what stands in code with every right is none.
    """
    if re.fullmatch(_WORDS, value) or re.fullmatch(_PLACEHOLDER, value):
        return False
    if len(set(value)) < FEW_SIGNS or _is_place(value) or re.fullmatch(_MAIL, value):
        return False
    return not (":" in value and re.fullmatch(_NETWORK_ADDRESS, value))


def _is_no_secret(value: str, named: bool) -> bool:
    """Whether this is a number, words of settings, an address, a path or a placeholder."""
    if value[0] in "+-0123456789" and re.fullmatch(_NUMBER, value):
        return not (named and value.isdigit() and len(value) >= LONG)
    if is_common(value) or is_made_up(value.encode("utf-8", "replace")):
        return True
    if ":" in value and re.fullmatch(_NETWORK_ADDRESS, value):
        return True
    return _is_place(value) or ("@" in value and re.fullmatch(_MAIL, value) is not None)


def _is_place(value: str) -> bool:
    """Whether this is a path or a host. Base64 may begin like one, but looks random in between."""
    if not any(mark in value for mark in "/\\.~"):
        return False
    return bool(re.fullmatch(_PATH, value, re.S) or re.fullmatch(_HOST, value)) and not any(
        len(piece) >= LONG and is_random(piece.encode("utf-8", "replace"))
        for piece in re.split(r"[/\\.]", value)
    )


def _reads_well(value: str) -> bool:
    """Whether the value is words with spaces between."""
    return " " in value and all(len(piece) < LONG for piece in re.split(r"[^A-Za-z0-9]+", value))


def _is_noise(value: str) -> bool:
    """Whether letters follow each other as in no language: hardly a vowel, or seven consonants in a row."""
    if not value.isascii() or not value.isalpha():
        return False
    marks = "".join("v" if letter in "aeiouy" else "c" for letter in value.lower())
    return marks.count("v") < 0.15 * len(value) or "c" * 7 in marks
