"""``check``: one verdict from a live probe, no side effect, and nothing imported that it does not need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vigie.plain import Plain
from vigie.probes import probe_for
from vigie.probes.drive import ask_all
from vigie.problems import DONE, FAILED
from vigie.records.ledger import read_ledger
from vigie.records.status_file import StatusFile, read_status
from vigie.settings.health_url import public

if TYPE_CHECKING:
    from vigie.cli.main import Context
    from vigie.core.spec import Spec
    from vigie.probes.conversation import Answer

WAITING = ("backoff", "failed", "starting")
"""States that only a monitor can be in, and that only its word tells."""


class Look(Plain):
    """What one look at a bot found."""

    spec: Spec
    answer: Answer
    pid: int | None
    state: str
    told: dict[str, object]


def look_at(context: Context) -> list[Look]:
    """Probe all bots named at once, and say for each what state it is in."""
    root = context.project.root
    names = [bot.spec.name for bot in context.bots]
    told = read_status(os.path.join(root, "bot_status.json"), names[0])
    specs = [bot.spec for bot in context.bots]
    pids = [_living_pid(root, spec) for spec in specs]
    conversations = [
        probe_for(bot.spec, pid, environment=bot.environment)
        for bot, pid in zip(context.bots, pids, strict=True)
    ]
    answers = ask_all(conversations, [spec.check_timeout for spec in specs])
    return [
        _judged(root, spec, answer, pid, told) for spec, answer, pid in zip(specs, answers, pids, strict=True)
    ]


def report(look: Look) -> dict[str, object]:
    """Return one entry of the contract's ``bots`` list."""
    answer = look.answer
    return {
        "name": look.spec.name,
        "online": look.state == "online",
        "state": look.state,
        "reason": None if look.state == "online" else answer.reason,
        "pid": look.pid,
        "http_status": answer.http_status,
        "latency_ms": None if answer.latency is None or not answer.well else round(answer.latency * 1000, 1),
        "url": public(look.spec.health_url),
        "restart_count": look.told["restart_count"],
        "last_restart": look.told["last_restart"],
    }


def run(context: Context) -> int:
    """Say for each bot named whether it is online; exit 0 when all are."""
    output = context.output
    if not output.as_json:
        output.line("CHECK", "check.begin", {})
    looks = look_at(context)
    online = all(look.state == "online" for look in looks)
    if output.as_json:
        output.json({"online": online, "bots": [report(look) for look in looks]})
    for look in looks:
        say_verdict(context, look)
    return DONE if online else FAILED


def say_verdict(context: Context, look: Look) -> None:
    """Print the two lines of a verdict."""
    output, name = context.output, look.spec.name
    if look.state == "online":
        output.line("OK", "check.running", {"bot": name})
        output.line("STATUS", "check.online", {"bot": name})
    else:
        output.line("ERROR", f"probe.{look.answer.reason}", {"bot": name, **look.answer.values})
        output.line("STATUS", "check.offline", {"bot": name})


def _judged(root: str, spec: Spec, answer: Answer, pid: int | None, told: StatusFile) -> Look:
    known = told.of(spec.name)
    if answer.well:
        return Look(spec, answer, pid or _pid_by_hand(root, spec), "online", known)
    if pid is not None:
        state = "starting" if known.get("state") == "starting" else "unresponsive"
        return Look(spec, answer, pid, state, known)
    by_hand = _pid_by_hand(root, spec) if answer.reason != "refused" else None
    if by_hand is not None:
        return Look(spec, answer, by_hand, "unresponsive", known)
    state = str(known["state"]) if known.get("state") in WAITING and _monitor_lives(root) else "stopped"
    return Look(spec, answer, None, state, known)


def _living_pid(root: str, spec: Spec) -> int | None:
    """Return the recorded pid if that very process still lives: number, start and boot must all agree."""
    ledger = read_ledger(os.path.join(root, ".vigie"), spec.name)
    recorded = ledger.get("identity") if ledger is not None else None
    if not isinstance(recorded, list) or len(recorded) != 3:
        return None
    from vigie.engines.base import Identity
    from vigie.engines.liveness import lives

    pid, started, boot = recorded
    if not isinstance(pid, int) or not isinstance(started, int) or not isinstance(boot, str):
        return None
    return pid if lives(Identity(pid, started, boot)) else None


def _pid_by_hand(root: str, spec: Spec) -> int | None:
    """Return the pid of a copy that somebody launched by hand; looked for only when no record names one."""
    from vigie.runtime.by_hand import find_by_hand
    from vigie.runtime.place import Place

    try:
        copy = find_by_hand(spec, Place(root).copy_lock(spec.name))
    except OSError:
        return None  # nothing can be looked at: no descriptor left
    return None if copy is None else copy.pid


def _monitor_lives(root: str) -> bool:
    from vigie.runtime.decider import watching_monitor
    from vigie.runtime.place import Place

    return watching_monitor(Place(root)) is not None
