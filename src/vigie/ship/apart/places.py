"""Where an address of a remote leads when it is a path: one that is relative is meant from the top folder."""

from __future__ import annotations

import os
import re

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def absolute_address(address: str, top: str) -> str:
    """Return ``address`` so that it leads to the same place from anywhere.

    git takes for a path what has no colon before its first slash (git-clone(1), "GIT URLS"). Only what is really
    there is changed: other words may be a name that ``url.*.insteadOf`` replaces.
    """
    colon, slash = address.find(":"), address.find("/")
    if not address or (colon >= 0 and not 0 <= slash < colon) or _DRIVE.match(address):
        return address
    place = os.path.join(top, address)
    if os.path.isabs(address) or not any(os.path.exists(place + ending) for ending in ("", ".git")):
        return address
    return os.path.normpath(place)


def absolute_path(path: str, top: str) -> str:
    """Return a path of the configuration so that it leads to the same file from anywhere.

    Only what is really there is changed: a key may also be given by its name, a program be found by git.
    """
    if path.startswith(("~", "%(", ":(")):
        return path
    place = os.path.join(top, path)
    return os.path.normpath(place) if path and os.path.exists(place) else path
