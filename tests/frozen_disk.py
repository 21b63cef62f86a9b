"""A small disk that can be frozen: who writes to it then waits in the kernel, where no signal reaches it.

Linux, root, and the tools of ext4 are needed; a test without them is skipped.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 16 * 1024 * 1024
TOOLS = ("mkfs.ext4", "mount", "umount", "fsfreeze")


class FrozenDisk:
    """A frozen file system mounted at ``folder``."""

    def __init__(self, folder: Path) -> None:
        """Freeze what is mounted there."""
        self.folder = folder
        self._frozen = False

    def freeze(self) -> None:
        """From now on whoever writes there waits."""
        subprocess.run(["fsfreeze", "-f", str(self.folder)], check=True)
        self._frozen = True

    def thaw(self) -> None:
        """Let those who wait go on."""
        if self._frozen:
            subprocess.run(["fsfreeze", "-u", str(self.folder)], check=True)
            self._frozen = False


@contextmanager
def frozen_disk(place: Path) -> Iterator[FrozenDisk]:
    """Make a disk below ``place``, freeze it, and take it away in the end. Raises ``OSError`` when that fails."""
    image, folder = place / "disk.img", place / "disk"
    with open(image, "wb") as file:
        file.truncate(SIZE)
    folder.mkdir()
    try:
        subprocess.run(["mkfs.ext4", "-q", str(image)], check=True, capture_output=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(folder)], check=True, capture_output=True)
    except subprocess.CalledProcessError as error:
        raise OSError(error.stderr.decode(errors="replace")) from None
    disk = FrozenDisk(folder)
    try:
        disk.freeze()
        yield disk
    finally:
        disk.thaw()
        subprocess.run(["umount", "-l", str(folder)], check=True)
