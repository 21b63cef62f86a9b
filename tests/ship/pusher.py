"""Pushes as ship does, on a clock of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ship.workshop import Repo
from tests.waiting import patient
from vigie.problems import Failure
from vigie.ship.git.command import Git
from vigie.ship.remote.push import push
from vigie.ship.remote.target import Target, choose_target, read_configuration


class Pusher:
    """Pushes the last commit of a repository, on a clock that stands still unless somebody sleeps."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.now = 0.0
        self.slept: list[float] = []
        self.retries: list[tuple[float, int]] = []
        self.on_sleep: Callable[[], None] = lambda: None

    @property
    def git(self) -> Git:
        """git at the repository."""
        return Git(str(self.repo.path))

    @property
    def target(self) -> Target:
        """Where the branch goes."""
        branch = self.repo.git("branch", "--show-current")
        return choose_target(read_configuration(self.git), f"refs/heads/{branch}")

    def push(self, deadline: float = 60.0, sha: str = "", beside: Git | None = None) -> bool:
        """Push once, as ship does, the last commit or ``sha``; from the repository ``beside`` if there is one."""
        return push(
            self.git if beside is None else beside,
            self.target,
            sha or self.repo.head,
            home=None if beside is None else self.git,
            deadline=patient(deadline),
            clock=lambda: self.now,
            sleep=self._sleep,
            on_retry=lambda pause, number: self.retries.append((pause, number)),
        )

    def refused(self, deadline: float = 60.0) -> Failure:
        """Return the problem of a push that fails; the commit is kept."""
        head = self.repo.head
        with pytest.raises(Failure) as caught:
            self.push(deadline)
        assert self.repo.head == head
        assert caught.value.values["commit"] == head[:10]
        return caught.value

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self.on_sleep()
