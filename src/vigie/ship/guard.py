"""Keeps secrets and what is too large at home: looks at all that a run would publish, and refuses in time."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.problems import Problem
from vigie.ship.display import listed
from vigie.ship.git.index import Difference
from vigie.ship.remote.push import is_known_there
from vigie.ship.remote.target import choose_target
from vigie.ship.run import Run
from vigie.ship.secrets.scan import (
    Allowed,
    Scan,
    load_allowed,
    own_values,
    refuse,
    scan_changes,
    scan_unpushed,
)


class Guard:
    """One run's look at what it would publish; what earlier commits hold is looked at once."""

    def __init__(self, run: Run) -> None:
        """Look at nothing yet."""
        self._run = run
        self._own = own_values(run.request.own)
        self._history_seen = False
        self._told: set[str] = set()

    def look_at(self, changes: Mapping[str, Difference], message: str, tree: str) -> None:
        """Look at what goes into the commit (``tree``); raises ``Refusal`` ``secret.*``."""
        git, repository = self._run.plan.git, self._run.plan.repository
        with self._run.logbook.step("scan") as step:
            allowed = load_allowed(git, tree, repository.prefix)
            found = scan_changes(git, changes, message, self._own, allowed) + self._history(allowed)
            step.detail = str(len(found.findings))
            self._judge(found)

    def look_at_unpushed(self) -> None:
        """Look at commits that wait to be pushed, when nothing is added to them."""
        repository = self._run.plan.repository
        if repository.head is None:
            return
        with self._run.logbook.step("scan"):
            self._judge(self._history(load_allowed(self._run.plan.git, repository.head, repository.prefix)))

    def _history(self, allowed: Allowed) -> Scan:
        plan = self._run.plan
        head = plan.repository.head
        if self._history_seen or head is None:
            return Scan((), ())
        self._history_seen = True
        try:
            target = choose_target(plan.configuration, plan.repository.branch)
        except Problem:
            return Scan((), ())  # nowhere to publish it
        if is_known_there(plan.git, target, head):
            return Scan((), ())
        return scan_unpushed(plan.git, head, (f"refs/remotes/{target.remote}/*",), self._own, allowed)

    def _judge(self, found: Scan) -> None:
        refuse(found)
        large = tuple(dict.fromkeys(one.path for one in found.large if one.path not in self._told))
        if large:
            self._told.update(large)
            self._run.tell("WARNING", "secret.large", files=listed(large))
