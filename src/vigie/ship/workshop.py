"""The folder in which a run builds what is not to be seen yet: private, of our own, and removed in the end.

It lies in the project, on the same disk as the repository. What a killed run left there is removed by the next.
"""

from __future__ import annotations

import os
from types import TracebackType

from vigie.problems import Failure
from vigie.ship.apart.removal import remove_folder

PREFIX = "run-"


class workshop:  # noqa: N801  (it is called like a function)
    """Give an empty private folder inside ``folder`` (made if need be), removed afterwards.

    Raises ``Failure`` ``ship.no-workspace``.
    """

    def __init__(self, folder: str) -> None:
        """Make nothing yet."""
        self._folder = folder
        self._path = ""

    def __enter__(self) -> str:
        """Make it."""
        try:
            self._path = _new_folder(self._folder)
        except OSError as error:
            raise Failure("ship.no-workspace", detail=str(error.strerror)) from error
        return self._path

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Remove it. A hook may have left something running that holds a file there; the next run tries again."""
        remove_folder(self._path)


def _new_folder(folder: str) -> str:
    os.makedirs(folder, 0o700, exist_ok=True)
    while True:
        path = os.path.join(folder, PREFIX + os.urandom(6).hex())
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            continue
        return path


def sweep(folder: str) -> None:
    """Remove what killed runs have left; the caller holds the lock, so nobody is building there."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith(PREFIX):
            remove_folder(os.path.join(folder, name))
