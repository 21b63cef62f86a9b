"""What the runtime says, also written to ``logs/bot_monitor.log``, in the language of the command."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from vigie.cli.output import Output
from vigie.records.monitor_log import MonitorLog
from vigie.runtime.clock import Clock
from vigie.runtime.place import Place
from vigie.runtime.voice import Voice


def logged(root: str, output: Output, voice: Voice) -> Voice:
    """Return a voice that writes each line to the project's log and passes it on to ``voice``."""
    log = MonitorLog(Place(root).monitor_log, Clock().wall)
    aloud = quietly(voice)

    def speak(tag: str, key: str, values: Mapping[str, object]) -> None:
        if os.path.isdir(root):  # a project that was moved must not come back as a folder with a log in it
            log.write(tag, output.text(key, values))
        aloud(tag, key, values)

    return speak


def quietly(voice: Voice) -> Voice:
    """Return a voice that no listener can harm: a terminal that is gone is spoken to no more."""

    def speak(tag: str, key: str, values: Mapping[str, object]) -> None:
        if sys.stdout is None:
            return  # started without a standard output
        try:
            voice(tag, key, values)
        except (OSError, ValueError):
            _speak_to_nobody()

    return speak


def unless_told_later(voice: Voice) -> Voice:
    """Return a voice that leaves out why a launch failed: the command ends with that, advice included."""

    def speak(tag: str, key: str, values: Mapping[str, object]) -> None:
        if tag != "ERROR" or not key.startswith("engine."):
            voice(tag, key, values)

    return speak


def _speak_to_nobody() -> None:
    """Point standard output to nowhere, so that what it still holds back does not fail once more."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass  # there is no standard output at all
