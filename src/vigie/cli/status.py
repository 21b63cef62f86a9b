"""``status``: the live verdict and everything known beside it; told even when the bot is offline."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from vigie.cli.check import Look, look_at, report, say_verdict
from vigie.cli.ship_status import ship_status
from vigie.messages import Phrase, has, in_words
from vigie.problems import DONE
from vigie.records.history import Event, History
from vigie.records.ledger import read_ledger
from vigie.runtime.decider import Card, watching_monitor
from vigie.runtime.parking import Parked, read_parking
from vigie.runtime.place import Place
from vigie.runtime.revision import commit_in
from vigie.runtime.sensors.code_files import newest_code
from vigie.runtime.sensors.tree_memory import Families, tree_memory
from vigie.settings.health_url import public

if TYPE_CHECKING:
    from vigie.cli.main import Context


class Facts(NamedTuple):
    """What a process and the project's records tell beside the probe."""

    started: float | None
    memory: int | None
    cpu: float | None
    commit: str | None
    code_commit: str | None
    newer_file: str | None
    incident: Event | None
    parked: Parked | None
    """The parking that the living process came from."""


def run(context: Context) -> int:
    """Tell everything known of the bots named; exit 0 whenever it could be told."""
    output, place = context.output, Place(context.project.root)
    looks = look_at(context)
    monitor = watching_monitor(place)
    history = History(place.history) if os.path.exists(place.history) else None
    families = Families() if any(look.pid is not None for look in looks) else None
    try:
        known = [_facts(place, look, history, families) for look in looks]
    finally:
        if history is not None:
            history.close()
    shipping = ship_status(place)
    if output.as_json:
        bots = [_as_json(look, facts, monitor) for look, facts in zip(looks, known, strict=True)]
        told = None if shipping is None else shipping[0]
        output.json({"online": all(look.state == "online" for look in looks), "bots": bots, "ship": told})
        return DONE
    for look, facts in zip(looks, known, strict=True):
        say_verdict(context, look)
        _table(context, look, facts, monitor)
    if shipping is not None:
        output.line("WARNING", shipping[1].key, shipping[1].values)
    return DONE


def _facts(place: Place, look: Look, history: History | None, families: Families | None) -> Facts:
    started = memory = cpu = None
    if look.pid is not None:
        started, memory, cpu = _process(look.pid, families)
    ledger = read_ledger(place.private, look.spec.name) or {}
    commit = ledger.get("commit") if look.pid is not None else None
    parked = read_parking(place) if commit is not None else None
    newest = newest_code(look.spec.directory, look.spec.command) if started is not None else None
    newer = newest is not None and started is not None and newest[0] > max(started, _launched(ledger))
    return Facts(
        started,
        memory,
        cpu,
        commit if isinstance(commit, str) else None,
        commit_in(look.spec.directory),
        os.path.relpath(newest[1], look.spec.directory) if newer and newest is not None else None,
        history.last_incident(look.spec.name) if history is not None else None,
        parked if parked is not None and parked.good == commit else None,
    )


def _launched(ledger: dict[str, object]) -> float:
    """Return the calendar time of the launch that we have noted, 0 without one.

    The system tells the start of a process to within a second only; a file written just before would seem newer.
    """
    at, wall, steady = (ledger.get(name) for name in ("launched_at", "wall", "steady"))
    if not (isinstance(at, float) and isinstance(wall, float) and isinstance(steady, float)):
        return 0.0
    return wall - (steady - at)


def _process(pid: int, families: Families | None) -> tuple[float | None, int | None, float | None]:
    """Return when a process was started, and its tree's bytes and percent of one core since then."""
    import psutil

    try:
        process = psutil.Process(pid)
        started = process.create_time()
        times = process.cpu_times()
    except psutil.Error:
        return None, None, None
    age = max(time.time() - started, 0.001)
    return started, tree_memory(pid, families), round(100.0 * (times.user + times.system) / age, 1)


def _why(look: Look) -> str | None:
    """Return why the bot is in its state, by what was last noted, if that was this very state."""
    told = look.told.get("reason")
    same = look.told.get("state") == look.state
    return told if same and look.state != "online" and isinstance(told, str) else None


