"""What a bot may be called: its name becomes file names, on every system."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.messages import Phrase
from vigie.settings.origin import FromToml, blame

LONGEST = 64

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

# Windows opens a device, not a file, for these names, whatever the ending:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))],
)

_OURS = frozenset(["bot_monitor"])
"""``logs/bot_monitor.log`` is the monitor's own."""


def check_names(bots: Sequence[FromToml]) -> None:
    """Raise ``UsageProblem`` for the first of these tables whose name a bot cannot have.

    Two names that differ only in upper and lower case are one file on Windows and macOS.
    """
    seen: dict[str, str] = {}
    for bot in bots:
        name = bot.keys[-1]
        if not 0 < len(name) <= LONGEST or name.startswith("-") or not set(name) <= _LETTERS:
            raise blame(bot, Phrase("settings.allowed-name", longest=LONGEST), repr(name[:LONGEST]))
        if name.lower() in _DEVICES | _OURS:
            raise blame(bot, Phrase("settings.allowed-free-name"), repr(name))
        if name.lower() in seen:
            raise blame(bot, Phrase("settings.allowed-distinct", other=seen[name.lower()]), repr(name))
        seen[name.lower()] = name
