"""For a bot with no health endpoint at all: it is well when its process is alive and no longer brand new."""

from __future__ import annotations

from vigie.probes.conversation import Answer, Conversation

START_SECONDS = 1.0
"""A process that dies sooner never started (Supervisor's ``startsecs``, whose default this is)."""


def ask_process(pid: int | None, age: float | None) -> Conversation:
    """Answer from what the caller knows: ``pid`` of the living process or None, ``age`` in seconds.

    An unknown age counts as old enough: whoever found the process running did not just launch it.
    """
    yield from ()
    if pid is None:
        return Answer(False, "not-running", {})
    if age is not None and age < START_SECONDS:
        return Answer(False, "too-young", {"pid": pid})
    return Answer(True, "alive", {"pid": pid})
