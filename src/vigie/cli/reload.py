"""``reload``: the running monitor takes the settings of today, and vigie as it lies on disk, without a pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.problems import DONE, Failure
from vigie.runtime.decider import watching_monitor
from vigie.runtime.door.client import ask_monitor
from vigie.runtime.place import Place
from vigie.runtime.reload.rehearsal import LIMIT

if TYPE_CHECKING:
    from vigie.cli.main import Context

SLACK = 60.0
"""Seconds for another program to begin, beyond those of its rehearsal."""


def run(context: Context) -> int:
    """Ask for it and tell what changed; exit 0 when it was taken over.

    Raises ``Failure`` when no monitor runs, and whatever the monitor refuses it for.
    """
    output = context.output
    card = watching_monitor(Place(context.project.root))
    if card is None:
        raise Failure("runtime.no-monitor")
    answer, problem = ask_monitor(card, "reload", [], output.line, LIMIT + SLACK)
    if problem is not None:
        raise problem
    if output.as_json:
        output.json({"reloaded": True, "version": answer.get("version"), **_renewal(answer)})
    return DONE


def _renewal(answer: dict[str, object]) -> dict[str, object]:
    found = answer.get("renewal")
    return found if isinstance(found, dict) else {}
