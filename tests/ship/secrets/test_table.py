"""Every rule: what it finds in whatever form, and what it leaves alone."""

from __future__ import annotations

import random
from base64 import urlsafe_b64decode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.ship.secrets.made import MAKERS, discord, kind_of, made, pem, telegram, url
from vigie.messages import has
from vigie.ship.secrets.allowed import NOTHING_ALLOWED
from vigie.ship.secrets.examine import examine
from vigie.ship.secrets.own_values import OwnValues
from vigie.ship.secrets.plausible import is_made_up
from vigie.ship.secrets.table import KINDS

NAMES = sorted(MAKERS)
NOTHING = OwnValues({})


def kinds(text: str | bytes) -> list[str]:
    """Return the kinds of what is found in a file with this content."""
    content = text if isinstance(text, bytes) else text.encode()
    return [one.match.kind for one in examine(content, NOTHING, NOTHING_ALLOWED).secrets]


FORMS = {
    "alone": "{}",
    "call": 'client = Client("{}")\n',
    "builder": 'app = ApplicationBuilder().token("{}").build()\n',
    "run": "bot.run('{}')\n",
    "keyword argument": 'app = App(token="{}")\n',
    "triple quotes": 'x = """{}"""\n',
    "back quotes": "const x = `{}`;\n",
    "shell": "export X={}\n",
    "shell, more words": "./bot --token {} --verbose\n",
    "json": '{{"a": ["{}"], "b": 1}}',
    "json in a string": '"source": ["bot.run(\\"{}\\")\\n"]',
    "after a line end in json": '"source": "x\\n{}\\ny"',
    "toml": 'x = "{}" # what it is\n',
    "yaml": "services:\n  bot:\n    environment:\n      - X={}\n",
    "yaml, bare": "x: {}\n",
    "xml": "<x>{}</x>",
    "attribute": '<x y="{}"/>',
    "list": "x,{},y\n",
    "address": "https://api.a.fr/x?t={}&u=1\n",
    "markdown": "Use `{}` for it.",
    "comment": "# x {}\n",
    "windows": "set X={}\r\nrem\r\n",
}


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("name", NAMES)
def test_found_in_every_form(name: str, form: str) -> None:
    """No keyword and no way of writing is needed, or in the way."""
    token = made(name)
    if kind_of(name) in ("twitch-secret", "aws-secret") and form != "alone":
        token = token.replace('"', "'")
    assert kind_of(name) in kinds(FORMS[form].format(token)), form


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("name", NAMES)
def test_found_in_every_encoding(name: str, encoding: str) -> None:
    """PowerShell 5 writes UTF-16, the editor of Windows a mark in front."""
    text = f"# réglages du bot, rien d'autre\r\nx = '{made(name)}'\r\n".encode(encoding)
    assert kinds(text) == [kind_of(name)]


def test_telegram_in_the_address_of_its_service() -> None:
    """The word bot stands right before the number."""
    token = telegram(random.Random(1))
    assert kinds(f"https://api.telegram.org/bot{token}/getMe") == ["telegram-token"]


def test_addresses_written_with_escaped_strokes() -> None:
    """Some programs write JSON with a backslash before each stroke."""
    for name in ("discord webhook", "slack webhook"):
        assert kinds(made(name).replace("/", "\\/")) == [kind_of(name)]


@pytest.mark.parametrize("figures", [17, 18, 19, 20])
@pytest.mark.parametrize("seed", range(40))
def test_the_first_part_of_a_discord_token_is_a_number(figures: int, seed: int) -> None:
    """Found if it is one in base64, and not if the number is too short or no number."""
    token = discord(random.Random(seed), figures)
    first = token.partition(".")[0]
    assert urlsafe_b64decode(first + "=" * (-len(first) % 4)).isdigit()
    assert kinds(token) == ["discord-token"]
    assert kinds("eyJhbGciOiJIUzI1NiIsInR5" + token[len(first) :]) == []
    assert kinds(discord(random.Random(seed), 16)) == []
    assert kinds(discord(random.Random(seed), 21)) in ([], ["discord-token"])


