"""What a push came to, from what git, ssh, curl and GitHub really say."""

from __future__ import annotations

import pytest

from vigie import messages
from vigie.ship.git.process_group import Outcome
from vigie.ship.remote.push_verdict import Verdict, judge, server_rule

SHA = b"672b31547d58f669e795a9313ee24dac12ac1c32"


def line(flag: bytes, summary: bytes) -> bytes:
    """Return what git prints for programs."""
    return b"To ../github.git\n" + flag + b"\t" + SHA + b":refs/heads/main\t" + summary + b"\nDone\n"


@pytest.mark.parametrize(
    ("out", "verdict"),
    [
        (line(b"*", b"[new branch]"), Verdict.PUSHED),
        (line(b" ", b"1234567..89abcde"), Verdict.PUSHED),
        (line(b"=", b"[up to date]"), Verdict.UP_TO_DATE),
        (b"words of a pre-push hook\n" + line(b"=", b"[up to date]"), Verdict.UP_TO_DATE),
        (line(b"=", b"[up to date]").replace(b"\n", b"\r\n"), Verdict.UP_TO_DATE),
    ],
)
def test_success(out: bytes, verdict: Verdict) -> None:
    """Exit code 0; the flag tells whether the remote had it already."""
    assert judge(Outcome(0, out, b"")) is verdict


@pytest.mark.parametrize(
    ("summary", "verdict"),
    [
        (b"[rejected] (fetch first)", Verdict.DIVERGED),
        (b"[rejected] (non-fast-forward)", Verdict.DIVERGED),
        (b"[remote rejected] (pre-receive hook declined)", Verdict.REJECTED),
        (b"[remote rejected] (protected branch hook declined)", Verdict.REJECTED),
        (b"[remote rejected] (branch is currently checked out)", Verdict.REJECTED),
        (b"[remote failure] (remote failed to report status)", Verdict.NETWORK),
        (b"[rejected] (something new)", Verdict.FAILED),
        (b"[remote rejected] (unpacker error)", Verdict.NOT_STORED),
        (b"[remote rejected] (cannot lock ref 'refs/heads/main': is at a but expected b)", Verdict.BUSY),
        (b"[remote rejected] (Internal Server Error)", Verdict.BUSY),
        (b"[remote rejected] (failed to update ref)", Verdict.REJECTED),
    ],
)
def test_refused_by_the_other_side(summary: bytes, verdict: Verdict) -> None:
    """A status line with ``!`` says who refused and why."""
    outcome = Outcome(1, line(b"!", summary), b"error: failed to push some refs to 'x'\n")
    assert judge(outcome) is verdict


@pytest.mark.parametrize(
    ("err", "verdict"),
    [
        (b"fatal: unable to access 'https://h/': Could not resolve host: h", Verdict.NETWORK),
        (b"fatal: unable to access 'http://h/': Failed to connect to h port 1 after 0 ms", Verdict.NETWORK),
        (
            b"ssh: connect to host h port 22: Connection refused\nfatal: Could not",
            Verdict.NETWORK,
        ),
        (b"ssh: connect to host h port 22: Connection timed out", Verdict.NETWORK),
        (b"ssh: Could not resolve hostname h: Temporary failure in name resolution", Verdict.NETWORK),
        (b"kex_exchange_identification: read: Connection reset by peer", Verdict.NETWORK),
        (
            b"error: RPC failed; curl 56\nfatal: the remote end hung up unexpectedly",
            Verdict.NETWORK,
        ),
        (b"fatal: unable to access 'https://h/': The requested URL returned error: 503", Verdict.NETWORK),
        (b"fatal: unable to connect to h:\nerrno=Connection refused", Verdict.NETWORK),
        (
            b"fatal: could not read Username for 'https://h': No such device",
            Verdict.AUTHENTICATION,
        ),
        (
            b"remote: Invalid username or token.\nfatal: Authentication failed",
            Verdict.AUTHENTICATION,
        ),
        (b"git@h: Permission denied (publickey).\nfatal: Could not read from remote", Verdict.AUTHENTICATION),
        (
            b"remote: Permission to a/b.git denied to c.\nfatal: unable to access",
            Verdict.AUTHENTICATION,
        ),
        (b"Host key verification failed.\nfatal: Could not read from remote repository.", Verdict.HOST_KEY),
        (b"fatal: '/x' does not appear to be a git repository", Verdict.ABSENT),
        (b"remote: Repository not found.\nfatal: repository 'https://h/x/' not found", Verdict.ABSENT),
        (b"ERROR: Repository not found.\nfatal: Could not read from remote repository.", Verdict.ABSENT),
        (b"fatal: something nobody has seen", Verdict.FAILED),
    ],
)
def test_nothing_was_tried(err: bytes, verdict: Verdict) -> None:
    """Exit code 128 without a status line: the connection, the credentials, the address, or something new."""
    assert judge(Outcome(128, b"", err)) is verdict


