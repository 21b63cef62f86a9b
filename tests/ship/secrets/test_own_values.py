"""Which values of a .env are secrets, and in what forms they are found."""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ship.secrets.made import URL_WORD, WORD, discord, url
from vigie.ship.secrets.allowed import NOTHING_ALLOWED
from vigie.ship.secrets.examine import examine
from vigie.ship.secrets.own_values import OwnValues, own_values, secret_parts

SECRET = 'k7/xQ+2p&Lw 9é"mZ'

SECRETS = {
    "BOT_TOKEN": "k7xQ2pLw9mZ4",
    "PASSPHRASE": "correct horse battery staple",
    "DB_PASSWORD": "correct-horse-battery",
    "DB_PASS": "Tr0ub4dor&3",
    "ENCRYPTION_KEY": "b64/+Zm9vYmFyYmF6cXV4Cg==",
    "X": "550e8400-e29b-41d4-a716-446655440000",
    "ANYTHING": "a1b2c3d4e5f6a7b8c9d0",
    "ODD": "qwzjxkvbnmplrtgh",
    "SHORT_RANDOM": "k7Q2p9Zx",
    "AWS_ACCESS_KEY_ID": "k7xQ2pLw9mZ4k7xQ2pLw",
    "SESSION_SECRET": "482910384756102938",
    "SLASHED": "/k7xQ2pLw9mZ4k7x/Q2pLw9mZ4aa",
}

NO_SECRETS = {
    "PORT": "8003",
    "BOT_NAME": "MyGreatDiscordBot",
    "WELCOME": "Welcome to our server, have fun!",
    "GUILD_ID": "123456789012345678",
    "OWNERS": "123456789012345678,223456789012345678",
    "TZ": "America/Argentina/Buenos_Aires",
    "HEALTH_CHECK_URL": "http://localhost:8003/health",
    "DATABASE_URL": "sqlite:///data/bot.db",
    "DB_FILE": "/var/lib/bot/production-database.sqlite3",
    "KEY_FILE": "secrets/service-account.json",
    "SSL_KEY": "C:\\certs\\server-private.pem",
    "TOKEN_HOME": "~/.config/bot/token.txt",
    "MODEL": "gpt-4o-mini-2024-07-18",
    "OTHER": "claude-3-5-sonnet-20241022",
    "REGION": "eu-west-3",
    "ENVIRONMENT": "development",
    "SECRET_KEY": "development-secret-key",
    "API_TOKEN": "your-api-token-goes-here",
    "PASSWORD": "changeme1234",
    "FLAG_TOKEN": "true",
    "LOG_FORMAT": "%(asctime)s %(levelname)s %(message)s",
    "STARTED": "2026-11-23T04:17:40Z",
    "MAIL": "ada.lovelace@mybot.example",
    "HOST": "db.production.mybot.fr:5432",
    "BIND": "2001:db8:85a3::8a2e:370:7334",
    "DISCORD_PUBLIC_KEY": "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6",
    "TWITCH_CLIENT_ID": "k7m3q9z1x8c5v2b4n6l0p7o3i9u5y1",
    "KEYWORDS": "discord bot music player",
    "AUTHOR": "Jean-Pierre Dupont-Durand",
    "TOKENIZER": "sentence-transformers",
    "SHORT_KEY": "k7Q2",
    "EMPTY": "",
}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_secrets(name: str) -> None:
    """By the name of the variable, or by the look of the value."""
    assert secret_parts(name, SECRETS[name]) == (SECRETS[name],)


@pytest.mark.parametrize("name", sorted(NO_SECRETS))
def test_what_is_none(name: str) -> None:
    """Names, paths, numbers, addresses and words stand in the code with every right."""
    assert secret_parts(name, NO_SECRETS[name]) == ()


def test_of_an_address_the_password_counts() -> None:
    """Wherever it is written, not only in this address; an address with a key in it counts as a whole."""
    assert secret_parts("DATABASE_URL", url(random.Random(1), "Gk7xQ2pLw9")) == ("Gk7xQ2pLw9",)
    assert secret_parts("SENTRY_DSN", "https://a1b2c3d4e5f6a7b8@o1.ingest.example/1") == ("a1b2c3d4e5f6a7b8",)
    hook = "https://hooks.example/x/a1b2c3d4e5f6a7b8c9d0e1"
    assert secret_parts("HOOK", hook) == (hook,)
    assert secret_parts("DATABASE_URL", "postgres://bot:password@localhost/bot") == ()


