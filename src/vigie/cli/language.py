"""Which language a person reads: what was chosen, else what the door speaks, else the locale, or English."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from vigie.messages import ENGLISH, FRENCH, LANGUAGES


def language_of(chosen: str | None, door: str | None, environ: Mapping[str, str]) -> str:
    """Return ``fr`` or ``en``. ``door``: the guide's two files speak French unless one chose otherwise."""
    if chosen in LANGUAGES:
        return str(chosen)
    if door is not None:
        return FRENCH
    return FRENCH if _locale(environ).lower().startswith("fr") else ENGLISH


def early_choice(option: str | None, environ: Mapping[str, str]) -> str | None:
    """Return what was chosen as far as it is known before any settings file has been read."""
    return option or environ.get("VIGIE_LANG") or None


def _locale(environ: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return environ[name]
    return _of_the_system()


if sys.platform == "win32":

    def _of_the_system() -> str:
        import ctypes

        # primary language number 0x0C is French (Windows "Language Identifier Constants and Strings")
        return "fr" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 0x0C else "en"

else:

    def _of_the_system() -> str:
        return ""
