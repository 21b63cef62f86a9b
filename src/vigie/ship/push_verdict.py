"""Reads what a push came to: its exit code, its lines for programs, and what git said beside them.

Formats: git-push(1), "OUTPUT" (``--porcelain``). The sentences matched are git's, OpenSSH's, curl's and
GitHub's own, in English (``environment.cleaned``).
"""

from __future__ import annotations

import re
from enum import Enum

from vigie.ship.process_group import Outcome


def _any(*sentences: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(sentences), re.IGNORECASE)


_STATUS = re.compile(rb"^([ +\-*!=])\t[^\t]+\t(.*)$", re.MULTILINE)
_MOVED = _any(
    rb"\(fetch first", rb"\(non-fast-forward", rb"\(needs force", rb"\(stale info", rb"\(remote ref updated"
)
_RULE = re.compile(rb"\bGH0\d\d\b")

_HOST_KEY = _any(rb"Host key verification failed", rb"REMOTE HOST IDENTIFICATION HAS CHANGED")
_AUTHENTICATION = _any(
    rb"could not read (Username|Password)",
    rb"could not read from prompt",
    rb"terminal prompts disabled",
    rb"Authentication failed",
    rb"Too many authentication failures",
    rb"Permission denied \(",
    rb"Permission to \S+ denied",
    rb"Write access to repository not granted",
    rb"Invalid username or (password|token)",
    rb"HTTP Basic: Access denied",
    rb"The requested URL returned error: 40[13]",
)
_ABSENT = _any(
    rb"does not appear to be a git repository",
    rb"repository .{0,300}not found",
    rb"project you were looking for could not be found",
    rb"The requested URL returned error: 404",
)
_NETWORK = _any(
    rb"Could not resolve (host|hostname|proxy)",
    rb"unable to look up",
    rb"Temporary failure in name resolution",
    rb"Network is unreachable",
    rb"No route to host",
    rb"Failed to connect",
    rb"Couldn't connect",
    rb"unable to connect to",
    rb"Connection (refused|reset|closed)",
    rb"timed out",
    rb"kex_exchange_identification",
    rb"hung up unexpectedly",
    rb"unexpected disconnect",
    rb"Broken pipe",
    rb"early EOF",
    rb"RPC failed",
    rb"Empty reply from server",
    rb"(Recv|Send) failure",
    rb"SSL_|TLS connect|gnutls",
    rb"The requested URL returned error: 5\d\d",
)


class Verdict(Enum):
    """How a push ended; the values of failures are the last part of their ``ship.push-...`` keys."""

    PUSHED = "pushed"
    UP_TO_DATE = "up-to-date"
    NETWORK = "network"
    TIMEOUT = "timeout"
    AUTHENTICATION = "authentication"
    HOST_KEY = "host-key"
    ABSENT = "repository-absent"
    DIVERGED = "diverged"
    REJECTED = "rejected"
    HOOK = "hook"
    FAILED = "failed"


def judge(outcome: Outcome) -> Verdict:
    """Return what a push of one branch came to."""
    if outcome.code is None:
        return Verdict.TIMEOUT
    flag, summary = _status(outcome.out)
    if outcome.code == 0:
        return Verdict.UP_TO_DATE if flag == b"=" else Verdict.PUSHED
    if flag == b"!":
        return _refusal(summary)
    # Without a status line nothing was tried yet: the connection failed, or a hook of ours said no.
    for pattern, verdict in (
        (_HOST_KEY, Verdict.HOST_KEY),
        (_AUTHENTICATION, Verdict.AUTHENTICATION),
        (_ABSENT, Verdict.ABSENT),
        (_NETWORK, Verdict.NETWORK),
    ):
        if outcome.code != 1 and pattern.search(outcome.err):
            return verdict
    if outcome.code == 1 and b"failed to push some refs" in outcome.err:
        return Verdict.HOOK
    return Verdict.FAILED


def server_rule(outcome: Outcome) -> str:
    """Return the code of the rule that refused (``GH013``), else the server's own words, else ""."""
    found = _RULE.search(outcome.err)
    if found:
        return found.group().decode("ascii")
    _, summary = _status(outcome.out)
    return summary.partition(b"(")[2].rstrip(b")").decode(errors="replace")


def _refusal(summary: bytes) -> Verdict:
    if b"remote failed to report status" in summary:
        return Verdict.NETWORK
    if summary.startswith(b"[rejected]") and _MOVED.search(summary):
        return Verdict.DIVERGED
    return Verdict.REJECTED if summary.startswith(b"[remote rejected]") else Verdict.FAILED


def _status(out: bytes) -> tuple[bytes, bytes]:
    """Return flag and summary of the last status line: a hook may print lines of its own before it."""
    found = _STATUS.findall(out.replace(b"\r\n", b"\n"))
    return found[-1] if found else (b"", b"")
