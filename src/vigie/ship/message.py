"""The commit's message: the person's own, untouched, or a default one that names the files.

The default follows Conventional Commits 1.0.0 (``type: description``) and git's custom of at most 72
characters for the first line. It claims no more than the files' names tell: never ``fix``.
"""

from __future__ import annotations

import re

from vigie.problems import UsageProblem
from vigie.ship.choose.selection import Selection
from vigie.ship.display import printable

WIDTH = 72

_TEST = r"(^|/)(tests?/|test_[^/]*\.py$|[^/]*_test\.py$|conftest\.py$)"


def check_message(message: str) -> str:
    """Return the person's message as it is; raises ``UsageProblem`` for one that git would not take."""
    if not message.strip() or "\0" in message:
        raise UsageProblem("ship.message-empty")
    return message


def subject(message: str) -> str:
    """Return the line of a message that stands for it."""
    return printable(message.strip().split("\n")[0].rstrip())


def default_message(selection: Selection, prefix: str = "") -> str:
    """Return a message that names the files, without the project's folder ``prefix``."""
    names = [printable(path.removeprefix(prefix)) for path in selection.paths]
    start = f"{_type(selection, names)}: {_verb(selection)} "
    for shown in range(len(names), 0, -1):
        rest = len(names) - shown
        text = start + ", ".join(names[:shown]) + (f" and {rest} more" if rest else "")
        if len(text) <= WIDTH:
            return text
    last = names[0].rpartition("/")[2]
    text = start + last + (f" and {len(names) - 1} more" if len(names) > 1 else "")
    return text if len(text) <= WIDTH else f"{start}{len(names)} file{'s' if len(names) > 1 else ''}"


def _type(selection: Selection, names: list[str]) -> str:
    if all(name.casefold().endswith(".md") for name in names):
        return "docs"
    if all(re.search(_TEST, name) for name in names):
        return "test"
    return "feat" if not selection.modified and not selection.removed else "chore"


def _verb(selection: Selection) -> str:
    if not selection.modified and not selection.removed:
        return "add"
    if not selection.added and not selection.modified:
        return "remove"
    return "update"
