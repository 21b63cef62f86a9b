"""The slip that Windows paths invite: TOML reads ``"C:\\temp"`` as ``C:``, a tab, ``emp``."""

from __future__ import annotations

from vigie.messages import Phrase
from vigie.settings.origin import NotAllowedError


def refuse_lost_backslash(path: str) -> None:
    """Raise ``NotAllowedError`` when ``path`` holds a control character: nobody means one in a path."""
    if any(letter < " " for letter in path):
        raise NotAllowedError(Phrase("settings.allowed-path"), Phrase("settings.found-control"))