NOT_SECRETS = (
    "TOKEN = 'YOUR_TOKEN_HERE'",
    "DISCORD_TOKEN=your-discord-bot-token-goes-here",
    "TELEGRAM_TOKEN=1234567890:" + "x" * 35,
    "TELEGRAM_TOKEN=1234567890:" + "ABCdefGHIjklMNOpqrsTUVwxyz123456789"[:35],
    "TELEGRAM_TOKEN=1234567890:" + "YOUR_TOKEN_HERE_YOUR_TOKEN_HERE_abc",
    "TOKEN=<token>",
    "TOKEN=${TOKEN}",
    "TOKEN=$TOKEN",
    "sk-" + "x" * 48,
    "sk-" + "proj-this-is-where-your-own-key-goes-when-you-have-one",
    "class='sk-" + "folding-cube-sk-cube-sk-spinner-container-with-a-long-name'",
    "task-" + "force0Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3",
    "ghp_" + "x" * 36,
    "ghp_" + "a" * 12 + "b" * 12 + "c" * 12,
    "ghp_EXAMPLE" + "Abc1Def2Ghi3Jkl4Mno5Pqr6Stu7V",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "ASIA" + "PACIFICANDEUROPE",
    "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    "aws commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "aws /usr/lib/python3/Dist1/site/packages/bin",
    "xoxb-" + "your-token-goes-here-1234567",
    "xoxb-" + "000000000000-000000000000-xxxxxxxxxxxxxxxxxxxxxxxx",
    "https://hooks.slack.com/services/" + "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
    "https://discord.com/api/webhooks/" + "123456789012345678/" + "x" * 68,
    "oauth:" + "x" * 30,
    "oauth:" + "abcdefghijklmnopqrstuvwxyz0123",
    "TWITCH_CLIENT_ID = 'k7" + "m3q9z1x8c5v2b4n6l0p7o3i9u5y1'",
    "twitch and k7m3q9z1x8c5v2b4n6l0p7o3i9u5y1t",
    "AIza" + "x" * 35,
    "-----BEGIN PRIVATE " + "KEY-----",
    "if b'-----BEGIN RSA PRIVATE " + "KEY-----' in data: return load(data)",
    "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIE...\n-----END RSA PRIVATE " + "KEY-----",
    "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n",
    "postgres://user:password@localhost/db",
    "postgres://postgres:postgres@db:5432/app",
    "postgres://bot:mysecretpassword@db/app",
    "postgres://bot:${DB_PASSWORD}@db/app",
    "postgres://bot:{password}@db/app",
    "postgres://bot:%s@db/app",
    "postgres://bot:<password>@db/app",
    "postgres://bot:*****@db/app",
    "https://user:Abc1Def2Ghi3@example.com/",
    "https://user:Abc1Def2Ghi3@bot.example/",
    "https://user:hunter2@mybot.fr/",
    "https://github.com/a/b/blob/main/c.py:12@x",
    "redis://localhost:6379/0",
    "postgres://gk7xq2pl:gk7xq2pl@db.mybot.fr/app",
    "2026-11-23 04:17:40 12345678:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "12345678:da39a3ee5e6b4b0d3255bfef95601890afd",
    "123456789012345678.abcdef.ghijklmnopqrstuvwxyzabcdefg",
)


@pytest.mark.parametrize("text", NOT_SECRETS)
def test_examples_and_other_things_are_left_alone(text: str) -> None:
    """A false alarm makes people switch the whole thing off."""
    assert kinds(text + "\n") == []


def test_the_token_of_the_documentation_is_no_secret() -> None:
    """Discord's reference shows one to everybody."""
    sample = "MTk4NjIyNDgzNDcxOTI1" + "MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4" + "se7kKWs"
    assert kinds(f'"Authorization: Bot {sample}"') == []


@pytest.mark.parametrize("length", [34, 36])
def test_one_character_more_or_less_is_no_telegram_token(length: int) -> None:
    """The form is exact: a hash of another length does not fit."""
    token = telegram(random.Random(3))
    assert kinds((token + "Zq9")[: 11 + length]) == []


