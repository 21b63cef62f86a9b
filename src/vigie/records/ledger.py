"""The private record of one bot, ``.vigie/NAME.json``: what must survive our own end.

Whoever starts next learns from it which process to recognise and how far the counting had come. A record
that is half understood could make us take a stranger's process for ours, so it is believed whole or not
at all: the version says what the fields mean, the checksum that every byte is the one we wrote.
"""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING, Final

from vigie.records.aside import keep_aside
from vigie.records.json_file import read_json
from vigie.records.private_file import make_private_folder, replace_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1
"""Of the meaning of the fields: raised whenever an older or newer vigie would misunderstand them."""

_HEAD: Final = b'{"version": %d, "crc32": %d, "record": '
_TAIL: Final = b"}\n"


def ledger_path(folder: str, name: str) -> str:
    """Return where the record of bot ``name`` lives; whatever cannot be in a file name is percent-encoded."""
    safe = "".join(sign if sign.isalnum() or sign in "-_" else f"%{ord(sign):02X}" for sign in name)
    return os.path.join(folder, f"{safe}.json")


def read_ledger(folder: str, name: str) -> dict[str, object] | None:
    """Return the record exactly as it was written, or None when there is none that can be believed.

    Never raises and changes nothing: a damaged record is kept aside by the next ``write_ledger``.
    """
    found = read_json(ledger_path(folder, name))
    value = found.value
    if not isinstance(value, dict) or value.get("version") != VERSION:
        return None
    record, checksum = value.get("record"), value.get("crc32")
    if not isinstance(record, dict) or type(checksum) is not int:
        return None
    head = _HEAD % (VERSION, checksum)
    body = found.raw[len(head) : -len(_TAIL)]
    whole = found.raw == head + body + _TAIL and zlib.crc32(body) == checksum
    return record if whole else None


def write_ledger(
    folder: str, name: str, record: Mapping[str, object], *, durable: bool = False
) -> str | None:
    """Replace the record of bot ``name``; ``record`` holds JSON values under text keys.

    By convention: ``pid``, ``started``, ``boot`` (the process), ``launched_at`` (epoch seconds), ``wall``
    and ``steady`` with ``machine_boot`` (the moment of this write on both clocks), ``tally`` (the core's
    own), ``restart_count``, ``last_restart``. About a millisecond; ``durable`` waits for the disk, which only
    a power cut makes worth while. Returns where a damaged record that stood there was kept, else None.
    Raises ``Failure`` like ``replace_whole``; a missing folder is made.
    """
    body = json.dumps(dict(record), allow_nan=False).encode("ascii")
    make_private_folder(folder)
    path = ledger_path(folder, name)
    kept = None
    if os.path.lexists(path) and read_ledger(folder, name) is None:
        kept = keep_aside(path, folder)
    replace_whole(path, _HEAD % (VERSION, zlib.crc32(body)) + body + _TAIL, durable=durable)
    return kept