@pytest.mark.parametrize(
    ("err", "verdict"),
    [
        (b"error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", Verdict.NETWORK),
        (
            b"error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403",
            Verdict.AUTHENTICATION,
        ),
        (b"error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413", Verdict.TOO_LARGE),
        (b"error: RPC failed; curl 52 Empty reply from server", Verdict.NETWORK),
        (
            b"fatal: could not read Username for 'https://h': terminal prompts disabled",
            Verdict.AUTHENTICATION,
        ),
    ],
)
def test_a_line_that_broke_while_sending(err: bytes, verdict: Verdict) -> None:
    """git ends with 1 then, as for a hook of ours, and sometimes even says that a push failed."""
    broken = err + b"\nsend-pack: unexpected disconnect while reading sideband packet\n"
    assert judge(Outcome(1, b"Done\n", broken)) is verdict
    assert judge(Outcome(1, b"", broken + b"error: failed to push some refs to 'x'\n")) is verdict


def test_a_line_that_broke_after_the_good_news() -> None:
    """The status says pushed, the exit code does not: the remote must be asked."""
    err = b"Connection to h closed by remote host.\nerror: failed to push some refs to 'x'\n"
    assert judge(Outcome(1, line(b" ", b"1234567..89abcde"), err)) is Verdict.NETWORK
    assert judge(Outcome(1, b"", err)) is Verdict.NETWORK
    silent = b"error: failed to push some refs to 'x'\n"
    assert judge(Outcome(1, line(b" ", b"1234567..89abcde"), silent)) is Verdict.NETWORK


def test_success_without_a_status_line_is_no_success() -> None:
    """Nothing says that the branch arrived."""
    assert judge(Outcome(0, b"Done\n", b"Everything up-to-date\n")) is Verdict.FAILED


def test_a_lock_there_is_told_from_a_rule_there() -> None:
    """Both are refusals of the server; only one of them passes."""
    out = line(b"!", b"[remote rejected] (failed to update ref)")
    lock = b"remote: error: cannot lock ref 'refs/heads/main': Unable to create '/x/main.lock': File exists."
    assert judge(Outcome(1, out, lock)) is Verdict.BUSY
    rule = line(b"!", b"[remote rejected] (pre-receive hook declined)")
    assert judge(Outcome(1, rule, lock)) is Verdict.REJECTED


def test_own_hook() -> None:
    """Exit code 1 without a status line is a pre-push hook, even one that speaks of connections."""
    err = b"test failed: Connection refused\nerror: failed to push some refs to 'x'\n"
    assert judge(Outcome(1, b"hook\n", err)) is Verdict.HOOK


def test_deadline() -> None:
    """No exit code: it was ended."""
    assert judge(Outcome(None, b"", b"")) is Verdict.TIMEOUT


@pytest.mark.parametrize("code", ["GH001", "GH006", "GH013"])
def test_server_rule(code: str) -> None:
    """GitHub's rules have numbers; others say it in words."""
    out = line(b"!", b"[remote rejected] (pre-receive hook declined)")
    assert server_rule(Outcome(1, out, f"remote: error: {code}: rule\n".encode())) == code
    assert server_rule(Outcome(1, out, b"")) == "pre-receive hook declined"
    assert server_rule(Outcome(1, b"", b"")) == ""


@pytest.mark.parametrize("verdict", [v for v in Verdict if v not in (Verdict.PUSHED, Verdict.UP_TO_DATE)])
def test_every_failure_has_words_and_advice(verdict: Verdict) -> None:
    """Each verdict is told in both languages."""
    assert messages.has(f"ship.push-{verdict.value}")
    assert messages.has(f"ship.push-{verdict.value}.hint")
