"""The words of the local door: one JSON object a line, both ways.

Command to monitor: ``{"token", "verb", "bots": [names]}``. Monitor to command: at once ``{"heard": true}``, any
number of ``{"line": [tag, key, values]}``, then one ``{"done": {"bots": [...], "problem": ... | null}}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from vigie.messages import Phrase
from vigie.problems import Failure, Problem, Refusal, UsageProblem

LONGEST = 64 * 1024
"""Bytes in one line at most; a longer one is not ours."""

_KINDS: dict[str, type[Problem]] = {"Failure": Failure, "Refusal": Refusal, "UsageProblem": UsageProblem}


def pack(message: Mapping[str, object]) -> bytes:
    """Return ``message`` as one line."""
    return json.dumps(message, default=str).encode() + b"\n"


def unpack(line: bytes) -> dict[str, object]:
    """Return the object in ``line``; raises ``ValueError`` for anything else."""
    try:
        found = json.loads(line, object_hook=_unpacked)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  (one kind of error for whatever is not ours)
    return found


def pack_problem(problem: Problem | None) -> dict[str, object] | None:
    """Return a problem as plain values."""
    if problem is None:
        return None
    return {"kind": type(problem).__name__, "key": problem.key, "values": problem.values}


def unpack_problem(found: object) -> Problem | None:
    """Return the problem that ``pack_problem`` packed."""
    if not isinstance(found, dict):
        return None
    values = found.get("values")
    kind = _KINDS.get(str(found.get("kind")), Failure)
    return kind(str(found.get("key")), **(values if isinstance(values, dict) else {}))


def _unpacked(found: dict[str, object]) -> object:
    if set(found) == {"sentence", "of"}:
        values = found["of"]
        return Phrase(str(found["sentence"]), **(values if isinstance(values, dict) else {}))
    return found


def spoken(values: Mapping[str, object]) -> dict[str, object]:
    """Return ``values`` with sentences inside turned into plain objects, ready for ``pack``."""
    return {
        name: {"sentence": value.key, "of": spoken(value.values)} if isinstance(value, Phrase) else value
        for name, value in values.items()
    }
