"""Hears what becomes of each version of a bot's code, and has it written down."""

from __future__ import annotations

from vigie.core.facts import Adopted, Exited, Launched
from vigie.core.orders import Record, Tell
from vigie.core.reasons import Reason
from vigie.core.states import ONLINE
from vigie.problems import Problem
from vigie.records.releases import PARKED, Releases
from vigie.runtime.commit_tree import tree_of
from vigie.runtime.watch import Change, Watch


class ReleaseNotes:
    """Listens beside the scribe, which says when to write."""

    def __init__(self, releases: Releases) -> None:
        """Write into ``releases``."""
        self._releases = releases
        self._from_birth: set[str] = set()
        """Bots whose process we have known since its launch: their times are measured, not taken from dates."""

    @property
    def waiting(self) -> bool:
        """Whether anything is still to be written."""
        return self._releases.waiting

    def write(self) -> Problem | None:
        """Write what waits."""
        return self._releases.write()

    def hear(self, watch: Watch, change: Change, wall: float) -> bool:
        """Take down what this change says of a version; True when there is something to write."""
        fact, name = change.fact, watch.name
        if isinstance(fact, Launched):
            came = "" if watch.hands.parked is None else PARKED
            self._releases.launched(
                name, watch.commit, wall, tree_of(watch.spec.directory, watch.commit), came
            )
            self._from_birth.add(name)
        elif isinstance(fact, Adopted):
            self._from_birth.discard(name)
        if change.by_us:  # of a copy launched by hand nobody knows the version
            self._health(name, change, wall)
            if isinstance(fact, Exited):
                self._releases.ended(name, wall)
        self._trial(watch, change, wall)
        return self._releases.waiting

    def _health(self, name: str, change: Change, wall: float) -> None:
        for order in change.orders:
            if not isinstance(order, Record):
                continue
            if order.after == ONLINE:
                self._releases.online(name, wall)
            elif order.before == ONLINE:
                since = change.before.health.online_since
                seen = 0.0 if since is None else change.after.seen - since
                self._releases.unwell(name, wall, seen, name in self._from_birth)

    def _trial(self, watch: Watch, change: Change, wall: float) -> None:
        """A trial of the core's own ends in the same record as one that ``ship`` watched."""
        before, after = change.before.trial, change.after.trial
        told = {order.reason for order in change.orders if isinstance(order, Tell)}
        directory = watch.spec.directory
        if Reason.TRIAL_PASSED in told and (commit := _commit(after.proven, watch)) is not None:
            self._releases.proven(watch.name, commit, tree_of(directory, commit), wall)
        elif Reason.TRIAL_FAILED in told and len(after.failed) > len(before.failed):
            commit, why = _commit(after.failed[-1], watch), change.after.life.cause
            if commit is not None:
                told_why = Reason.TRIAL_FAILED if why is None else why
                self._releases.failed(watch.name, commit, tree_of(directory, commit), wall, told_why.value)


def _commit(release: str, watch: Watch) -> str | None:
    """Return the commit that a release is called after; one with a name of its own is what was launched."""
    named = len(release) in (40, 64) and all(letter in "0123456789abcdef" for letter in release)
    return release if named else watch.commit
