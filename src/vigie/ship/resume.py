"""``ship --resume``: what the latest run still had to do; one that never came to a commit is begun anew."""

from __future__ import annotations

import time
from collections.abc import Callable

from vigie.problems import Failure
from vigie.ship.carry import carry
from vigie.ship.journal import read_story
from vigie.ship.pick_up import pick_up
from vigie.ship.report import ShipReport
from vigie.ship.request import BotDoor, ShipRequest, Tell


def resume(
    request: ShipRequest,
    bot: BotDoor,
    tell: Tell,
    clock: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> ShipReport:
    """Go on with the latest run; raises ``Failure`` ``ship.nothing-to-resume`` when it came to a good end."""
    story = read_story(request.folder)
    if story is None:
        raise Failure("ship.nothing-to-resume")
    report = pick_up(request, bot, tell, clock, sleep)
    if report is not None:
        return report
    files = story.run["files"]
    again = request._replace(message=story.run["message"], files=None if files is None else tuple(files))
    return carry(again, bot, tell, clock, sleep)
