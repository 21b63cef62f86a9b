"""``logs``: what the bot itself prints, from its own file; ``-f`` goes on as it grows."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from vigie.problems import DONE, Failure, UsageProblem
from vigie.records.bot_log import follow, last_lines
from vigie.runtime.place import Place

if TYPE_CHECKING:
    from vigie.cli.main import Context

DEFAULT_LINES = 50
MOST_LINES = 1_000_000


def run(context: Context) -> int:
    """Show the last lines of one bot's output; exit 0, or 130 when following ends by Ctrl-C."""
    if len(context.bots) > 1:
        names = ", ".join(bot.spec.name for bot in context.bots)
        raise UsageProblem("cli.one-bot", names=names)
    path = Place(context.project.root).bot_log(context.bots[0].spec.name)
    count = _count(context.request.value("--lines"))
    if context.request.given("--follow"):
        _follow(path, count)
        return DONE
    if not os.path.exists(path):
        raise Failure("cli.no-log-yet", path=path)
    lines = last_lines(path, count)
    if context.output.as_json:
        context.output.json({"bot": context.bots[0].spec.name, "lines": lines})
        return DONE
    for line in lines:
        context.output.plain(line)
    return DONE


def _count(text: str | None) -> int:
    if text is None:
        return DEFAULT_LINES
    if not text.isdecimal() or not 0 <= int(text) <= MOST_LINES:
        raise UsageProblem("cli.lines", found=text, most=MOST_LINES)
    return int(text)


def _follow(path: str, count: int) -> None:
    out = sys.stdout.buffer
    for piece in follow(path, time.sleep, last=count):
        try:
            out.write(piece)
            out.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
