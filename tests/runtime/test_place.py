"""Where our things lie: beneath the project, and never two of them in one place."""

from __future__ import annotations

import os

from vigie.records.ledger import ledger_path
from vigie.runtime.place import Place


def test_no_name_of_a_bot_makes_two_things_one() -> None:
    """Bots called like files of ours above all: a monitor's log, its card, its lock, another bot's note."""
    place = Place(os.path.join(os.sep, "srv", "project"))
    names = ("bot", "other", "decider", "history", "bot_status")
    ours = [place.status_file, place.monitor_log, place.decider_lock, place.decider_card, place.history]
    for name in names:
        ours += [place.bot_log(name), place.log_note(name), place.log_marks(name), place.copy_lock(name)]
        ours.append(ledger_path(place.private, name))
    assert len(set(ours)) == len(ours)
    assert all(path.startswith(os.path.join(place.root, "")) for path in ours)


def test_what_people_read_lies_where_the_guide_says() -> None:
    """Logs in logs, the status file at the top, everything else out of sight."""
    place = Place(os.path.join(os.sep, "srv", "project"))
    shown = [place.status_file, place.monitor_log, place.bot_log("bot")]
    assert [os.path.relpath(path, place.root) for path in shown] == [
        "bot_status.json",
        os.path.join("logs", "bot_monitor.log"),
        os.path.join("logs", "bot.log"),
    ]
    hidden = [place.decider_lock, place.decider_card, place.history, place.copy_lock("bot")]
    assert {os.path.dirname(path) for path in hidden} == {place.private}
