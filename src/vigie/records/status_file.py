"""``bot_status.json``, the small public face of the record (CONTRACT.md, "Files").

One bot: ``{"restart_count", "last_restart", "timestamp", "pid", ...}``. Several: ``{"timestamp", "bots":
{NAME: {...}}}``. Anybody may have edited, cut or replaced it, so reading believes field by field.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Final

from vigie.plain import Plain
from vigie.records.json_file import EMPTY, FOREIGN, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

PRIVATE_FOLDER: Final = ".vigie"
"""Where everything else of ours lives, beside the status file."""

_LARGEST: Final = 2**63


class StatusFile(Plain):
    """What can be believed. ``damaged`` is the key of the sentence that says what was wrong, or None."""

    bots: dict[str, dict[str, object]]
    damaged: str | None = None

    def of(self, name: str) -> dict[str, object]:
        """Return what is known of one bot; the four fields of the contract are always there.

        ``restart_count`` is an int of 0 or more, ``last_restart`` a local ISO time or None, ``timestamp``
        epoch seconds or None, ``pid`` a positive int or None. The pid may be a stranger's by now.
        """
        return self.bots.get(name) or _believed({})[0]


def read_status(path: str, single: str = "bot") -> StatusFile:
    """Read the status file and never raise; where one bot stands alone in it, it is called ``single``."""
    found = read_json(path)
    if found.damaged or found.missing:
        return StatusFile({}, found.damaged)
    value = found.value
    if not isinstance(value, dict) or not ("restart_count" in value or isinstance(value.get("bots"), dict)):
        return StatusFile({}, FOREIGN)
    if "restart_count" in value:
        entry, whole = _believed(value)
        return StatusFile({single: entry}, None if whole else FOREIGN)
    bots: dict[str, dict[str, object]] = {}
    all_whole = _is_moment(value.get("timestamp"))
    for name, entry in value["bots"].items():
        if isinstance(entry, dict):
            bots[name], whole = _believed({**entry, "timestamp": value.get("timestamp")})
            all_whole = all_whole and whole
        else:
            all_whole = False
    return StatusFile(bots, None if all_whole else FOREIGN)


def write_status(
    path: str,
    bots: Mapping[str, Mapping[str, object]],
    single: bool,
    now_wall: float,
    *,
    durable: bool = True,
    lasting: bool = True,
) -> str | None:
    """Replace the status file whole; ``single`` writes the flat form of the one bot in ``bots``.

    ``durable`` and ``lasting`` are those of ``replace_whole``: what a power cut may take back.
    ``last_restart`` may be given as epoch seconds or as the text that ``read_status`` gave. What stood
    there and was not ours is kept aside first: its new path is returned, else None. Raises ``Failure``
    (``record.disk-full``, ``record.not-writable``, ``record.is-a-folder``, ``record.no-folder``).
    """
    from vigie.records.private_file import replace_whole

    if single:
        ((_, entry),) = bots.items()
        content = _shown(entry, {"timestamp": now_wall})
    else:
        content = {"timestamp": now_wall, "bots": {name: _shown(entry, {}) for name, entry in bots.items()}}
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    kept = _kept_aside(path)
    # A name that is not text on disk (lone surrogates) becomes the escape that JSON itself uses for it.
    replace_whole(path, text.encode("utf-8", "backslashreplace") + b"\n", durable=durable, lasting=lasting)
    return kept


def local_iso(wall: float) -> str:
    """Return local time as the guide shows it, ``2026-02-08T19:45:32.123456``, from epoch seconds."""
    seconds, microseconds = divmod(round(wall * 1_000_000), 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds)) + f".{microseconds:06d}"


def _shown(entry: Mapping[str, object], stamp: dict[str, object]) -> dict[str, object]:
    """Put the contract's fields first, in the guide's order."""
    last = entry.get("last_restart")
    return {
        "restart_count": entry.get("restart_count", 0),
        "last_restart": local_iso(last) if isinstance(last, (int, float)) else last,
        **stamp,
        "pid": entry.get("pid"),
        **{
            key: value
            for key, value in entry.items()
            if key not in ("restart_count", "last_restart", "timestamp", "pid")
        },
    }


def _kept_aside(path: str) -> str | None:
    """Move a file that is damaged or not ours to the private folder; a folder is left to its owner."""
    if read_status(path).damaged in (None, EMPTY) or os.path.isdir(path):
        return None
    from vigie.records.aside import keep_aside

    return keep_aside(path, os.path.join(os.path.dirname(path), PRIVATE_FOLDER))


def _believed(entry: Mapping[str, object]) -> tuple[dict[str, object], bool]:
    """Keep what has the right shape; the second value tells whether all four fields of the contract had.

    Of what else stands there only plain values are kept: a deep nesting could be read and not written again.
    """
    kept: dict[str, object] = {
        key: value for key, value in entry.items() if isinstance(value, (str, int, float, type(None)))
    }
    whole = True
    for field, fits, otherwise in _CONTRACT:
        if not fits(entry.get(field, otherwise)):
            whole = False
            kept[field] = otherwise
        kept.setdefault(field, otherwise)
    return kept, whole


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _LARGEST


def _is_pid(value: object) -> bool:
    return value is None or (type(value) is int and 0 < value < _LARGEST)


def _is_moment(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return value is None or (isinstance(value, (int, float)) and 0 <= value < _LARGEST)


def _is_local_time(value: object) -> bool:
    """Whether it looks like an ISO date; parsing it is for those who compute with it."""
    if value is None:
        return True
    return isinstance(value, str) and value.isascii() and value.isprintable() and _looks_dated(value)


def _looks_dated(text: str) -> bool:
    return 10 <= len(text) <= 40 and text[:4].isdigit() and text[4] == text[7] == "-"


_CONTRACT: Final = (
    ("restart_count", _is_count, 0),
    ("last_restart", _is_local_time, None),
    ("timestamp", _is_moment, None),
    ("pid", _is_pid, None),
)
