"""Builds the way back aside: a commit on top of the bad version that holds the files of the good one.

Only objects are written: no branch, no index, no file. No hook runs, since nothing in it is new: it was
committed and published before. The remote is not needed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.problems import Failure, Refusal
from vigie.ship.back.data_files import is_data
from vigie.ship.display import last_lines, reason
from vigie.ship.git.command import Git, failed
from vigie.ship.git.index import require, set_entries, tree_differences, write_tree
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.repository import Repository

SIGNING_DEADLINE = 120.0
"""Seconds: a key on a card may wait for a finger, and nobody may be there."""

SHORT = 12
"""Signs of a commit's name in a message; git's own abbreviation grows with the repository."""

_SIGNING = (b"failed to sign the data", b"gpg failed to sign", b"Couldn't load public key")


def build_way_back(
    git: Git,
    repository: Repository,
    bad: str,
    good: str,
    folder: str,
    message_values: Mapping[str, str] | None = None,
) -> str:
    """Return a new commit whose parent is ``bad`` and whose files are those of ``good``, data files excepted.

    ``message_values``: ``why`` is put below, in words, when it is there. ``folder`` is empty
    and ours, made if need be. Signed
    where ``commit.gpgsign`` says so. Raises ``Failure`` (``rollback.version-missing``, ``ship.commit-unsigned``,
    ``ship.git-failed``) or ``Refusal`` ``rollback.same-files``; then nothing was made.
    """
    git = git.at(repository.top)
    old, new = _tree(git, bad), _tree(git, good)
    if old == new:
        raise Refusal("rollback.same-files", bad=bad[:SHORT], good=good[:SHORT])
    os.makedirs(folder, mode=0o700, exist_ok=True)
    new = _with_data_of_today(git, old, new, folder)
    if old == new:
        raise Refusal("rollback.same-files", bad=bad[:SHORT], good=good[:SHORT])
    text = os.path.join(folder, "message")
    with open(text, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write(
            message(subject_of(git, bad), good, subject_of(git, good), (message_values or {}).get("why", ""))
        )
    signing = ("-S",) if _signs(git) else ()
    outcome = git.act(
        # The message is UTF-8 whatever the configuration says of other programs' messages.
        *("-c", "i18n.commitEncoding=UTF-8"),
        *("commit-tree", *signing, "-p", bad, "-F", text, new),
        deadline=SIGNING_DEADLINE,
    )
    if outcome.code != 0:
        raise _not_made(outcome)
    return outcome.out.decode("ascii").strip()


def data_between(git: Git, bad: str, good: str) -> tuple[str, ...]:
    """Return the data files that differ between two versions: the way back leaves them as they are."""
    return tuple(sorted(path for path in tree_differences(git, good, bad) if is_data(path)))


def _with_data_of_today(git: Git, old: str, new: str, folder: str) -> str:
    """Return the tree ``new`` with the data files of ``old``, present or absent as they are there."""
    kept = {path: row.new for path, row in tree_differences(git, new, old).items() if is_data(path)}
    if not kept:
        return new
    index = os.path.join(folder, "index")
    git.ask("read-tree", new, index=index)
    require(set_entries(git, kept, index))
    return write_tree(git, index)


def message(bad_subject: str, good: str, good_subject: str, why: str) -> str:
    """Return the message: git's own first line of a revert, so that people and tools know it for one."""
    body = f"Back to {good[:SHORT]}, the last version that ran well:\n    {good_subject}\n"
    reasons = f"\n{why.strip()}\n" if why.strip() else ""
    return f'Revert "{bad_subject}"\n\n{body}{reasons}'


def subject_of(git: Git, commit: str) -> str:
    """Return the first line of a commit's message."""
    answer = git.ask(
        "-c", "i18n.logOutputEncoding=UTF-8", "log", "-1", "--no-show-signature", "--format=%s", commit, "--"
    )
    return answer.decode("utf-8", "surrogateescape").strip()


def _tree(git: Git, commit: str) -> str:
    outcome = git.query("rev-parse", "-q", "--verify", f"{commit}^{{tree}}")
    if outcome.code != 0:
        raise Failure("rollback.version-missing", commit=commit[:SHORT])
    return outcome.out.decode("ascii").strip()


def _signs(git: Git) -> bool:
    """Whether the person's commits are signed (git-config(1), commit.gpgSign); commit-tree does not look."""
    outcome = git.query("config", "--type=bool", "--get", "commit.gpgsign")
    if outcome.code not in (0, 1):
        raise failed("config", outcome)  # a value nobody understands must not end in an unsigned commit
    return outcome.out.strip() == b"true"


def _not_made(outcome: Outcome) -> Failure:
    if outcome.code is None or any(mark in outcome.err for mark in _SIGNING):
        return Failure(
            "ship.commit-unsigned", detail=reason(outcome.err) or "-", output=last_lines(outcome.err)
        )
    return failed("commit-tree", outcome)
