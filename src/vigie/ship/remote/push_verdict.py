"""Reads what a push came to: its exit code, its lines for programs, and what git said beside them.

Formats: git-push(1), "OUTPUT" (``--porcelain``). The sentences matched are git's, OpenSSH's, curl's and
GitHub's own, in English (``environment.cleaned``).
"""

from __future__ import annotations

import re
from enum import Enum

from vigie.ship.git.process_group import Outcome


def _any(*sentences: bytes) -> bytes:
    # not compiled here: a push that succeeds needs none of them
    return b"(?i)" + b"|".join(sentences)


_STATUS = rb"(?m)^([ +\-*!=])\t[^\t]+\t(.*)$"
_MOVED = _any(
    rb"\(fetch first", rb"\(non-fast-forward", rb"\(needs force", rb"\(stale info", rb"\(remote ref updated"
)
_RULE = rb"\bGH0\d\d\b"

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
    rb"Connection to \S+ closed",
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
    rb"Operation too slow",
    rb"The requested URL returned error: (408|429|5\d\d)",
)
_TOO_LARGE = _any(rb"The requested URL returned error: 413", rb"pack exceeds maximum allowed size")
_LOCKED = _any(
    rb"cannot lock ref",
    rb"failed to lock",
    rb"Unable to create '.{0,1000}\.lock'",
    rb"Internal Server Error",
    rb"fatal error in commit_refs",
)
"""What a server says while another push, or its own housekeeping, holds the branch."""

_NOT_STORED = _any(rb"\(unpacker error\)", rb"\(migrating|unable to migrate objects")

_BROKEN = re.compile(
    rb"^(error: RPC failed|send-pack: unexpected disconnect|fatal: the remote end hung up|"
    rb"Connection to \S+ closed by remote host)",
    re.MULTILINE,
)
"""A connection that broke after it had begun: git then ends with 1, as it does for a hook of ours."""


class Verdict(Enum):
    """How a push ended; the values of failures are the last part of their ``ship.push-...`` keys."""

    PUSHED = "pushed"
    UP_TO_DATE = "up-to-date"
    NETWORK = "network"
    TIMEOUT = "timeout"
    AUTHENTICATION = "authentication"
    HOST_KEY = "host-key"
    ABSENT = "repository-absent"
    BUSY = "busy"
    DIVERGED = "diverged"
    REJECTED = "rejected"
    TOO_LARGE = "too-large"
    NOT_STORED = "not-stored"
    HOOK = "hook"
    FAILED = "failed"


def judge(outcome: Outcome) -> Verdict:
    """Return what a push of one branch came to."""
    if outcome.code is None:
        return Verdict.TIMEOUT
    flag, summary = _status(outcome.out)
    if outcome.code == 0:
        return _SUCCESSES.get(flag, Verdict.FAILED)
    if flag == b"!":
        return _refusal(summary, outcome.err)
    if flag in _SUCCESSES:
        # Told that all is well, and then the line was cut.
        return Verdict.NETWORK
    # Without a status line the connection failed, or a hook of ours said no, whatever words it used.
    if outcome.code == 1 and not re.search(_BROKEN, outcome.err):
        return Verdict.HOOK if b"failed to push some refs" in outcome.err else Verdict.FAILED
    return judge_complaint(outcome.err)


def judge_complaint(err: bytes) -> Verdict:
    """Return what kept git from reaching the repository, or from going on there, by what it said."""
    for pattern, verdict in _COMPLAINTS:
        if re.search(pattern, err):
            return verdict
    return Verdict.FAILED


_SUCCESSES = {
    b"=": Verdict.UP_TO_DATE,
    b" ": Verdict.PUSHED,
    b"*": Verdict.PUSHED,
}
_COMPLAINTS = (
    (_HOST_KEY, Verdict.HOST_KEY),
    (_AUTHENTICATION, Verdict.AUTHENTICATION),
    (_ABSENT, Verdict.ABSENT),
    (_TOO_LARGE, Verdict.TOO_LARGE),
    (_NETWORK, Verdict.NETWORK),
)


def server_rule(outcome: Outcome) -> str:
    """Return the code of the rule that refused (``GH013``), else the server's own words, else ""."""
    found = re.search(_RULE, outcome.err)
    if found:
        return found.group().decode("ascii")
    _, summary = _status(outcome.out)
    return summary.partition(b"(")[2].rstrip(b")").decode(errors="replace")


def _refusal(summary: bytes, err: bytes) -> Verdict:
    if b"remote failed to report status" in summary:
        return Verdict.NETWORK
    if summary.startswith(b"[rejected]") and re.search(_MOVED, summary):
        return Verdict.DIVERGED
    if re.search(_NOT_STORED, summary):
        return Verdict.TOO_LARGE if re.search(_TOO_LARGE, err) else Verdict.NOT_STORED
    # A rule may speak of anything; only a server that names no rule of its own is merely busy.
    updating = b"(failed to update ref)" in summary and re.search(_LOCKED, err)
    if updating or re.search(_LOCKED, summary):
        return Verdict.BUSY
    return Verdict.REJECTED if summary.startswith(b"[remote rejected]") else Verdict.FAILED


def _status(out: bytes) -> tuple[bytes, bytes]:
    """Return flag and summary of the last status line: a hook may print lines of its own before it."""
    found = re.findall(_STATUS, out.replace(b"\r\n", b"\n"))
    return found[-1] if found else (b"", b"")
