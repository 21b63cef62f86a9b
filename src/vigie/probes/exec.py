"""Asks by running a command of the bot's owner: exit code 0 is well.

No shell, no terminal, nothing of its output kept (see ``child``).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Mapping, Sequence

from vigie.probes.child import descriptor_of_end, end_all, has_ended, started
from vigie.probes.conversation import Answer, Conversation, Want
from vigie.probes.failures import Trouble, in_time

GLANCE = 0.02
"""Seconds between two looks at a command where the system gives no descriptor to wait on."""


def ask_command(
    command: str | Sequence[str], directory: str, environment: Mapping[str, str] | None = None
) -> Conversation:
    """Run ``command`` in ``directory``; a string is split as a shell splits words.

    The command is given what the bot is given: our own variables and, weaker, those of ``environment``.
    """
    try:
        words = _words(command)
        code = yield from in_time("timeout-exec", _run(words, directory, environment))
    except Trouble as trouble:
        return trouble.answer()
    return _verdict(code)


def _words(command: str | Sequence[str]) -> list[str]:
    words: list[str] | None
    if isinstance(command, str):
        from vigie.settings.command import split_words

        words = split_words(command)
        if words is None:
            raise Trouble("exec-quotes", well=None)
    else:
        words = list(command)
    if not words or not words[0]:
        raise Trouble("exec-empty", well=None)
    return words


def _verdict(code: int | None) -> Answer:
    if code is None:
        return Answer(None, "exec-unknown", {})
    if code == 0:
        return Answer(True, "exec-passed", {})
    if code < 0:
        return Answer(False, "exec-signal", {"signal": _name(-code)})
    return Answer(False, "exec-exit", {"code": code})


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _run(
    words: list[str], directory: str, environment: Mapping[str, str] | None
) -> Generator[Want, None, int | None]:
    """Return the exit code, minus the signal that ended it, or None when the system kept it to itself."""
    process = started(words, directory, environment)
    watch = -1
    code: int | None = None
    try:
        watch = descriptor_of_end(process.pid)
        want = Want(reading=(watch,)) if watch >= 0 else Want(pause=GLANCE)
        while not has_ended(process):
            yield want
    finally:
        if watch >= 0:
            os.close(watch)
        code = end_all(process)
    return code
