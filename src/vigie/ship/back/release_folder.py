"""Lays a version out beside the folder, to run from while the person's own edits keep the folder as it is.

``.vigie/parked/SHA`` holds the version's files as a checkout would write them. What git does not know (``.env``,
databases, installed packages) is there too, as links to the real ones; so are data files that are the same in
both versions: what the bot writes shall go where it always went.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator

from vigie.problems import Failure, Problem
from vigie.ship.back.data_files import is_data
from vigie.ship.back.on_disk import SUBMODULE
from vigie.ship.display import printable, reason
from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, tree_differences
from vigie.ship.git.repository import Repository

PARKED = os.path.join(".vigie", "parked")
DEADLINE = 300.0
"""Seconds to write all files of a version, filters included."""

NAME_LENGTH = 12
_UNFINISHED = ".vigie-tmp"
_LIST = ".files"
_KEPT = ".kept"

_NEVER_LINKED = frozenset({".git", ".vigie", "__pycache__"})
_DATA = (
    *(".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".csv", ".tsv", ".txt", ".xml", ".dat"),
    *(".db", ".db3", ".sqlite", ".sqlite3", ".pickle", ".pkl", ".session", ".log"),
)
"""What bots write themselves: never code."""

_WRITTEN_BY_READING = ("__pycache__",)
"""Folders that running the code fills."""


def release_folder(git: Git, repository: Repository, commit: str, root: str) -> str:
    """Return the folder that holds the project ``root`` as ``commit`` has it; made unless it is there.

    Built under another name and renamed once whole, readable by its owner alone. No network, except what a filter
    (git-lfs) asks for by itself. The caller holds the ship's lock. Raises ``Failure`` ``rollback.release-failed``.
    """
    name = commit[:NAME_LENGTH]
    place = os.path.join(root, PARKED)
    whole = os.path.join(place, name)
    project = os.path.normpath(os.path.join(whole, repository.prefix))
    if os.path.isdir(whole):
        return project
    building = os.path.join(place, f".{name}{_UNFINISHED}")
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
        shutil.rmtree(building, ignore_errors=True)
        os.mkdir(building, 0o700)
        _lay_out(git.at(repository.top), commit, building, os.path.join(place, f".{name}.index"))
        _link_the_rest(git, repository, commit, os.path.join(building, repository.prefix), root)
        _write_list(building, whole + _LIST)
        os.rename(building, whole)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise _failed(commit, str(error.strerror)) from error
    except Problem:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return project


def _lay_out(git: Git, commit: str, target: str, index: str) -> None:
    """Write the files of a commit below ``target``, and those of its submodules that are filled here."""
    try:
        for words in (
            ("read-tree", commit),
            ("checkout-index", "--all", "--force", "--quiet", f"--prefix={target.replace(os.sep, '/')}/"),
        ):
            outcome = git.act(*words, deadline=DEADLINE, index=index)
            if outcome.code != 0:
                raise _failed(commit, reason(outcome.err) or "-")
        rows = git.ask("ls-files", "--stage", "-z", index=index).split(b"\0")
    finally:
        for left in (index, f"{index}.lock"):
            if os.path.lexists(left):
                os.unlink(left)
    for row in rows:
        if not row.startswith(SUBMODULE.encode()):
            continue
        head, _, path = row.partition(b"\t")
        inside = os.path.join(git.directory, os.fsdecode(path))
        if os.path.lexists(os.path.join(inside, ".git")):
            place = os.path.join(target, os.fsdecode(path))
            os.makedirs(place, exist_ok=True)
            _lay_out(git.at(inside), head.split(b" ")[1].decode("ascii"), place, index)


def _link_the_rest(git: Git, repository: Repository, commit: str, laid: str, root: str) -> None:
    """Link what the version does not hold, and data that did not change; where links are not allowed, nothing."""
    differences = tree_differences(git.at(repository.top), commit, repository.base)
    prefix = repository.prefix
    changed = {path.removeprefix(prefix) for path in differences if path.startswith(prefix)}
    added = {
        path.removeprefix(prefix)
        for path, difference in differences.items()
        if difference.old.mode == ABSENT_MODE and path.startswith(prefix)
    }
    folders = {folder for path in added for folder in _above(path)}
    try:
        _link(laid, root, "", changed, added, folders)
    except OSError:
        return  # Windows asks for a right that few have


def _link(laid: str, real: str, inside: str, changed: set[str], added: set[str], folders: set[str]) -> None:
    with os.scandir(real) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{inside}{entry.name}"
            beside = os.path.join(laid, entry.name)
            written = is_data(path)
            if entry.name in _NEVER_LINKED or (path in added and not written):
                continue
            if entry.is_dir(follow_symlinks=False):
                if os.path.isdir(beside) and not os.path.islink(beside):
                    _link(beside, entry.path, f"{path}/", changed, added, folders)
                elif not os.path.lexists(beside) and path in folders:
                    os.mkdir(beside)  # new in the newer version: only what git does not know of it
                    _link(beside, entry.path, f"{path}/", changed, added, folders)
                    if not os.listdir(beside):
                        os.rmdir(beside)
                elif not os.path.lexists(beside):
                    os.symlink(entry.path, beside, target_is_directory=True)
            elif not os.path.lexists(beside):
                os.symlink(entry.path, beside)
            elif (written or (path not in changed and entry.name.lower().endswith(_DATA))) and os.path.isfile(
                beside
            ):
                os.unlink(beside)
                os.symlink(entry.path, beside)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def remove_release(root: str, name: str) -> str | None:
    """Remove a folder of ``.vigie/parked``; one in which something was written since is kept under another name.

    Returns where it was kept, else None. The real files behind its links are never touched.
    """
    whole = os.path.join(root, PARKED, name)
    if not _is_untouched(whole):
        kept = next(
            place for number in range(1, 10_000) if not os.path.lexists(place := f"{whole}{_KEPT}-{number}")
        )
        os.rename(whole, kept)
        return kept
    shutil.rmtree(whole, ignore_errors=True)
    if os.path.lexists(whole + _LIST):
        os.unlink(whole + _LIST)
    return None


def releases_in(root: str) -> list[str]:
    """Return the names of the versions that lie in ``.vigie/parked``."""
    try:
        names = os.listdir(os.path.join(root, PARKED))
    except OSError:
        return []
    return sorted(name for name in names if not name.startswith(".") and "." not in name)


def _files(folder: str) -> dict[str, list[int]]:
    found = {}
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _WRITTEN_BY_READING]
        for name in names:
            path = os.path.join(here, name)
            if not os.path.islink(path):
                seen = os.lstat(path)
                found[os.path.relpath(path, folder)] = [seen.st_size, seen.st_mtime_ns]
    return found


def _write_list(folder: str, path: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        json.dump(_files(folder), file)


def _is_untouched(whole: str) -> bool:
    """Whether each file is as it was laid out, and none was added: what is gone is nobody's loss."""
    try:
        with open(whole + _LIST, encoding="ascii") as file:
            known = json.load(file)
    except (OSError, ValueError):
        return False
    return all(known.get(path) == mark for path, mark in _files(whole).items())


def _failed(commit: str, detail: str) -> Failure:
    return Failure("rollback.release-failed", commit=commit[:NAME_LENGTH], detail=printable(detail))
