"""Settings that hold several things of a kind: signals, exit codes, hours, names. One alone needs no brackets."""

from __future__ import annotations

import re

from vigie.messages import Phrase
from vigie.settings import schema
from vigie.settings.origin import NotAllowedError
from vigie.settings.schema import Setting

SIGNALS = (
    "SIGINT",
    "SIGTERM",
    "SIGQUIT",
    "SIGHUP",
    "SIGUSR1",
    "SIGUSR2",
    "SIGABRT",
    "SIGWINCH",
)
"""Signals that programs take as a request to leave. SIGKILL is none: it comes by itself once patience is over."""

MOST = 100
"""Entries of one list."""

_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def read_list(setting: Setting, value: object) -> tuple[object, ...]:
    """Return the entries, each once, in the order written; raises ``NotAllowedError``."""
    entries = value if isinstance(value, list) else [value]
    if len(entries) > MOST:
        raise NotAllowedError(_allowed(setting))
    read = tuple(dict.fromkeys(_entry(setting, entry) for entry in entries))
    if setting.kind == schema.SIGNALS and not setting.low <= len(read) <= setting.high:
        raise NotAllowedError(_allowed(setting))
    return tuple(sorted(read, key=str)) if setting.kind == schema.HOURS else read


def _entry(setting: Setting, entry: object) -> object:
    if setting.kind == schema.EXIT_CODES:
        whole = isinstance(entry, int) and not isinstance(entry, bool)
        if whole and setting.low <= entry <= setting.high:  # type: ignore[operator]
            return entry
    elif isinstance(entry, str):
        word = entry.strip()
        if setting.kind == schema.SIGNALS:
            name = word.upper() if word.upper().startswith("SIG") else f"SIG{word.upper()}"
            if name in SIGNALS:
                return name
        elif setting.kind == schema.HOURS:
            padded = word if len(word) != len("4:30") else f"0{word}"
            if _HOUR.fullmatch(padded):
                return padded
        elif word and word.isprintable():
            return word
    raise NotAllowedError(_allowed(setting))


def _allowed(setting: Setting) -> Phrase:
    if setting.kind == schema.SIGNALS:
        return Phrase("settings.allowed-signals", known=", ".join(SIGNALS), most=f"{setting.high:g}")
    if setting.kind == schema.EXIT_CODES:
        return Phrase("settings.allowed-exit-codes", low=setting.low, high=setting.high)
    if setting.kind == schema.HOURS:
        return Phrase("settings.allowed-hours")
    return Phrase("settings.allowed-names")
