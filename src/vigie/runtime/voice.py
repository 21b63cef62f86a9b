"""How the runtime speaks: a tag, a key and values; who hears it, and in which language, is the cli's affair."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Voice = Callable[[str, str, Mapping[str, object]], None]
"""``voice(tag, key, values)``; the value ``bot`` names the bot where the project has several."""


def silent(_tag: str, _key: str, _values: Mapping[str, object]) -> None:
    """Say nothing."""
