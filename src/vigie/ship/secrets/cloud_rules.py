"""Tokens of the services code is kept at and models are asked at: GitHub, AWS, Google, OpenAI and its like."""

from __future__ import annotations

import re

from vigie.ship.secrets.plausible import has_both_cases, has_letters_and_digits, is_made_up, is_varied
from vigie.ship.secrets.rule import Rule, compiled, follows_edge

_END = rb"(?![A-Za-z0-9_-])"
_HEX = rb"[0-9a-f]{32,}"


def _github(match: re.Match[bytes]) -> bool:
    secret = match["secret"].rpartition(b"_")[2] or match["secret"]
    return is_varied(secret, 12) and not is_made_up(secret)


def _aws_key(match: re.Match[bytes]) -> bool:
    secret = match["secret"][4:]
    # Words in capitals begin with "ASIA" too.
    digits = any(48 <= one <= 57 for one in secret) or match["secret"].startswith(b"AKIA")
    return digits and is_varied(secret, 8) and not is_made_up(secret)


def _aws_secret(match: re.Match[bytes]) -> bool:
    secret = match["secret"]
    if not has_both_cases(secret) or not has_letters_and_digits(secret) or not is_varied(secret, 18):
        return False
    # A path has its strokes at short distances, and words between them.
    return secret.count(b"/") <= 4 and not is_made_up(secret)


def _model_key(match: re.Match[bytes]) -> bool:
    body = match["secret"][3:]
    part = body.rpartition(b"-")[2]
    if compiled(_HEX).fullmatch(part):
        return has_letters_and_digits(part) and is_varied(part, 8)
    return (
        has_both_cases(body) and has_letters_and_digits(body) and is_varied(body, 16) and not is_made_up(body)
    )


def _google(match: re.Match[bytes]) -> bool:
    secret = match["secret"][4:]
    return has_both_cases(secret) and is_varied(secret, 14) and not is_made_up(secret)


RULES = (
    # docs.github.com, "About authentication to GitHub", table of the prefixes
    Rule(
        "github-token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        rb"(?P<secret>gh[pousr]_[A-Za-z0-9]{36,255})" + _END,
        _github,
    ),
    Rule(
        "github-token",
        (b"github_pat_",),
        rb"(?P<secret>github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{40,200})" + _END,
        _github,
    ),
    Rule(
        "aws-key",
        (b"AKIA",),
        rb"(?P<secret>" + follows_edge(b"AKIA") + rb"[A-Z0-9]{16})(?![A-Za-z0-9+/_-])",
        _aws_key,
    ),
    Rule(
        "aws-key",
        (b"ASIA",),
        rb"(?P<secret>" + follows_edge(b"ASIA") + rb"[A-Z0-9]{16})(?![A-Za-z0-9+/_-])",
        _aws_key,
    ),
    Rule(
        "aws-secret",
        (b"aws", b"access"),
        rb"(?<![A-Za-z0-9/+_.-])(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])",
        _aws_secret,
        near=rb"(?<![a-z])aws|secret[_-]?access[_-]?key",
    ),
    # sk-proj-, sk-svcacct- and sk-admin- of OpenAI, sk-ant- of Anthropic, sk-or- of OpenRouter, or one word
    Rule(
        "model-key",
        (b"sk-",),
        rb"(?P<secret>"
        + follows_edge(b"sk-")
        + rb"(?:(?:proj|svcacct|admin|ant|or|None)-[A-Za-z0-9_-]{32,250}|[A-Za-z0-9]{32,200}))"
        + _END,
        _model_key,
    ),
    Rule(
        "google-key",
        (b"AIza",),
        rb"(?P<secret>" + follows_edge(b"AIza") + rb"[A-Za-z0-9_-]{35})" + _END,
        _google,
    ),
)
