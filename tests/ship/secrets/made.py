"""Tokens that look real and are not: made when a test runs, so that none of them lies in a file."""

from __future__ import annotations

import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from string import ascii_letters, ascii_lowercase, ascii_uppercase, digits

WORD = ascii_letters + digits
URL_WORD = WORD + "-_"
BASE32 = ascii_uppercase + "234567"
HEX = digits + "abcdef"
DASHES = "-" * 5

Dice = random.Random


def _of(dice: Dice, letters: str, length: int) -> str:
    return "".join(dice.choices(letters, k=length))


def _mixed(dice: Dice, letters: str, length: int) -> str:
    """A small letter, a capital and a figure occur in whatever comes of it, as in nearly all that chance makes."""
    parts = [dice.choice(ascii_lowercase), dice.choice(ascii_uppercase), dice.choice(digits)]
    parts += dice.choices(letters, k=length - 3)
    dice.shuffle(parts)
    return "".join(parts)


def discord(dice: Dice, figures: int = 18, last: int = 27) -> str:
    """A bot's token: its number, a time, a proof."""
    number = dice.choice("123456789") + _of(dice, digits, figures - 1)
    first = urlsafe_b64encode(number.encode()).decode().rstrip("=")
    return ".".join((first, _of(dice, URL_WORD, 6), _mixed(dice, URL_WORD, last)))


def telegram(dice: Dice, figures: int = 10) -> str:
    """A bot's number and 35 characters."""
    number = dice.choice("123456789") + _of(dice, digits, figures - 1)
    return number + ":" + "AA" + _mixed(dice, URL_WORD, 33)


def slack(dice: Dice, kind: str = "b") -> str:
    """Slack's form with two numbers."""
    return "-".join(("xox" + kind, _of(dice, digits, 12), _of(dice, digits, 13), _of(dice, WORD, 24)))


def _slack_app(dice: Dice) -> str:
    return "-".join(("xapp", "1", "A0" + _of(dice, BASE32, 9), _of(dice, digits, 13), _of(dice, HEX, 64)))


def _pem(dice: Dice, kind: str = "RSA ", end: str = "\n") -> str:
    head = f"{DASHES}BEGIN {kind}PRIVATE " + "KEY" + DASHES
    tail = f"{DASHES}END {kind}PRIVATE " + "KEY" + DASHES
    body = [_of(dice, WORD + "+/", 64) for _ in range(5)]
    return end.join((head, *body, tail))


def pem(dice: Dice, kind: str = "RSA ", end: str = "\n") -> str:
    """A private key of this kind."""
    return _pem(dice, kind, end)


def putty(dice: Dice) -> str:
    """A private key as PuTTY keeps it."""
    head = "PuTTY-User-Key-" + "File-3: ssh-ed25519\nEncryption: none\nComment: mine\nPublic-Lines: 1\n"
    return (
        head
        + _of(dice, WORD, 60)
        + "\nPrivate-"
        + "Lines: 1\n"
        + _of(dice, WORD, 48)
        + "\nPrivate-MAC: "
        + _of(dice, HEX, 64)
    )


def url(dice: Dice, password: str | None = None) -> str:
    """An address with a password."""
    return "postgres" + "://bot:" + (password or _mixed(dice, WORD, 14)) + "@db.mybot.fr:5432/bot"


