"""The references of the repository apart: a copy of the person's, so that a hook's questions find their answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable

from vigie.ship.git.command import Git
from vigie.ship.git.repository import Repository

_NOT_SHARED = (b"refs/bisect/", b"refs/rewritten/", b"refs/worktree/")
"""What every worktree has for itself (git-worktree(1), "REFS")."""

_STASH = os.path.join("logs", "refs", "stash")


def copy_references(git: Git, repository: Repository, git_dir: str) -> None:
    """Write the person's references into ``git_dir``, with the branch at ``repository.head``; raises ``OSError``."""
    answer = git.ask("for-each-ref", "--format=%(objectname) %(refname) %(symref)")
    shas, links = _parse(answer.splitlines())
    branch = os.fsencode(repository.branch)
    shas.pop(branch, None)
    if repository.head is not None:
        shas[branch] = repository.head.encode("ascii")
    for name, target in links.items():
        file = os.path.join(git_dir, os.fsdecode(name))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        _write(file, b"ref: " + target + b"\n")
    rows = [sha + b" " + name + b"\n" for name, sha in sorted(shas.items())]
    _write(os.path.join(git_dir, "packed-refs"), b"".join([b"# pack-refs with: sorted \n", *rows]))
    _write(os.path.join(git_dir, "HEAD"), b"ref: " + branch + b"\n")
    _copy_logs(repository, git_dir)


def _parse(lines: Iterable[bytes]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Return the references and the symbolic ones: name -> what each stands for."""
    shas, links = {}, {}
    for line in lines:
        sha, name, target = line.split(b" ", 2)
        if name.startswith(_NOT_SHARED):
            continue
        if target:
            links[name] = target
        else:
            shas[name] = sha
    return shas, links


def _copy_logs(repository: Repository, git_dir: str) -> None:
    """Copy what ``git stash list`` and ``@{1}`` read; a repository that keeps no such files has none to copy."""
    branch = os.path.join("logs", *repository.branch.split("/"))
    logs = (
        (repository.common_dir, _STASH),
        (repository.common_dir, branch),
        (repository.git_dir, os.path.join("logs", "HEAD")),
    )
    for source, name in logs:
        copy_file(os.path.join(source, name), os.path.join(git_dir, name))


def copy_file(source: str, target: str) -> None:
    """Copy one small file of a git folder with its folders, if it is there; raises ``OSError``."""
    try:
        with open(source, "rb") as file:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as copy:
                shutil.copyfileobj(file, copy)
    except (FileNotFoundError, NotADirectoryError):
        pass


def _write(file: str, content: bytes) -> None:
    with open(file, "wb") as stream:
        stream.write(content)
