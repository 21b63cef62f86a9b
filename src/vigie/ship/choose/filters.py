"""Filters between disk and repository: a missing one would let raw content in, a refusing one is explained.

Source: gitattributes(5), "filter" and "text"; git-config(1), ``core.safecrlf``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from vigie.problems import Problem, Refusal
from vigie.ship.display import listed, printable
from vigie.ship.git.command import Git
from vigie.ship.git.configuration import Configuration, is_true
from vigie.ship.git.repository import Repository

_FILE = ".gitattributes"
_UNSET = ("unspecified", "unset", "set", "")

_LINE_ENDS = re.compile(
    rb"^(?:fatal|error): (CRLF|LF) would be replaced by (?:CRLF|LF) in (.+)$", re.MULTILINE
)
_FAILED = re.compile(rb"^fatal: (.+): clean filter '(.+)' failed$", re.MULTILINE)


def require_filters(
    git: Git,
    repository: Repository,
    paths: Iterable[str],
    configuration: Configuration,
    changed: Iterable[str] = (),
) -> tuple[str, ...]:
    """Raise ``Refusal`` when a file would be stored raw for want of its filter; ``paths`` come from disk.

    ``changed``: all that changed, since a deleted ``.gitattributes`` still counts as the index holds it.

    ``staging.lfs-missing`` for Git LFS, ``staging.filter-missing`` for encryption and for whatever the person
    marked as required. Returns the paths whose filter is merely unknown: git passes those through.
    """
    paths = tuple(paths)
    asks = any(path.rpartition("/")[2] == _FILE for path in changed)
    if not paths or not (asks or _mentioned(repository, paths, configuration)):
        return ()
    unknown = []
    missing: dict[str, list[str]] = {}
    for path, name in _filters(git, paths):
        if configuration.get(f"filter.{name}.clean") or configuration.get(f"filter.{name}.process"):
            continue
        if name == "lfs" or "crypt" in name or is_true(configuration, f"filter.{name}.required"):
            missing.setdefault(name, []).append(path)
        else:
            unknown.append(path)
    for name, files in missing.items():
        if name == "lfs":
            raise Refusal("staging.lfs-missing", files=listed(files))
        raise Refusal("staging.filter-missing", files=listed(files), filter=printable(name))
    return tuple(unknown)


def _filters(git: Git, paths: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    names = b"".join(os.fsencode(path) + b"\0" for path in paths)
    fields = git.ask("check-attr", "-z", "--stdin", "filter", stdin=names).split(b"\0")
    for path, value in zip(fields[0::3], fields[2::3], strict=False):
        name = os.fsdecode(value)
        if name not in _UNSET:
            yield os.fsdecode(path), name


def _mentioned(repository: Repository, paths: tuple[str, ...], configuration: Configuration) -> bool:
    """Whether any file of attributes that matters speaks of filters; most repositories have none.

    In a sparse checkout git takes attributes from the index, so only git can tell.
    """
    if is_true(configuration, "core.sparsecheckout"):
        return True
    folders = {""}
    for path in paths:
        while path := path.rpartition("/")[0]:
            folders.add(path)
    places = [os.path.join(repository.top, folder, _FILE) for folder in folders]
    places.append(os.path.join(repository.common_dir, "info", "attributes"))
    places.append(_personal(configuration))
    return any(_speaks_of_filters(place) for place in places)


def _personal(configuration: Configuration) -> str:
    """Return the person's own file of attributes (gitattributes(5): ``core.attributesFile``)."""
    chosen = configuration.get("core.attributesfile")
    if chosen:
        return os.path.expanduser(chosen)
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "git", "attributes")


def _speaks_of_filters(place: str) -> bool:
    try:
        with open(place, "rb") as file:
            return b"filter" in file.read()
    except FileNotFoundError:
        return False
    except OSError:
        return True


def explained(complaint: bytes) -> Problem | None:
    """Return what git means when it could not take a file in, None when it is something else."""
    found = _LINE_ENDS.search(complaint)
    if found:
        return Refusal("staging.line-endings", ends=found[1].decode("ascii"), file=_name(found[2]))
    found = _FAILED.search(complaint)
    if found:
        return Refusal("staging.filter-failed", file=_name(found[1]), filter=_name(found[2]))
    return None


def _name(text: bytes) -> str:
    return printable(os.fsdecode(text))
