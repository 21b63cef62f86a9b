"""What a person should hear about a plan before it is carried out: what is left out, taken along, or odd."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from vigie.ship.choose.reserved_names import forbidden, too_long
from vigie.ship.display import listed, printable
from vigie.ship.git.configuration import is_true
from vigie.ship.plan import Plan

Remark = tuple[str, str, Mapping[str, object]]
"""Tag, key of the sentence, its values."""


def remarks(plan: Plan, platform: str = sys.platform) -> tuple[Remark, ...]:
    """Return the remarks in the order in which they are told; none for an ordinary ship."""
    selection = plan.selection
    found: list[Remark] = []

    def add(tag: str, key: str, files: Iterable[str]) -> None:
        names = tuple(files)
        if names:
            found.append((tag, key, {"files": listed(names)}))

    add("INFO", "ship.unchanged", selection.unchanged)
    add("WARNING", "ship.left-out", selection.left_out)
    add("INFO", "staging.generated", selection.generated)
    add("WARNING", "staging.submodules", selection.submodules)
    add("WARNING", "ship.partly-staged", selection.partly_staged)
    for old, new in selection.renamed:
        found.append(("INFO", "staging.renamed", {"old": printable(old), "new": printable(new)}))
    add("WARNING", "staging.unfiltered", plan.unfiltered)
    add("WARNING", "staging.forbidden-on-windows", filter(forbidden, selection.added))
    if platform == "win32" and not is_true(plan.configuration, "core.longpaths"):
        top = plan.repository.top
        add("WARNING", "staging.long-paths", (path for path in selection.added if too_long(path, top)))
    add("INFO", "staging.lock-removed", plan.locks_removed)
    return tuple(found)
