"""HOLDS processes. One file per system behind one promise (``base.Engine``)."""

from __future__ import annotations

import sys

from vigie.engines.base import Engine


def local_engine(*, adopting: bool = False) -> Engine:
    """Return the engine of the system we run on.

    ``adopting``: the bot's orphans are given to us (``subreaper``), so that each child of ours that we did not
    start belongs to the bot. Means nothing to Windows, where a job object holds them all.
    """
    if sys.platform == "win32":
        from vigie.engines.local_windows import LocalWindows

        return LocalWindows()
    else:  # noqa: RET505  (mypy looks at one system at a time and takes what follows a return for dead)
        from vigie.engines.local_posix import LocalPosix

        return LocalPosix(adopting=adopting)
