"""What proves that a process belongs to a bot."""

from __future__ import annotations

import os
import sys

import pytest

from tests.engines.contract import how_it_ended
from tests.engines.workshop import Workshop
from vigie.engines import birth_mark, local_posix

assert sys.platform != "win32"


def test_one_look_serves_all_who_died_before_it(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """When many bots die at once, the machine is looked at once, not once for each."""
    looks: list[object] = []
    look = birth_mark.MarkedProcesses.look

    def counted(marked: birth_mark.MarkedProcesses) -> None:
        looks.append(marked)
        look(marked)

    monkeypatch.setattr(birth_mark.MarkedProcesses, "look", counted)
    engine = local_posix.LocalPosix()
    helds = []
    for number in range(4):
        plan = workshop.plan("dies_at_once", "1")
        lock_path = os.path.join(workshop.folder, ".vigie", f"{number}.lock")
        workshop.locks.add(lock_path)
        plan = type(plan)(
            name=plan.name,
            command=plan.command,
            directory=plan.directory,
            log_path=plan.log_path,
            lock_path=lock_path,
            environment=plan.environment,
        )
        held = engine.launch(plan)
        workshop.helds.append(held)
        helds.append((held, lock_path))
    for held, _ in helds:
        how_it_ended(held)
    looks.clear()
    for held, lock_path in helds:
        assert engine.remains(held, lock_path, True) == []
    assert len(looks) <= 1


def test_a_look_before_the_end_proves_nothing_about_what_came_after(workshop: Workshop) -> None:
    """Each bot's own end asks for a look that is later than it."""
    first = workshop.start("scatters", "daemon")
    (line,) = [line for line in workshop.said().splitlines() if " " in line]
    stray = workshop.known(int(line.split()[1]))
    assert workshop.engine.remains(first, workshop.lock_path, True)[0] == first.identity.pid
    workshop.crash(first)
    how_it_ended(first)
    assert workshop.engine.remains(first, workshop.lock_path, True) == [stray.pid]
    workshop.clear(first)
