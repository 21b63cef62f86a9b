"""Work aside that is done at once, in the test's own thread, so that nothing depends on a real clock."""

from __future__ import annotations

from collections.abc import Callable

from vigie.runtime.sensors.aside import Aside, T


class AtOnce(Aside):
    """Does the job now, or keeps it until the test lets it go."""

    held: list[Callable[[], None]] | None = None

    def do(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        result = job()
        if self.held is None:
            then(result)
        else:
            self.held.append(lambda: then(result))