def test_a_password_of_a_real_server() -> None:
    """Found whatever the service, also without a user; the port's colon misleads nobody."""
    assert kinds("redis" + "://:Gk7xQ2pLw9@cache.mybot.fr:6379/0") == ["url-password"]
    assert kinds(url(random.Random(2), "Tr0ub4dor")) == ["url-password"]
    assert kinds("amqps" + "://bot:k%2Fq7x%40Wz1@mq.mybot.fr") == ["url-password"]


def test_a_secret_that_is_cut_by_the_end_of_a_neighbourhood_is_judged_whole() -> None:
    """What is too long to be a key does not become one because it is far from the word."""
    for gap in range(120, 260):
        text = "aws" + " " * gap + "k7xQ2pLw9mZ4vB1nH6tY8rE3sD5fG0jA" * 2
        assert kinds(text) == []


def test_a_key_far_from_its_word_is_nobodys() -> None:
    """Forty characters mean nothing without the word."""
    key = made("aws secret").partition('"')[2].strip('"')
    assert kinds(f"aws {key}") == ["aws-secret"]
    assert kinds(f"{key}\n# aws\n") == ["aws-secret"]
    assert kinds(f"x = {key}") == []
    assert kinds("aws" + "\n" * 400 + key) == []
    assert kinds(f"flaws {key}") == []


def test_every_kind_has_its_sentences() -> None:
    """Its name, and how it is made worthless."""
    assert [
        kind for kind in KINDS if not has(f"secret.kind-{kind}") or not has(f"secret.rotate-{kind}")
    ] == []


def test_two_keys_in_one_file_are_two() -> None:
    """One key ends where the next begins."""
    dice = random.Random(5)
    assert kinds(pem(dice) + "\n" + pem(dice, "EC ")) == ["private-key", "private-key"]


text_around = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=200)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.integers(0, 2**32),
    text_around,
    text_around,
    st.sampled_from("\"'`\n\t =,;([<>)]|"),
    st.sampled_from("\"'`\n\t ,;)]<>|"),
)
def test_any_token_anywhere_is_found_on_its_line(
    name: str, seed: int, before: str, after: str, opening: str, closing: str
) -> None:
    """Whatever stands around it, and nothing of it but four characters is shown."""
    token = made(name, seed)
    assume(not is_made_up(token.encode()))
    assume(
        "twitch" not in (before + after).lower()
        and "\0" not in before + after
        and "allow-secret" not in before
    )
    text = before + opening + token + closing + after
    found = examine(text.encode(), NOTHING, NOTHING_ALLOWED).secrets
    line = (before + opening).count("\n") + 1
    mine = [one for one in found if one.line == line and one.match.kind == kind_of(name)]
    assert mine, name
    for one in found:
        secret = one.match.secret.decode()
        assert one.match.shown == secret[:4] + "..."
        assert secret[4:] not in repr(one) + one.match.shown + one.match.digest


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_no_content_is_too_strange(content: bytes) -> None:
    """Whatever bytes a file holds, it is read to its end."""
    examine(content, OwnValues({"TOKEN": "k7xQ2pLw9mZ4"}), NOTHING_ALLOWED)


PIECES = (
    "a",
    ".",
    "0",
    ":",
    "-",
    "/",
    "=",
    "sk-",
    "xoxb-",
    "mfa.",
    "://",
    "a:b@",
    "aws",
    "twitch",
    "MTk0",
    "ghp_",
    "AIza",
)
MORE_PIECES = (
    "-----BEGIN ",
    "PRIVATE " + "KEY",
    "-----BEGIN PRIVATE " + "KEY-----",
    "PuTTY-User-Key-" + "File-2: ",
    "# vigie:",
)


@pytest.mark.parametrize("piece", PIECES + MORE_PIECES)
def test_a_hostile_file_is_read_in_time_that_grows_with_its_size(piece: str) -> None:
    """A search that goes back again and again would need hours for a file of 1 MB, not seconds."""
    import time

    begun = time.process_time()
    examine((piece * (1_000_000 // len(piece))).encode(), NOTHING, NOTHING_ALLOWED)
    assert time.process_time() - begun < 30
