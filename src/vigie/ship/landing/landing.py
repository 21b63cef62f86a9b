"""What has to follow a commit that was made apart: planned once, and kept on record for whoever comes later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference, Entry
from vigie.ship.git.repository import Repository
from vigie.ship.landing.commit import Commit, Staging


class Landing(NamedTuple):
    """What has to follow a commit."""

    branch: str
    """Full name, ``refs/heads/main``."""
    base: str | None
    """The commit that the branch held, None before the first."""
    sha: str
    subject: str
    entries: Mapping[str, Difference]
    """Entries of the real index: as they were, as they shall be."""
    files: Mapping[str, Difference] = {}
    """Files that hooks made other than they lie in the folder: as they were staged, as they were committed."""
    git_dir: str = ""
    seen: str = ""
    """The fingerprint of the index for which ``entries`` was made; not worth remembering."""
    index_file: str = ""
    """The index to be, when there is one; gone with the run."""


def plan_landing(git: Git, repository: Repository, staged: Staging, commit: Commit) -> Landing:
    """Return what has to follow ``commit``; runs nothing."""
    del git
    entries = entries_to_follow(staged.before, commit.changes, staged.chosen)
    files = files_of_hooks(staged.changes, commit.changes)
    return Landing(
        repository.branch,
        repository.head,
        commit.sha,
        commit.subject,
        entries,
        files,
        repository.git_dir,
        staged.seen,
        commit.index_file,
    )


def entries_to_follow(
    before: Mapping[str, Difference], made: Mapping[str, Difference], chosen: frozenset[str]
) -> dict[str, Difference]:
    """Decide which entries of the real index become those of the new commit.

    Both tables compare with the commit before: what was staged, and what was committed. Left alone are paths a
    hook committed which the person had staged in a state of their own.
    """
    entries = {}
    for path in made.keys() | (before.keys() & chosen):
        if path in before and path not in chosen:
            continue
        old = before[path].new if path in before else made[path].old
        new = made[path].new if path in made else before[path].old
        if old != new:
            entries[path] = Difference(old, new)
    return entries


def files_of_hooks(staged: Mapping[str, Difference], made: Mapping[str, Difference]) -> dict[str, Difference]:
    """Return which files the hooks changed: as they were staged, as they were committed."""
    files = {}
    for path in staged.keys() | made.keys():
        old = staged[path].new if path in staged else made[path].old
        new = made[path].new if path in made else staged[path].old
        if old != new:
            files[path] = Difference(old, new)
    return files


def as_record(landing: Landing) -> dict[str, object]:
    """Return a landing as JSON values."""
    return {
        "branch": _as_text(landing.branch),
        "base": landing.base,
        "sha": landing.sha,
        "subject": _as_text(landing.subject),
        "entries": _as_rows(landing.entries),
        "files": _as_rows(landing.files),
        "git_dir": _as_text(landing.git_dir),
    }


def from_record(record: Mapping[str, Any]) -> Landing:
    """Return the landing that ``as_record`` made a record of; other keys are passed over."""
    return Landing(
        _from_text(record["branch"]),
        record["base"],
        record["sha"],
        _from_text(record["subject"]),
        _from_rows(record["entries"]),
        _from_rows(record["files"]),
        _from_text(record["git_dir"]),
    )


def _as_rows(table: Mapping[str, Difference]) -> list[list[object]]:
    return [[_as_text(path), *row.old, *row.new] for path, row in sorted(table.items())]


def _from_rows(rows: list[list[Any]]) -> dict[str, Difference]:
    return {
        _from_text(path): Difference(Entry(old_mode, old), Entry(new_mode, new))
        for path, old_mode, old, new_mode, new in rows
    }


def _as_text(text: str) -> str | dict[str, str]:
    """Return text as JSON can hold it in any encoding; a name may be bytes that are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return {"hex": os.fsencode(text).hex()}
    return text


def _from_text(value: str | dict[str, str]) -> str:
    return value if isinstance(value, str) else os.fsdecode(bytes.fromhex(value["hex"]))
