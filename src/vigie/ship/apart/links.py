"""Links to folders: symbolic ones, junctions on Windows, where symbolic links need a right of their own."""

from __future__ import annotations

import os
import stat
import sys

if sys.platform == "win32":
    import _winapi

    def link_folder(target: str, place: str) -> None:
        """Let ``place`` lead to the folder ``target``; raises ``OSError``."""
        _winapi.CreateJunction(os.path.realpath(target), place)

    def is_link(path: str) -> bool:
        """Whether a path leads elsewhere: what lies behind it is not ours."""
        try:
            status = os.lstat(path)
        except OSError:
            return False
        return stat.S_ISLNK(status.st_mode) or status.st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT

    def remove_link(path: str) -> None:
        """Remove a link and nothing behind it; raises ``OSError``."""
        try:
            os.unlink(path)
        except OSError:
            os.rmdir(path)

else:

    def link_folder(target: str, place: str) -> None:
        """Let ``place`` lead to the folder ``target``; raises ``OSError``."""
        os.symlink(target, place)

    def is_link(path: str) -> bool:
        """Whether a path leads elsewhere: what lies behind it is not ours."""
        return os.path.islink(path)

    def remove_link(path: str) -> None:
        """Remove a link and nothing behind it; raises ``OSError``."""
        os.unlink(path)
