"""Which program the bot is when nobody says."""

from __future__ import annotations

import os
import sys

ENVIRONMENTS = (".venv", "venv", "env")
SCRIPT = "start.py"
WINDOWS = os.name == "nt"


def default_command(folders: tuple[str, ...], windows: bool = WINDOWS) -> tuple[str, ...]:
    """Return the Python of the first virtual environment in ``folders``, else this one, with ``start.py``.

    Whether ``start.py`` exists is for the launch to find out: ``check`` and ``status`` do without it.
    """
    python = ("Scripts", "python.exe") if windows else ("bin", "python")
    for folder in folders:
        for environment in ENVIRONMENTS:
            candidate = os.path.join(folder, environment, *python)
            if os.path.isfile(candidate):
                return candidate, SCRIPT
    return sys.executable or "python", SCRIPT
