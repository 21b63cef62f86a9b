"""``ship``: commit, push, verify, restart if it stopped; the guide's transcript line for line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vigie.cli.journal import logged
from vigie.core.facts import Verb
from vigie.engines.file_lock import FileLock
from vigie.probes import probe_for
from vigie.probes.drive import ask_all
from vigie.problems import Refusal
from vigie.records.private_file import make_private_folder
from vigie.runtime.operate import operate
from vigie.runtime.place import Place
from vigie.runtime.revision import commit_in
from vigie.ship.carry import carry
from vigie.ship.request import ShipRequest

if TYPE_CHECKING:
    from vigie.cli.main import Context


def run(context: Context) -> int:
    """Bring the new version; exit 0 when all of it succeeded, 4 when the bot is not online afterwards."""
    output, request = context.output, context.request
    place = Place(context.project.root)
    make_private_folder(place.private)
    if context.project.ship.rollback:
        output.line("WARNING", "cli.rollback-not-yet", {})
    with FileLock(f"{place.private}/ship.lock") as lock:
        if not lock.acquire():
            raise Refusal("ship.busy")
        wanted = ShipRequest(
            place.root, request.value("--message"), request.files or None, context.project.ship.restart
        )
        report = carry(wanted, _Door(context), logged(place.root, output, output.line), time.monotonic)
    if output.as_json:
        answer = report.as_json()
        if report.problem is not None:
            from vigie.cli.errors import error_object

            answer["error"] = error_object(report.problem, output.language)
        output.json(answer)
    return report.exit_code


class _Door:
    """What shipping may ask of the bots."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def is_online(self) -> bool:
        """Probe every bot, and confirm a bad answer before believing it."""
        specs = [bot.spec for bot in self._context.bots]
        tries = max(spec.confirm_failures for spec in specs)
        for attempt in range(tries):
            conversations = [probe_for(bot.spec, environment=bot.environment) for bot in self._context.bots]
            answers = ask_all(conversations, [spec.check_timeout for spec in specs])
            if all(answer.well for answer in answers):
                return True
            # nobody listens at all: asking again would only keep a person waiting
            if attempt + 1 == tries or all(
                answer.reason == "refused" for answer in answers if not answer.well
            ):
                return False
            time.sleep(max(spec.confirm_interval for spec in specs))
        return False

    def restart(self) -> bool:
        """Restart what is not online, through the monitor where there is one."""
        context = self._context
        output = context.output
        result = operate(
            context.project.root,
            context.bots,
            len(context.project.bots),
            Verb.RESTART,
            output.line,
            logged(context.project.root, output, output.line),
            release=commit_in(context.project.root),
        )
        if result.problem is not None:
            raise result.problem
        return all(bot.get("online") is True for bot in result.bots)
