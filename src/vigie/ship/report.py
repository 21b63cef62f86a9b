"""What came of one ``ship``: each step with its outcome and its seconds, for people and for JSON."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from vigie.plain import Plain
from vigie.problems import DONE, Problem

STEPS = ("precheck", "stage", "scan", "commit", "push", "verify", "restart", "rollback")


class Step:
    """One step. ``detail`` is a word for programs, the same in every language: a commit, a problem's code."""

    __slots__ = ("detail", "name", "ok", "seconds", "skipped")

    def __init__(
        self,
        name: str,
        *,
        ok: bool = True,
        skipped: bool = False,
        detail: str | None = None,
        seconds: float = 0.0,
    ) -> None:
        """Take it for granted that it goes well."""
        self.name = name
        self.ok = ok
        self.skipped = skipped
        self.detail = detail
        self.seconds = seconds

    def as_json(self) -> dict[str, object]:
        """Return the contract's entry."""
        return {
            "name": self.name,
            "ok": self.ok,
            "skipped": self.skipped,
            "detail": self.detail,
            "seconds": round(self.seconds, 3),
        }


class ShipReport(Plain):
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
    would: dict[str, object] | None = None
    """What a dry run would have done; None when it was no dry run."""

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
            "steps": [step.as_json() for step in self.steps],
            **({} if self.would is None else {"dry_run": True, "would": self.would}),
        }


class Logbook:
    """Collects the steps as they are taken; one that was never taken counts as skipped."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Measure with ``clock``, in seconds of any origin."""
        self.clock = clock
        self._taken: dict[str, Step] = {}

    def step(self, name: str) -> Taking:
        """Take one step, or go on with it; a ``Problem`` marks it failed and goes on its way."""
        return Taking(self, self._taken.setdefault(name, Step(name)))

    def steps(self) -> tuple[Step, ...]:
        """Return all steps of the contract in their order."""
        return tuple(self._taken.get(name) or Step(name, skipped=True) for name in STEPS)


class Taking:
    """A step while it is taken: ``with logbook.step("push") as step``."""

    def __init__(self, logbook: Logbook, step: Step) -> None:
        """Nothing is measured before it begins."""
        self._clock = logbook.clock
        self._step = step
        self._began = 0.0

    def __enter__(self) -> Step:
        """Begin."""
        self._began = self._clock()
        return self._step

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Note how long it took, and what went wrong."""
        self._step.seconds += self._clock() - self._began
        if isinstance(error, Problem):
            self._step.ok, self._step.detail = False, error.code