MAKERS: dict[str, tuple[str, Callable[[Dice], str]]] = {
    "discord, old, 17 figures": ("discord-token", lambda dice: discord(dice, 17)),
    "discord, 18 figures": ("discord-token", discord),
    "discord, 19 figures": ("discord-token", lambda dice: discord(dice, 19, 38)),
    "discord, 20 figures": ("discord-token", lambda dice: discord(dice, 20, 38)),
    "discord, two factors": ("discord-token", lambda dice: "mfa" + "." + _mixed(dice, URL_WORD, 84)),
    "discord webhook": (
        "discord-webhook",
        lambda dice: (
            "https://discord.com/api/web"
            + "hooks/1"
            + _of(dice, digits, 17)
            + "/"
            + _mixed(dice, URL_WORD, 68)
        ),
    ),
    "telegram, 8 figures": ("telegram-token", lambda dice: telegram(dice, 8)),
    "telegram, 9 figures": ("telegram-token", lambda dice: telegram(dice, 9)),
    "telegram, 10 figures": ("telegram-token", telegram),
    "telegram in an address": ("telegram-token", lambda dice: telegram(dice).replace(":", "%3A")),
    "slack bot": ("slack-token", slack),
    "slack person": ("slack-token", lambda dice: slack(dice, "p")),
    "slack workspace": ("slack-token", lambda dice: slack(dice, "a")),
    "slack refresh": ("slack-token", lambda dice: slack(dice, "r")),
    "slack app": ("slack-token", _slack_app),
    "slack webhook": (
        "slack-webhook",
        lambda dice: (
            "https://hooks.slack"
            + ".com/services/T"
            + _of(dice, BASE32, 8)
            + "/B"
            + _of(dice, BASE32, 10)
            + "/"
            + _mixed(dice, WORD, 24)
        ),
    ),
    "twitch": ("twitch-token", lambda dice: "oau" + "th:" + "k7" + _of(dice, ascii_lowercase + digits, 28)),
    "twitch client secret": (
        "twitch-secret",
        lambda dice: 'TWITCH_SECRET = "' + "k735" + _of(dice, ascii_lowercase + digits, 26) + '"',
    ),
    **{
        f"github {kind}": ("github-token", lambda dice, kind=kind: kind + "_" + _of(dice, WORD, 36))  # type: ignore[misc]
        for kind in ("ghp", "gho", "ghu", "ghs", "ghr")
    },
    "github fine": (
        "github-token",
        lambda dice: "github_" + "pat_" + _of(dice, WORD, 22) + "_" + _of(dice, WORD, 59),
    ),
    "aws": ("aws-key", lambda dice: "AK" + "IA" + _of(dice, BASE32, 15) + "7"),
    "aws for a while": ("aws-key", lambda dice: "AS" + "IA" + _of(dice, BASE32, 15) + "7"),
    "aws secret": (
        "aws-secret",
        lambda dice: 'aws_secret_access_key = "' + _mixed(dice, WORD + "+", 39) + "/" + '"',
    ),
    "openai, old": ("model-key", lambda dice: "sk" + "-" + _mixed(dice, WORD, 48)),
    "openai, project": ("model-key", lambda dice: "sk" + "-proj-" + _mixed(dice, URL_WORD, 155) + "A"),
    "anthropic": ("model-key", lambda dice: "sk" + "-ant-api03-" + _mixed(dice, URL_WORD, 92) + "A"),
    "openrouter": ("model-key", lambda dice: "sk" + "-or-v1-" + "a1" + _of(dice, HEX, 62)),
    "deepseek": ("model-key", lambda dice: "sk" + "-" + "a1" + _of(dice, HEX, 30)),
    "google": ("google-key", lambda dice: "AI" + "za" + _mixed(dice, URL_WORD, 34) + "A"),
    "rsa": ("private-key", _pem),
    "openssh": ("private-key", lambda dice: _pem(dice, "OPENSSH ")),
    "pkcs8": ("private-key", lambda dice: _pem(dice, "")),
    "ec": ("private-key", lambda dice: _pem(dice, "EC ")),
    "encrypted": ("private-key", lambda dice: _pem(dice, "ENCRYPTED ")),
    "pgp": (
        "private-key",
        lambda dice: (
            _pem(dice, "PGP ").replace("KEY-", "KEY BLOCK-").replace("BLOCK-----\n", "BLOCK-----\n\n", 1)
        ),
    ),
    "key in a string": ("private-key", lambda dice: _pem(dice, "", "\\n")),
    "key in base64": ("private-key", lambda dice: b64encode(_pem(dice, "OPENSSH ").encode()).decode()),
    "putty": ("private-key", putty),
    "address": ("url-password", url),
}


def made(name: str, seed: int = 7) -> str:
    """Return the token of this name that this seed gives."""
    return MAKERS[name][1](random.Random(seed))


def kind_of(name: str) -> str:
    """Return the kind a token of this name is of."""
    return MAKERS[name][0]
