"""``run``: one bot in the foreground, its output on standard output; we end with it, and with its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vigie.cli.journal import logged, quietly
from vigie.cli.output import LOUD
from vigie.cli.teller import Teller
from vigie.problems import UsageProblem
from vigie.runtime.foreground import foreground

if TYPE_CHECKING:
    from vigie.cli.main import Context


def run(context: Context) -> int:
    """Keep one bot online until it ends for good or we are asked to stop; return the bot's own exit code."""
    if len(context.bots) > 1:
        raise UsageProblem("cli.run-one-bot", names=", ".join(bot.spec.name for bot in context.bots))
    if context.output.as_json:
        raise UsageProblem("cli.run-no-json")
    screen = _Screen(context)
    with Teller(quietly(screen.say)) as teller:
        ended = foreground(
            context.project,
            context.bots[0],
            logged(context.project.root, context.output, teller),
            screen.pour,
        )
    if ended.stuck or teller.stuck:
        # the end of the program would wait for the same reader
        os._exit(ended.code)
    return ended.code


class _Screen:
    """The bot's bytes on standard output, our own lines on standard error."""

    def __init__(self, context: Context) -> None:
        self._output = context.output
        self._quiet = context.request.given("--quiet")
        self._in_a_line = False

    def pour(self, data: bytes) -> None:
        """Print what the bot printed, byte for byte. Raises ``OSError`` when nobody reads it."""
        if sys.stdout is None:
            raise OSError("no standard output")
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise
        self._in_a_line = not data.endswith(b"\n")

    def say(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """Print one line of our own; on a terminal it does not begin within one of the bot's."""
        if self._quiet and tag not in LOUD:
            return
        if self._in_a_line and sys.stdout.isatty() and sys.stderr.isatty():
            self._in_a_line = False
            self._output.complain_plain("")
        self._output.complain(tag, self._output.text(key, values))
