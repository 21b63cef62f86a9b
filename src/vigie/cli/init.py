"""``vigie init``: puts into a bot's folder what the guide expects there, and never overwrites anything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from vigie.cli.ignore_lines import addition, missing_lines
from vigie.cli.template_files import read_template
from vigie.messages import say
from vigie.problems import Failure, UsageProblem

CREATED = "created"
KEPT = "kept"
EXTENDED = "extended"
NOT_TEXT = "not-text"
OUTSIDE = "outside"

IGNORE_FILE = ".gitignore"

FILES = (
    ("vigie.toml", "vigie.{language}.toml"),
    ("bot_monitor.py", "bot_monitor.py"),
    ("commit_and_restart.ps1", "commit_and_restart.ps1"),
    (".github/workflows/auto-restart.yml", "auto-restart.{language}.yml"),
)
"""Where each file goes, and the template it comes from."""

TAGS = {CREATED: "OK", EXTENDED: "OK", KEPT: "INFO", NOT_TEXT: "WARNING", OUTSIDE: "WARNING"}


class Created(NamedTuple):
    """What became of one file.

    ``path`` is relative to the project, with ``/``. ``what``: ``created``; ``kept``, nothing of it was
    touched; ``extended`` by ``lines``; ``not-text`` or ``outside`` (behind a link that leaves the project),
    left alone.
    """

    path: str
    what: str
    lines: tuple[str, ...] = ()


def initialise(root: str, language: str) -> list[Created]:
    """Create what is missing in the folder ``root``, its comments in ``language``; tell what became of each.

    Can be repeated: whatever is there already is kept, only missing lines are added to ``.gitignore``.
    Raises ``UsageProblem`` when ``root`` is no folder, ``Failure`` when something cannot be read or written.
    """
    if not os.path.isdir(root):
        raise UsageProblem("init.no-folder", folder=root)
    done = [_create(root, path, template.format(language=language)) for path, template in FILES]
    return [*done, _ignore(root, language)]


def describe(created: Sequence[Created], language: str) -> list[tuple[str, str]]:
    """Return the lines that tell a person what was done, each as its tag and its text."""
    lines = [(TAGS[one.what], _sentence(one, language)) for one in created]
    return [*lines, ("INFO", say(language, "init.next"))]


def as_json(created: Sequence[Created]) -> dict[str, object]:
    """Return what ``--json`` prints."""
    return {"files": [{"path": one.path, "what": one.what, "lines": list(one.lines)} for one in created]}


def _sentence(one: Created, language: str) -> str:
    return say(language, f"init.{one.what}", path=one.path, lines=", ".join(one.lines))


def _create(root: str, path: str, template: str) -> Created:
    target = os.path.join(root, *path.split("/"))
    if os.path.lexists(target):
        return Created(path, KEPT)
    if not _is_inside(root, os.path.dirname(target)):
        return Created(path, OUTSIDE)
    content = read_template(template)
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _write_new(target, content)
    except FileExistsError:
        return Created(path, KEPT)
    except OSError as error:
        raise _not_writable(target, error) from None
    return Created(path, CREATED)


def _ignore(root: str, language: str) -> Created:
    target = os.path.join(root, IGNORE_FILE)
    if not _is_inside(root, target):
        return Created(IGNORE_FILE, OUTSIDE)
    wanted = read_template("gitignore").decode().split()
    comment = say(language, "init.ignore-comment")
    try:
        if not os.path.lexists(target):
            _write_new(target, addition(b"", wanted, comment))
            return Created(IGNORE_FILE, CREATED)
        with open(target, "rb") as file:
            existing = file.read()
        missing = missing_lines(existing, wanted)
        if missing:
            _append(target, addition(existing, missing, comment), len(existing))
    except OSError as error:
        raise _not_writable(target, error) from None
    if missing is None:
        return Created(IGNORE_FILE, NOT_TEXT)
    return Created(IGNORE_FILE, EXTENDED if missing else KEPT, missing)


def _is_inside(root: str, path: str) -> bool:
    """Whether ``path``, once its links are followed, lies in ``root``."""
    home = os.path.normcase(os.path.realpath(root))
    real = os.path.normcase(os.path.realpath(path))
    return real == home or real.startswith(os.path.join(home, ""))


def _write_new(target: str, content: bytes) -> None:
    """Write a file that must not exist yet; half written, it is removed: a later run can do better."""
    file = open(target, "xb")  # noqa: SIM115 - closed by the `with` below, before it is removed
    try:
        with file:
            file.write(content)
    except OSError:
        os.unlink(target)
        raise


def _append(target: str, content: bytes, size: int) -> None:
    """Add to a file of ``size`` bytes; on failure it is what it was."""
    try:
        with open(target, "ab") as file:
            file.write(content)
    except OSError:
        os.truncate(target, size)
        raise


def _not_writable(target: str, error: OSError) -> Failure:
    return Failure("init.not-writable", path=target, detail=error.strerror or str(error))