def _as_json(look: Look, facts: Facts, monitor: Card | None) -> dict[str, object]:
    incident = facts.incident
    return {
        **report(look),
        "state_reason": _why(look),
        "uptime": None if facts.started is None else round(time.time() - facts.started, 1),
        "memory": facts.memory,
        "cpu_percent": facts.cpu,
        "commit": facts.commit,
        "code_commit": facts.code_commit,
        "parked": None
        if facts.parked is None
        else {"good": facts.parked.good, "bad": facts.parked.bad, "since": facts.parked.since},
        "code_newer": None if facts.started is None else facts.newer_file is not None,
        "monitor": None if monitor is None else {"pid": monitor.pid, "since": monitor.since},
        "next_try": look.told.get("next_try") if look.state in ("backoff", "failed") else None,
        "last_incident": None
        if incident is None
        else {"at": incident.wall, "event": incident.key, "values": dict(incident.values)},
    }


def _table(context: Context, look: Look, facts: Facts, monitor: Card | None) -> None:
    rows: list[tuple[str, object]] = [("state", Phrase(f"state.{look.state}"))]
    told = _why(look)
    if told is not None and has(f"reason.{told}"):
        rows.append(("reason", Phrase(f"reason.{told}")))
    others = look.told.get("waits_for") if look.state == "starting" and look.pid is None else None
    if isinstance(others, str) and others:
        rows.append(("waits-for", others))
    rows.append(("pid", _or_none(look.pid)))
    if facts.started is not None:
        rows.append(("uptime", _duration(time.time() - facts.started)))
    rows.append(("url", public(look.spec.health_url)))
    if look.state == "online" and look.answer.latency is not None:
        rows.append(("latency", Phrase("status.milliseconds", amount=round(look.answer.latency * 1000, 1))))
    rows.append(("restarts", look.told["restart_count"]))
    rows.append(("last-restart", _or_none(look.told["last_restart"])))
    if look.state in ("backoff", "failed"):
        rows.append(("next-try", _or_none(look.told.get("next_try"))))
    if facts.memory is not None:
        rows.append(("memory", Phrase("status.megabytes", amount=round(facts.memory / 1e6, 1))))
    if facts.cpu is not None:
        rows.append(("cpu", Phrase("status.percent", amount=facts.cpu)))
    if facts.commit is not None:
        rows.append(("commit", facts.commit[:7]))
    if facts.parked is not None:
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(facts.parked.since))
        short = {"good": facts.parked.good[:7], "bad": facts.parked.bad[:7]}
        ends = "status.parked-beside" if facts.parked.bad == facts.code_commit else "status.parked-still"
        rows.append(("parked", Phrase(ends, when=when, **short)))
    if facts.started is not None:
        newer = facts.newer_file
        rows.append(
            ("code", Phrase("status.code-newer", file=newer) if newer else Phrase("status.code-same"))
        )
    watching = (
        Phrase("status.monitor-none")
        if monitor is None
        else Phrase("status.monitor-watching", pid=monitor.pid)
    )
    rows.append(("monitor", watching))
    rows.append(("incident", _incident(facts.incident)))
    _print(context, rows)


def _print(context: Context, rows: list[tuple[str, object]]) -> None:
    language = context.output.language
    labels = [str(in_words(language, Phrase(f"status.{label}"))) for label, _ in rows]
    width = max(len(label) for label in labels)
    for label, (_, value) in zip(labels, rows, strict=True):
        context.output.plain(f"  {label:<{width}}  {in_words(language, value)}")


def _or_none(value: object) -> object:
    return Phrase("status.none") if value is None else value


def _duration(seconds: float) -> Phrase:
    whole = int(seconds)
    if whole < 60:
        return Phrase("status.seconds", amount=whole)
    if whole < 3600:
        return Phrase("status.minutes", amount=whole // 60)
    if whole < 86_400:
        return Phrase("status.hours", amount=whole // 3600, minutes=whole % 3600 // 60)
    return Phrase("status.days", amount=whole // 86_400, hours=whole % 86_400 // 3600)


def _incident(event: Event | None) -> Phrase:
    if event is None:
        return Phrase("status.none")
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.wall))
    values = event.values
    if event.key == "crashed":
        if values.get("signal") is not None:
            how = Phrase("runtime.by-signal", signal=values["signal"])
        elif values.get("code") is not None:
            how = Phrase("runtime.with-code", exit_status=values["code"])
        else:
            how = Phrase("runtime.in-unknown-way")
        return Phrase("status.incident-crashed", when=when, how=how)
    return Phrase(f"status.incident-{event.key}", when=when)
