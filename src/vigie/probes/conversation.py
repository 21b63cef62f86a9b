"""How a probe waits without knowing who drives it, and how several are driven at once.

A probe is a generator: it yields a ``Want`` (sockets to wait for, or a pause) and is resumed when one of
them is ready. When the one deadline for the whole exchange passes, the driver throws ``DeadlinePassed``
into it, so the probe itself can say in which phase time ran out. The monitor's loop and the short commands
drive the same generators. Closing a generator leaves nothing behind: no socket, no descriptor, no process.
"""

from __future__ import annotations

from collections.abc import Generator

from vigie.plain import Plain


class Answer(Plain):
    """What came of one probe.

    ``well`` is None when the question could not be put at all: that says nothing of the bot. ``reason`` is a
    key of ``messages/probe.py`` without its subject (``refused`` -> ``probe.refused``), ``values`` what it
    names.
    """

    well: bool | None
    reason: str
    values: dict[str, object]
    http_status: int | None = None
    latency: float | None = None
    """Seconds from the first packet to the verdict; set by the driver."""


class Want(Plain):
    """Wait until a descriptor is readable or writable, or until ``pause`` seconds have passed.

    A probe may be resumed too early: it looks again and, if need be, wants the same once more.
    """

    reading: tuple[int, ...] = ()
    writing: tuple[int, ...] = ()
    pause: float | None = None


class DeadlinePassed(Exception):  # noqa: N818  (an event, not an error)
    """The whole exchange took longer than allowed; ``seconds`` is the time that was allowed."""

    def __init__(self, seconds: float) -> None:
        """Remember how long was allowed."""
        super().__init__(seconds)
        self.seconds = seconds


Conversation = Generator[Want, None, Answer]


def overslept(seconds: float) -> Answer:
    """Return what came of a probe that we ourselves were ``seconds`` too late to listen to: nothing."""
    return Answer(None, "overslept", {"seconds": round(seconds, 1)})
