"""File names that Windows cannot keep: a clone there would break off in the middle of its checkout.

Source: Microsoft, "Naming Files, Paths, and Namespaces"; git refuses the same names (``core.protectNTFS``).
"""

from __future__ import annotations

import re

from vigie.problems import Refusal
from vigie.ship.display import printable

_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9\xb9\xb2\xb3])[ ]*(\.|:|$)")
_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]')

MAX_PATH = 260
"""Characters of a whole path on Windows, the end mark included, unless ``core.longpaths`` is set."""


def require_portable(path: str) -> None:
    """Raise ``Refusal`` ``staging.reserved-name`` for ``aux.py``, ``nul`` and other names of devices."""
    for part in path.split("/"):
        if _DEVICE.match(part):
            raise Refusal("staging.reserved-name", file=printable(path), name=printable(part))


def forbidden(path: str) -> bool:
    """Whether a name holds what Windows forbids, a dot or space at its end too: fine here, no such file there."""
    ends = any(part != part.rstrip(". ") for part in path.split("/"))
    return ends or _FORBIDDEN.search(path) is not None


def too_long(path: str, top: str) -> bool:
    """Whether a path below ``top`` is longer than Windows takes without ``core.longpaths``."""
    return len(top) + 1 + len(path) + 1 > MAX_PATH
