"""``start``, ``stop``, ``restart`` and ``ensure``: told as they happen, with the state at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.cli.journal import logged, quietly, unless_told_later
from vigie.core.facts import Verb
from vigie.engines.base import LaunchError
from vigie.problems import DONE
from vigie.runtime.operate import operate
from vigie.runtime.port_check import require_free_port

if TYPE_CHECKING:
    from vigie.cli.main import Context
    from vigie.cli.output import Output


def run(context: Context) -> int:
    """Do the verb to the bots named; exit 0 when all are as wanted at the end."""
    verb = Verb(context.request.verb)
    output, project = context.output, context.project
    screen = quietly(unless_told_later(output.line))
    result = operate(
        project.root,
        context.bots,
        len(project.bots),
        verb,
        screen,
        logged(project.root, output, screen),
    )
    online = bool(result.bots) and all(bot.get("online") is True for bot in result.bots)
    if result.problem is not None:
        from vigie.cli.errors import error_object, tell_problem

        if not output.as_json:
            if len(result.bots) > 1:
                # one trouble is told below; how the others are must not be left open
                _tell_states(output, result.bots, "check.offline")
            return tell_problem(result.problem, output)
        error = error_object(result.problem, output.language)
        output.json({"online": online, "bots": result.bots, "error": error})
        return result.problem.exit_code
    if output.as_json:
        output.json({"online": online, "bots": result.bots})
    if verb is Verb.STOP and not result.did_anything:
        _name_who_answers_instead(context)
    for bot in result.bots:
        if verb is not Verb.STOP and not result.did_anything:
            output.line("OK", "act.already-online", {"bot": bot.get("name"), "pid": bot.get("pid")})
        elif verb is Verb.STOP and not result.did_anything:
            output.line("OK", "act.already-stopped", {"bot": bot.get("name")})
    _tell_states(output, result.bots, "act.stopped")
    return DONE


def _name_who_answers_instead(context: Context) -> None:
    """Nothing of the bot is left, yet somebody may answer on its port: then ``check`` calls that online."""
    for bot in context.bots:
        try:
            require_free_port(bot.spec)
        except LaunchError as error:
            context.output.line("WARNING", error.key, {"bot": bot.spec.name, **error.values})


def _tell_states(output: Output, bots: list[dict[str, object]], otherwise: str) -> None:
    for bot in bots:
        key = "check.online" if bot.get("online") is True else otherwise
        output.line("STATUS", key, {"bot": bot.get("name")})
