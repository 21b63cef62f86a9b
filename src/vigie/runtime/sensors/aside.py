"""Work that may block (a dead network drive, another program) is done beside the loop, one thread a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vigie.runtime.reactor import Reactor

T = TypeVar("T")


class Aside:
    """Does jobs in threads of their own and hands what comes of them back to the loop."""

    def __init__(self, reactor: Reactor) -> None:
        """Work for this loop."""
        self._reactor = reactor

    def do(self, job: Callable[[], T], then: Callable[[T | None], None]) -> None:
        """Do ``job`` beside the loop, then call ``then`` in the loop with what it returned.

        A job that fails is told as a defect and yields None. One that never ends holds up nothing but
        itself, not even our leaving.
        """
        import threading

        def work() -> None:
            try:
                result = job()
            except Exception as error:  # noqa: BLE001  (told in the loop, where somebody listens)
                self._back(lambda fault=error: self._failed(fault, then))  # type: ignore[misc]
            else:
                self._back(lambda: then(result))

        try:
            threading.Thread(target=work, daemon=True).start()
        except RuntimeError:
            self._reactor.call_soon(lambda: then(None))  # no thread left just now: it is asked for again

    def _back(self, callback: Callable[[], None]) -> None:
        try:
            self._reactor.call_from_thread(callback)
        except OSError:
            pass  # the loop has been closed meanwhile

    def _failed(self, error: Exception, then: Callable[[T | None], None]) -> None:
        try:
            then(None)
        finally:
            self._reactor.fault(error)