def found(text: str | bytes, value: str = SECRET) -> list[tuple[int, str | None]]:
    """Return line and variable of what is found of a value."""
    content = text if isinstance(text, bytes) else text.encode()
    own = OwnValues({"MY_SECRET": value})
    return [(one.line, one.match.variable) for one in examine(content, own, NOTHING_ALLOWED).secrets]


RAW = SECRET.encode()
FORMS = {
    "as it is": SECRET,
    "in an address": quote(SECRET, safe=""),
    "in an address, strokes kept": quote(SECRET),
    "in a form": quote_plus(SECRET),
    "in an address, small": re.sub("%..", lambda one: one[0].lower(), quote(SECRET, safe="")),
    "json": json.dumps(SECRET),
    "json, letters kept": json.dumps(SECRET, ensure_ascii=False),
    "base64": b64encode(RAW).decode(),
    "base64 for addresses": urlsafe_b64encode(RAW).decode(),
    "inside base64, 1": b64encode(b"user:" + RAW + b"more").decode(),
    "inside base64, 2": b64encode(b"user1:" + RAW + b"more").decode(),
    "inside base64, 3": b64encode(b"user12:" + RAW + b"more").decode(),
}


@pytest.mark.parametrize("form", sorted(FORMS))
def test_found_in_every_form(form: str) -> None:
    """On its line, with the name of the variable."""
    assert found(f"first line\nx = '{FORMS[form]}'\n") == [(2, "MY_SECRET")]


def test_not_found_where_it_is_not() -> None:
    """A part of it, or another value, is nothing."""
    assert found(SECRET[:-1] + "!") == []
    assert found("k7") == []


def test_found_in_files_that_are_no_text() -> None:
    """A database, a compiled program: as letters of one byte or of two."""
    assert found(b"\0\1\2\3" + RAW + b"\0") == [(0, "MY_SECRET")]
    assert found(b"\0\1\2\3" + SECRET.encode("utf-16-le") + b"\0") == [(0, "MY_SECRET")]


def test_a_value_of_several_lines() -> None:
    """Also with Windows' line ends, and written in one line with escapes."""
    value = "k7xQ2pLw9mZ4\nsecond9Zq line"
    assert found(value, value) == found(value.replace("\n", "\r\n"), value) == [(1, "MY_SECRET")]
    assert found(f"x = {json.dumps(value)}", value) == [(1, "MY_SECRET")]


def test_a_token_that_is_also_a_value_is_told_once() -> None:
    """By its kind, with the name of the variable."""
    token = discord(random.Random(4))
    seen = examine(f"run('{token}')".encode(), own_values({"DISCORD_TOKEN": token}), NOTHING_ALLOWED).secrets
    assert [(one.match.kind, one.match.variable) for one in seen] == [("discord-token", "DISCORD_TOKEN")]


def test_a_value_in_an_address_that_a_rule_knows_is_told_once() -> None:
    """The password's place is the same place."""
    address = url(random.Random(1), "Gk7xQ2pLw9")
    seen = examine(address.encode(), own_values({"DATABASE_URL": address}), NOTHING_ALLOWED).secrets
    assert [(one.match.kind, one.match.variable) for one in seen] == [("url-password", "DATABASE_URL")]


def test_no_value_is_shown() -> None:
    """Whatever is printed of it."""
    own = own_values({"BOT_TOKEN": "k7xQ2pLw9mZ4"})
    assert "k7xQ" not in f"{own!r}{own}" and own
    assert not own_values({"PORT": "8003"})


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from(URL_WORD), min_size=12, max_size=60),
    st.text(st.sampled_from(WORD + " \n"), max_size=80),
    st.binary(max_size=30),
    st.binary(max_size=30),
)
def test_any_value_is_found_anywhere(value: str, before: str, ahead: bytes, behind: bytes) -> None:
    """As it is, and inside anything that is base64."""
    line = before.count("\n") + 1
    assert (line, "MY_SECRET") in found(before + value, value) or value in before
    assert found(b64encode(ahead + value.encode() + behind), value)
