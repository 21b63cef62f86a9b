"""What a process that ended by itself asks for: to be brought back, at once or after a pause, or to stay down.

The exit codes follow sysexits.h and what bots do (Red-DiscordBot: 26 restart me, 78 my settings are wrong;
others: 75, try again). A death by signal, or one of which the system could not tell the code, is always a
failure: SIGTERM from the outside may be a guard against full memory, and the bot has to come back from that.
An end that we asked for never gets here.
"""

from __future__ import annotations

from vigie.core.reasons import Reason
from vigie.core.spec import Spec

FOR_GOOD = (Reason.STAYS_DOWN, Reason.FINISHED, Reason.NOT_RESTARTED)
"""Ends after which nobody but a person launches the bot again."""


def verdict(spec: Spec, code: int | None, proved: bool) -> Reason:
    """Say what an unasked end means: one of ``FOR_GOOD``, ``RESTART_WANTED`` or ``CRASHED``.

    ``proved``: it had answered well. A bot that asks for a restart before it was ever well would be restarted
    without a pause for ever: that is a crash like any other.
    """
    if code in spec.stay_down_codes:
        return Reason.STAYS_DOWN
    if not comes_back(spec):
        return Reason.NOT_RESTARTED
    if code in spec.restart_codes:
        return Reason.RESTART_WANTED if proved else Reason.CRASHED
    if spec.restart == "on-failure" and code == 0:
        return Reason.FINISHED
    return Reason.CRASHED


def comes_back(spec: Spec) -> bool:
    """Tell whether a bot is ever brought back by itself: if not, a hung one is not taken down either."""
    return spec.restart != "never"
