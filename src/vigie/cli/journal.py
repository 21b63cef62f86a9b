"""What the runtime says, also written to ``logs/bot_monitor.log``, in the language of the command."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.cli.output import Output
from vigie.records.monitor_log import MonitorLog
from vigie.runtime.clock import Clock
from vigie.runtime.place import Place
from vigie.runtime.voice import Voice


def logged(root: str, output: Output, voice: Voice) -> Voice:
    """Return a voice that writes each line to the project's log and passes it on to ``voice``."""
    log = MonitorLog(Place(root).monitor_log, Clock().wall)

    def speak(tag: str, key: str, values: Mapping[str, object]) -> None:
        log.write(tag, output.text(key, values))
        voice(tag, key, values)

    return speak
