"""``releases``: which version of the code ran when, how long it was healthy, which are proven and which are bad."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vigie.cli.status import _duration
from vigie.messages import Phrase, in_words
from vigie.problems import DONE, Problem, UsageProblem
from vigie.records.ledger import read_ledger
from vigie.records.releases import PARKED, Release, Releases
from vigie.runtime.place import Place

if TYPE_CHECKING:
    from vigie.cli.main import Context

DEFAULT_ROWS = 20
MOST_ROWS = 10_000

SUBJECT_WIDTH = 60
"""Signs of a commit's first line that are shown."""

_MOMENT = "%Y-%m-%d %H:%M:%S"


def run(context: Context) -> int:
    """Tell what is recorded, newest first; exit 0 also when nothing is."""
    output, place = context.output, Place(context.project.root)
    count = _count(context.request.value("--lines"))
    record = Releases(place.private, patience=2.0)
    names = [bot.spec.name for bot in context.bots]
    rows = _newest(record, names, count)
    if record.problem is not None:
        raise record.problem
    running = _running(place, rows, names)
    subjects = _subjects(place.root, sorted({row.commit for row in rows if row.commit is not None}))
    now = time.time()
    if output.as_json:
        found = [_as_json(row, subjects, row.sequence in running, now) for row in rows]
        output.json({"releases": found})
    elif not rows:
        output.line("INFO", "release.none", {})
    else:
        _table(context, [_cells(row, subjects, row.sequence in running, now) for row in rows])
    return DONE


def _count(text: str | None) -> int:
    if text is None:
        return DEFAULT_ROWS
    if not text.isdecimal() or len(text) > 6 or not 0 < int(text) <= MOST_ROWS:
        raise UsageProblem("release.lines", found=text, most=MOST_ROWS)
    return int(text)


def _newest(record: Releases, names: list[str], count: int) -> list[Release]:
    found: list[Release] = []
    for name in names:
        found += record.of(name, count)
        if record.problem is not None:
            break
    return sorted(found, key=lambda row: -row.sequence)[:count]


def _running(place: Place, rows: list[Release], names: list[str]) -> set[int]:
    """Return the rows of what runs now: a bot's newest launched one, if the noted process lives."""
    running = set()
    for name in names:
        newest = next((row.sequence for row in rows if row.bot == name and row.launches), None)
        if newest is not None and _lives(place, name):
            running.add(newest)
    return running


def _lives(place: Place, name: str) -> bool:
    from vigie.engines.base import Identity
    from vigie.engines.liveness import lives

    recorded = (read_ledger(place.private, name) or {}).get("identity")
    if not isinstance(recorded, list) or len(recorded) != 3:
        return False
    pid, started, boot = recorded
    return (
        isinstance(pid, int)
        and isinstance(started, int)
        and isinstance(boot, str)
        and lives(Identity(pid, started, boot))
    )


def _subjects(root: str, commits: list[str]) -> dict[str, str]:
    """Return the first lines of these commits' messages, by one call of git; what it does not know is left out."""
    if not commits:
        return {}
    from vigie.ship.display import printable
    from vigie.ship.git.command import Git

    try:
        answer = Git(root).query("cat-file", "--batch", stdin="".join(f"{one}\n" for one in commits).encode())
    except Problem:
        return {}  # no git, or none that answers: the record is told all the same
    found: dict[str, str] = {}
    rest = answer.out
    while rest:
        head, _, rest = rest.partition(b"\n")
        fields = head.split(b" ")
        if len(fields) != 3 or not fields[2].isdigit():
            continue  # "NAME missing"
        size = int(fields[2])
        body, rest = rest[:size], rest[size + 1 :]
        if fields[1] == b"commit":
            message = body.partition(b"\n\n")[2].decode("utf-8", "replace").strip()
            found[fields[0].decode("ascii")] = printable(message.partition("\n")[0].rstrip())
    return found


def _healthy(row: Release, running: bool, now: float) -> float:
    since = row.online_since if running else None
    return row.healthy + (0.0 if since is None else max(0.0, now - since))


def _as_json(row: Release, subjects: dict[str, str], running: bool, now: float) -> dict[str, object]:
    return {
        "sequence": row.sequence,
        "bot": row.bot,
        "commit": row.commit,
        "tree": row.tree,
        "subject": subjects.get(row.commit or ""),
        "first": row.first,
        "last": None if running else row.last,
        "running": running,
        "launches": row.launches,
        "healthy_seconds": round(_healthy(row, running, now), 1),
        "verdict": row.verdict or None,
        "why": row.why,
        "parked": row.came == PARKED,
        "came": row.came or None,
    }


def _cells(row: Release, subjects: dict[str, str], running: bool, now: float) -> dict[str, object]:
    end: object = Phrase("release.now") if running else Phrase("release.unknown")
    if not running and row.last is not None:
        end = _moment(row.last)
    words = [Phrase(f"release.{word}") for word in (row.verdict, row.came) if word]
    return {
        "bot": row.bot,
        "version": (row.commit or "-")[:7],
        "from": _moment(row.first),
        "to": end,
        "launches": row.launches,
        "healthy": _duration(_healthy(row, running, now)),
        "verdict": words or [Phrase("release.unproven")],
        "subject": subjects.get(row.commit or "", "")[:SUBJECT_WIDTH],
    }


def _moment(wall: float) -> str:
    try:
        return time.strftime(_MOMENT, time.localtime(wall))
    except (OverflowError, ValueError, OSError):
        return "-"


def _table(context: Context, rows: list[dict[str, object]]) -> None:
    language = context.output.language

    def said(value: object) -> str:
        if isinstance(value, list):
            return ", ".join(said(one) for one in value)
        return str(in_words(language, value))

    labels = [label for label in rows[0] if label != "bot" or len(context.project.bots) > 1]
    lines = [[said(Phrase(f"release.label-{label}")) for label in labels]]
    lines += [[said(row[label]) for label in labels] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        context.output.plain("  ".join(cells).rstrip())
