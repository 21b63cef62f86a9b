"""Tokens of the services bots talk to: Discord, Telegram, Slack, Twitch."""

from __future__ import annotations

import re

from vigie.ship.secrets.plausible import (
    has_both_cases,
    has_letters_and_digits,
    is_made_up,
    is_varied,
)
from vigie.ship.secrets.rule import Rule

# Base64 of digits alone, where all four characters of a group are bound: five groups and two digits make 17,
# six groups 18, and one or two digits more 19 and 20.
_THREE = rb"[MNO][DTjz][AEIMQUYcgk][wxyz0-5]"
_TWO = rb"[MNO][DTjz][AEIMQUYcgk]"
_ONE = rb"[MNO][AQgw]"
_SNOWFLAKE = b"(?:(?:%s){6}(?:%s|%s)?|(?:%s){5}%s)={0,2}" % (_THREE, _TWO, _ONE, _THREE, _TWO)
_END = rb"(?![A-Za-z0-9_-])"


def _discord(match: re.Match[bytes]) -> bool:
    last = match["last"]
    return has_both_cases(last) and is_varied(last, 12) and not is_made_up(last)


def _long_and_random(match: re.Match[bytes]) -> bool:
    secret = match["secret"]
    return has_both_cases(secret) and is_varied(secret, 16) and not is_made_up(secret)


def _telegram(match: re.Match[bytes]) -> bool:
    last = match["last"]
    return has_both_cases(last) and is_varied(last, 14) and not is_made_up(last)


def _slack(match: re.Match[bytes]) -> bool:
    secret = match["secret"]
    return (
        sum(48 <= one <= 57 for one in secret) >= 6 and is_varied(secret, 10) and not is_made_up(secret[5:])
    )


def _slack_webhook(match: re.Match[bytes]) -> bool:
    secret = match["secret"]
    return has_both_cases(secret) and is_varied(secret, 10) and not is_made_up(secret)


def _twitch(match: re.Match[bytes]) -> bool:
    secret = match["secret"]
    return has_letters_and_digits(secret) and is_varied(secret, 10) and not is_made_up(secret)


def _twitch_secret(match: re.Match[bytes]) -> bool:
    return _twitch(match) and sum(48 <= one <= 57 for one in match["secret"]) >= 3 and not _names_an_id(match)


def _names_an_id(match: re.Match[bytes]) -> bool:
    """Whether the nearest words before say that this is the client's public name."""
    text, start = match.string, match.start()
    words = text[max(text.rfind(b"\n", 0, start) + 1, start - 60) : start].lower()
    name = max(words.rfind(mark) for mark in (b"client_id", b"client-id", b"clientid", b"client id"))
    return name >= 0 and words.rfind(b"secret") < name and words.rfind(b"token") < name


RULES = (
    # id . time . proof: 23 to 27 characters for an id of 17 to 20 digits, 6, then 27 (old) or 38
    Rule(
        "discord-token",
        (b".",),
        rb"(?P<secret>\.[A-Za-z0-9_-]{6}\.(?P<last>[A-Za-z0-9_-]{27,45}))" + _END,
        _discord,
        before=rb"(?P<secret>" + _SNOWFLAKE + rb")",
    ),
    # a person's account with two factors
    Rule(
        "discord-token",
        (b"mfa.",),
        rb"(?P<secret>mfa\.[A-Za-z0-9_-]{80,100})" + _END,
        _long_and_random,
    ),
    Rule(
        "discord-webhook",
        (b"/webhooks",),
        rb"/webhooks\\?/[0-9]{17,20}\\?/(?P<secret>[A-Za-z0-9_-]{60,80})" + _END,
        _long_and_random,
    ),
    # number of the bot : 35 characters; the colon may be written as in an address
    Rule(
        "telegram-token",
        (b":",),
        rb"(?P<secret>:(?P<last>[A-Za-z0-9_-]{35}))" + _END,
        _telegram,
        before=rb"(?<![0-9])(?P<secret>[0-9]{8,10})",
    ),
    Rule(
        "telegram-token",
        (b"%3A", b"%3a"),
        rb"(?P<secret>%3[Aa](?P<last>[A-Za-z0-9_-]{35}))" + _END,
        _telegram,
        before=rb"(?<![0-9])(?P<secret>[0-9]{8,10})",
    ),
    Rule(
        "slack-token",
        (b"xox",),
        rb"(?P<secret>xox[a-z](?:\.xox[bp])?-[A-Za-z0-9%-]{20,250})" + _END,
        _slack,
    ),
    Rule(
        "slack-token",
        (b"xapp-",),
        rb"(?P<secret>xapp-[0-9]-[A-Z0-9]{8,16}-[0-9]{8,16}-[A-Za-z0-9]{32,80})" + _END,
        _slack,
    ),
    Rule(
        "slack-webhook",
        (b"hooks.slack.com",),
        rb"hooks\.slack\.com\\?/(?:services|workflows|triggers)\\?/[A-Z0-9]{8,16}\\?/[A-Z0-9]{8,20}\\?/"
        rb"(?:[0-9]{8,20}\\?/)?(?P<secret>[A-Za-z0-9]{20,40})" + _END,
        _slack_webhook,
    ),
    Rule(
        "twitch-token",
        (b"oauth:", b"oauth%3A", b"oauth%3a"),
        rb"oauth(?::|%3[Aa])(?P<secret>[a-z0-9]{30})" + _END,
        _twitch,
    ),
    Rule(
        "twitch-secret",
        (b"twitch",),
        rb"(?<![A-Za-z0-9_:/+.-])(?P<secret>[a-z0-9]{30})(?![A-Za-z0-9_/+-])",
        _twitch_secret,
        near=rb"twitch",
    ),
)
