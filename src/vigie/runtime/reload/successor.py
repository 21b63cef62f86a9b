"""The program that takes a monitor's place: the same command, in the same process, as it lies on disk by now."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from vigie.engines.base import Identity
from vigie.problems import Refusal
from vigie.runtime.reactor import LEAVE, Reactor
from vigie.runtime.reload import handover

if sys.platform == "win32":  # pragma: no cover  (no program takes another's place there)

    def own_command() -> list[str] | None:
        """Return None: ``os.execv`` there starts another process and ends this one. Settings are taken in place."""
        return None

    def let_signals_wait() -> None:
        """Nothing to do: no program takes another's place."""

    def let_signals_come() -> None:
        """Nothing to do: no program takes another's place."""

else:

    def own_command() -> list[str] | None:
        """Return the command that this program was started with, None when nobody knows it."""
        return [sys.executable, *sys.orig_argv[1:]] if sys.executable and sys.orig_argv else None

    def let_signals_wait() -> None:
        """Keep signals that ask us to leave until somebody listens: replaced in between, we would just die."""
        signal.pthread_sigmask(signal.SIG_BLOCK, LEAVE)

    def let_signals_come() -> None:
        """Hear of the signals that have waited."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, LEAVE)


class Successor:
    """Everything is put away, what is needed is packed, signals wait: only the last step is left."""

    def __init__(
        self,
        command: Sequence[str],
        handed: Mapping[str, object],
        itself: Identity,
        kept: Sequence[int],
        reactor: Reactor,
        let_go: Callable[[], None],
    ) -> None:
        """``kept``: descriptors that the next program needs; ``let_go`` closes what it would not have kept.

        Raises ``OSError`` when what is handed over does not find room.
        """
        self._command = command
        self._kept = tuple(kept)
        self._reactor = reactor
        self._let_go = let_go
        self._descriptor = handover.pack(handed, itself)

    def take_over(self) -> Refusal:
        """Become the other program; returns only when that failed, with what is to be told.

        Then the hand-over is there for us to read ourselves: whoever reads it goes on, in the old program as in
        the new one.
        """
        signalled = self._reactor.signalled
        if signalled is not None:
            # heard by the old program, meant for whoever is there; to this very thread, which keeps it:
            # sent to the process, another thread would take it, and it would be gone with the old program
            signal.raise_signal(signalled)
        inherited = (self._descriptor, *self._kept)
        handover.announce(self._descriptor)
        try:
            for descriptor in inherited:
                os.set_inheritable(descriptor, True)
            os.execv(self._command[0], list(self._command))  # noqa: S606  (a shell is what must not be)
        except OSError as error:
            for descriptor in inherited:
                os.set_inheritable(descriptor, False)
            self._let_go()
            self._reactor.close()
            return Refusal("runtime.reload-not-carried-out", reason=error.strerror or str(error))
