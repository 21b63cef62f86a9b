"""How each kind of setting is read: what TOML holds, or the text of a variable -> a core value."""

from __future__ import annotations

from typing import Any

from vigie.messages import Phrase
from vigie.settings import schema
from vigie.settings.lost_backslash import refuse_lost_backslash
from vigie.settings.origin import NotAllowedError
from vigie.settings.schema import Setting


def read(setting: Setting, value: object, is_text: bool) -> Any:
    """Return the core value; raises ``NotAllowedError``.

    ``is_text``: the value is a variable's, where everything is text. In TOML a number is a number.
    """
    match setting.kind:
        case schema.SECONDS:
            return _seconds(setting, _number(value, float) if is_text else value)
        case schema.COUNT:
            return _count(setting, _number(value, int) if is_text else value)
        case schema.SIZE:
            return _size(setting, value)
        case schema.CHOICE:
            return _choice(setting, value)
        case schema.SWITCH:
            return _switch(value)
        case schema.COMMAND:
            from vigie.settings.command import read_command

            return read_command(value)
        case schema.FOLDER:
            return _folder(value)
        case schema.HEALTH_URL:
            from vigie.settings.health_url import read_health_url

            return read_health_url(value)
        case schema.STATUS:
            return _status(setting, value)
        case schema.SIGNALS | schema.EXIT_CODES | schema.HOURS | schema.NAMES:
            from vigie.settings.lists import read_list

            return read_list(setting, value)
    raise AssertionError(setting.kind)


def _seconds(setting: Setting, value: object) -> float:
    # NaN is not between anything; infinity is above every limit.
    if isinstance(value, int | float) and not isinstance(value, bool) and _within(setting, value):
        return float(value)
    raise NotAllowedError(Phrase("settings.allowed-seconds", low=f"{setting.low:g}", high=setting.high))


def _count(setting: Setting, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and _within(setting, value):
        return value
    raise NotAllowedError(Phrase("settings.allowed-count", low=setting.low, high=setting.high))


def _size(setting: Setting, value: object) -> int | None:
    from vigie.settings.size import parse_size

    if isinstance(value, str) and value.strip().lower() == "none":
        return None
    size = parse_size(value) if isinstance(value, str) else value
    if isinstance(size, int) and not isinstance(size, bool) and _within(setting, size):
        return size
    raise NotAllowedError(Phrase("settings.allowed-size"))


def _choice(setting: Setting, value: object) -> str:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in setting.choices:
        return word
    raise NotAllowedError(Phrase("settings.allowed-choice", choices=", ".join(setting.choices)))


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise NotAllowedError(Phrase("settings.allowed-choice", choices="true, false"))


def _folder(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise NotAllowedError(Phrase("settings.allowed-folder"))
    refuse_lost_backslash(value)
    return value


def _status(setting: Setting, value: object) -> tuple[tuple[int, int], ...]:
    from vigie.settings.status_ranges import read_ranges

    ranges = read_ranges(value)
    if ranges and all(setting.low <= first <= last <= setting.high for first, last in ranges):
        return ranges
    raise NotAllowedError(Phrase("settings.allowed-status", low=setting.low, high=setting.high))


def _number(value: object, kind: type[int] | type[float]) -> object:
    # Python reads 1_000 as a thousand; no person writing a .env means that.
    if isinstance(value, str) and "_" not in value:
        try:
            return kind(value)
        except ValueError:
            pass
    return None


def _within(setting: Setting, number: float) -> bool:
    return setting.low <= number <= setting.high
