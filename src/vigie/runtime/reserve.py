"""A few descriptors kept back, so that a launch or a kill never fails for want of one.

Probes may use up all that the system grants us (then they are blind, and nobody is judged); bringing a bot
back must still be possible.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType

SPARE = 10
"""A launch takes at most eight at once: lock, log, null device, two pipes of the start, pidfd, two of /proc."""


class Reserve:
    """Holds ``SPARE`` descriptors, and gives them up inside ``with``.

    They are taken again soon after, not at once: what follows may need them as well and shall not wait.
    """

    def __init__(self, soon: Callable[[Callable[[], None]], None], spare: int = SPARE) -> None:
        """Take them now, as far as there are any; ``soon`` calls what it is given before long."""
        self._soon = soon
        self._spare = spare
        self._held: list[int] = []
        self._inside = 0
        self._planned = False
        self.fill()

    def fill(self) -> None:
        """Take what is missing, unless they are needed right now."""
        self._planned = False
        if self._inside:
            return
        try:
            while len(self._held) < self._spare:
                self._held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass  # none left: what is held is all there is

    def close(self) -> None:
        """Give all of them up."""
        while self._held:
            os.close(self._held.pop())

    def __enter__(self) -> Reserve:
        """Give them up for what comes now."""
        self._inside += 1
        self.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take them again before long."""
        self._inside -= 1
        if self._spare and not self._planned:
            self._planned = True
            self._soon(self.fill)
