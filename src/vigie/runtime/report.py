"""What is known of a bot, as plain values: for JSON, for the status file, for a person's eyes."""

from __future__ import annotations

import time

from vigie.core.states import FAILED, ONLINE, STOPPED, Status, shown, why
from vigie.records import status_file
from vigie.runtime.watch import Watch
from vigie.settings.health_url import public


def local_iso(wall: float | None) -> str | None:
    """Return calendar seconds as local ISO time with microseconds, the guide's form, or None."""
    return None if wall is None else status_file.local_iso(wall)


def from_local_iso(text: object) -> float | None:
    """Return the calendar seconds that ``local_iso`` has put into words, or None for anything else."""
    if not isinstance(text, str) or len(text) != 26 or text[10] != "T":
        return None
    try:
        fields = [
            int(text[a:b]) for a, b in ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19), (20, 26))
        ]
        year, month, day, hour, minute, second, micro = fields
        seconds = time.mktime((year, month, day, hour, minute, second, 0, 0, -1))
    except (ValueError, OverflowError):
        return None
    return seconds + micro / 1_000_000


def reason_of(status: Status, why_unwell: str | None) -> str | None:
    """Return the kebab-case reason beside a state; an online bot needs none."""
    word = shown(status)
    if word == ONLINE:
        return None
    if word in (STOPPED, FAILED) or why_unwell is None:
        return why(status).value
    return why_unwell


def public_face(watch: Watch) -> dict[str, object]:
    """Return what ``bot_status.json`` tells of one bot."""
    status = watch.status
    clock = watch.reactor.clock
    started = None if status.life.pid is None else watch.started
    due = status.tally.next_start_at
    waiting = {} if watch.queued is None else {"waits_for": ", ".join(watch.queued)}
    return {
        "restart_count": status.tally.restart_count,
        "last_restart": local_iso(watch.last_restart),
        "pid": status.life.pid,
        "state": watch.word,
        "reason": None if watch.queued is not None else reason_of(status, status.health.why),
        "started_at": local_iso(started),
        "next_try": None if due is None else local_iso(clock.wall() + due - clock.steady()),
        "url": public(watch.spec.health_url),
        "commit": watch.commit,
        **waiting,
    }


def bot_report(watch: Watch) -> dict[str, object]:
    """Return one entry of the contract's ``bots`` list."""
    answer = watch.answer
    face = public_face(watch)
    latency = None if answer is None or answer.latency is None else round(answer.latency * 1000, 1)
    return {
        "name": watch.name,
        "online": watch.word == ONLINE,
        "state": watch.word,
        "reason": face["reason"],
        "pid": face["pid"],
        "http_status": None if answer is None else answer.http_status,
        "latency_ms": latency,
        "url": public(watch.spec.health_url),
        "restart_count": face["restart_count"],
        "last_restart": face["last_restart"],
        "started_at": face["started_at"],
        "commit": watch.commit,
    }
