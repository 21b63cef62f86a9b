"""What came of one ``ship``: each step with its outcome and its seconds, for people and for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vigie.problems import DONE, Problem

STEPS = ("precheck", "stage", "scan", "commit", "push", "verify", "restart", "rollback")


@dataclass(slots=True)
class Step:
    """One step. ``detail`` is a word for programs, the same in every language: a commit, a problem's code."""

    name: str
    ok: bool = True
    skipped: bool = False
    detail: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ShipReport:
    """The whole. ``problem`` is the first thing that went wrong, already told, or None."""

    exit_code: int
    commit: str | None
    pushed: bool
    was_online: bool | None
    online_after: bool | None
    restarted: bool
    rolled_back: bool
    steps: tuple[Step, ...]
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether all of it succeeded."""
        return self.exit_code == DONE

    def as_json(self) -> dict[str, object]:
        """Return the contract's object (CONTRACT.md, "Output")."""
        return {
            "ok": self.ok,
            "exit_code": self.exit_code,
            "commit": self.commit,
            "pushed": self.pushed,
            "was_online": self.was_online,
            "online_after": self.online_after,
            "restarted": self.restarted,
            "rolled_back": self.rolled_back,
            "steps": [
                {
                    "name": step.name,
                    "ok": step.ok,
                    "skipped": step.skipped,
                    "detail": step.detail,
                    "seconds": round(step.seconds, 3),
                }
                for step in self.steps
            ],
        }


class Logbook:
    """Collects the steps as they are taken; one that was never taken counts as skipped."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Measure with ``clock``, in seconds of any origin."""
        self._clock = clock
        self._taken: dict[str, Step] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Take one step, or go on with it; a ``Problem`` marks it failed and goes on its way."""
        step = self._taken.setdefault(name, Step(name))
        began = self._clock()
        try:
            yield step
        except Problem as problem:
            step.ok, step.detail = False, problem.code
            raise
        finally:
            step.seconds += self._clock() - began

    def steps(self) -> tuple[Step, ...]:
        """Return all steps of the contract in their order."""
        return tuple(self._taken.get(name) or Step(name, skipped=True) for name in STEPS)
