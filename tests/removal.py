"""Taking a folder away under a program that may be writing into it at this very moment."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def take_away(folder: Path | str) -> None:
    """Remove a folder at one instant, as nobody who removes file by file can: renamed first, then emptied."""
    aside = f"{os.fspath(folder)}.taken-away"
    os.rename(folder, aside)
    shutil.rmtree(aside)
