"""``monitor``: watches in the foreground until Ctrl-C; leaving it leaves the bots running."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from vigie.cli.journal import logged, quietly
from vigie.cli.teller import Teller
from vigie.engines import local_engine
from vigie.problems import DONE, Problem, UsageProblem
from vigie.runtime.monitor import monitor
from vigie.runtime.reload import handover, rehearsal
from vigie.runtime.reload.successor import own_command

if TYPE_CHECKING:
    from vigie.cli.main import Context
    from vigie.settings import Project


class _TakenOver(NamedTuple):
    """What the program before us left, and why the settings of today are not to be taken."""

    handed: dict[str, Any]
    trouble: Problem | None = None


_taken: list[_TakenOver] = []


def settings(root: str) -> Project:
    """Return the settings to watch by: those of today, or those handed over when today's are wrong by now.

    They were read and found right a moment ago, before we took the place of the program before us; a monitor
    that goes down over what somebody wrote in that moment would leave every bot alone.
    """
    from vigie.settings import load

    handed = handover.take(local_engine().identify)
    if handed is None:
        return load(root, os.environ)
    try:
        project = load(str(handed["root"]), os.environ)
    except Problem as problem:
        _taken.append(_TakenOver(handed, problem))
        return _as_before(handed)
    _taken.append(_TakenOver(handed))
    return project


def run(context: Context) -> int:
    """Watch every bot of the project; exit 0 when asked to leave."""
    output, project = context.output, context.project
    word = rehearsal.called_to()
    if word is not None:
        rehearsal.answer(word, project.root)
        return DONE
    if output.as_json:
        raise UsageProblem("cli.monitor-no-json")
    taken = _taken.pop() if _taken else None
    while True:
        with Teller(quietly(output.line)) as teller:
            successor = monitor(
                project,
                logged(project.root, output, teller),
                own_command(),
                None if taken is None else taken.handed,
                None if taken is None else taken.trouble,
            )
        if successor is None:
            break
        trouble = successor.take_over()
        # still here: the other program could not be started, and we go on ourselves with what it was to be given
        handed = handover.take(local_engine().identify)
        taken = None if handed is None else _TakenOver(handed, trouble)
    if teller.stuck:
        # the end of the program would wait for the same reader
        os._exit(DONE)
    return DONE


def _as_before(handed: dict[str, Any]) -> Project:
    from vigie.runtime.reload.baton import inherited_bots
    from vigie.settings import Project, ShipSettings

    return Project(
        root=str(handed["root"]),
        config_path=None,
        language=handed["language"],
        bots=tuple(one.bot for one in inherited_bots(handed).values() if not one.leaves),
        ship=ShipSettings(),
    )
