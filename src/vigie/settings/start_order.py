"""``after``: names that some bot bears, and no bot that waits for itself by a detour."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.core.spec import Spec
from vigie.messages import Phrase
from vigie.settings.origin import FromToml, blame


def check_start_order(specs: Mapping[str, Spec], tables: Mapping[str, FromToml | None]) -> None:
    """Raise ``UsageProblem`` for the first ``after`` that names nobody, or that closes a circle."""
    for name, spec in specs.items():
        for other in spec.after:
            if other not in specs:
                known = ", ".join(one for one in specs if one != name)
                allowed = (
                    Phrase("settings.allowed-other-bots", known=known)
                    if known
                    else Phrase("settings.allowed-no-other-bot")
                )
                raise blame(_origin(tables, name), allowed, repr(other))
    for name in specs:
        circle = _circle(specs, name)
        if circle:
            found = Phrase("settings.found-circle", circle=" -> ".join(circle))
            raise blame(_origin(tables, name), Phrase("settings.allowed-no-circle"), found)


def _origin(tables: Mapping[str, FromToml | None], name: str) -> FromToml:
    table = tables[name]
    assert table is not None  # noqa: S101  (a list of names can stand in vigie.toml only)
    return table.get("after") or table


def _circle(specs: Mapping[str, Spec], start: str) -> tuple[str, ...]:
    """Return the way from ``start`` back to itself, () when there is none; each bot is passed once."""
    paths: list[tuple[str, ...]] = [(start,)]
    passed: set[str] = set()
    while paths:
        path = paths.pop()
        for other in specs[path[-1]].after:
            if other == start:
                return (*path, start)
            if other not in passed:
                passed.add(other)
                paths.append((*path, other))
    return ()
