"""HOLDS processes. One file per system behind one promise (``base.Engine``)."""

from __future__ import annotations

import sys

from vigie.engines.base import Engine


def local_engine() -> Engine:
    """Return the engine of the system we run on."""
    if sys.platform == "win32":
        from vigie.engines.local_windows import LocalWindows as Local
    else:
        from vigie.engines.local_posix import LocalPosix as Local

    return Local()
