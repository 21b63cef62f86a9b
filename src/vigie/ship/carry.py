"""The guide's workflow, step by step: look, stage, commit, push, verify, restart what stopped.

What is found wrong before anything was done is raised as a ``Problem``. Later ones are told, noted in the
report, and what still makes sense goes on: a refused push keeps the commit and does not leave the bot alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vigie.messages import has
from vigie.problems import DONE, FAILED, SHIPPED_OFFLINE, Problem
from vigie.ship.commit import Commit, Staging, make_commit, stage, workspace
from vigie.ship.display import listed
from vigie.ship.message import subject
from vigie.ship.plan import Plan, make_plan
from vigie.ship.push import is_known_there, push
from vigie.ship.remote import Target, choose_target, read_configuration, set_upstream
from vigie.ship.report import Logbook, ShipReport
from vigie.ship.request import BotDoor, ShipRequest, Tell


def carry(
    request: ShipRequest,
    bot: BotDoor,
    tell: Tell,
    clock: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> ShipReport:
    """Bring one new version; ``clock`` gives seconds that never go back.

    Raises ``UsageProblem``, ``Refusal`` or ``Failure`` only when nothing was done.
    """
    logbook = Logbook(clock)
    with logbook.step("precheck"):
        plan = make_plan(request, sleep)
    return _Carrier(request, plan, bot, tell, logbook, clock, sleep).carry()


class _Carrier:
    """One run: what is known so far, and the steps."""

    def __init__(
        self,
        request: ShipRequest,
        plan: Plan,
        bot: BotDoor,
        tell: Tell,
        logbook: Logbook,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._request = request
        self._plan = plan
        self._bot = bot
        self._tell_line = tell
        self._logbook = logbook
        self._clock = clock
        self._sleep = sleep
        self._problem: Problem | None = None
        self._commit: str | None = None
        self._pushed = False
        self._was_online: bool | None = None
        self._online_after: bool | None = None
        self._restarted = False

    def carry(self) -> ShipReport:
        self._frame("INFO", "ship.title")
        self._precheck()
        try:
            self._commit_all()
        except Problem as problem:
            # No commit: nothing new is on its way, so the bot is none of our business.
            self._complain(problem)
            return self._close(FAILED)
        shipped = self._push()
        online = self._verify()
        if self._must_restart(online, shipped):
            online = self._restart(online)
        elif not online:
            self._tell("WARNING", "ship.left-offline")
        self._online_after = online
        if not shipped:
            return self._close(FAILED)
        return self._close(DONE if online else SHIPPED_OFFLINE)

    def _precheck(self) -> None:
        self._tell("INFO", "ship.precheck")
        with self._logbook.step("precheck") as step:
            self._was_online = self._bot.is_online()
            step.detail = _word(self._was_online)
        if self._was_online:
            self._tell("OK", "ship.was-online")
        else:
            self._tell("WARNING", "ship.was-offline")

    def _commit_all(self) -> None:
        self._announce_selection()
        plan = self._plan
        with workspace() as folder:
            if plan.selection.paths:
                with self._logbook.step("stage") as step:
                    step.detail = listed(plan.selection.paths)
                    staged = stage(plan.git, plan.repository, plan.selection, folder)
                if not staged.empty:
                    return self._make_commit(staged)
        return self._tell("INFO", "ship.nothing-to-commit")

    def _announce_selection(self) -> None:
        selection = self._plan.selection
        self._tell("INFO", "ship.stage")
        if self._request.files is None:
            self._tell("INFO", "ship.adding-all")
        elif selection.paths:
            prefix = self._plan.repository.prefix
            names = [path.removeprefix(prefix) for path in selection.paths]
            self._tell("INFO", "ship.adding", files=listed(names))
        if selection.unchanged:
            self._tell("INFO", "ship.unchanged", files=listed(selection.unchanged))
        if selection.left_out:
            self._tell("WARNING", "ship.left-out", files=listed(selection.left_out))
        if selection.partly_staged:
            self._tell("WARNING", "ship.partly-staged", files=listed(selection.partly_staged))

    def _make_commit(self, staged: Staging) -> None:
        plan = self._plan
        self._tell("INFO", "ship.commit", message=subject(plan.message))
        with self._logbook.step("commit") as step:
            commit = make_commit(
                plan.git, plan.repository, staged, plan.message, self._request.deadlines.commit, self._sleep
            )
            step.detail = self._commit = commit.sha
        self._tell("OK", "ship.committed")
        self._tell_of_hooks(commit)

    def _tell_of_hooks(self, commit: Commit) -> None:
        if commit.by_hooks:
            self._tell("INFO", "ship.by-hooks", files=listed(commit.by_hooks))
        if not commit.settled:
            self._tell("WARNING", "ship.index-behind")

    def _push(self) -> bool:
        """Push what the branch holds; False when that failed."""
        sha = self._commit or self._plan.repository.head
        if sha is None:
            return True
        try:
            with self._logbook.step("push") as step:
                target = choose_target(read_configuration(self._plan.git), self._plan.repository.branch)
                step.detail = target.shown
                if not target.sets_upstream and is_known_there(self._plan.git, target, sha):
                    step.detail, step.skipped = "up-to-date", True
                    self._tell("INFO", "ship.nothing-to-push")
                    return True
                self._push_to(target, sha)
        except Problem as problem:
            self._complain(problem)
            return False
        self._tell("OK", "ship.pushed")
        return True

    def _push_to(self, target: Target, sha: str) -> None:
        self._tell("INFO", "ship.push")
        self._pushed = push(
            self._plan.git,
            target,
            sha,
            deadline=self._request.deadlines.push,
            clock=self._clock,
            sleep=self._sleep,
            on_retry=lambda pause, number: self._tell(
                "WARNING", "ship.push-again", pause=pause, number=number
            ),
        )
        if target.sets_upstream and not set_upstream(self._plan.git, target, self._plan.repository.branch):
            self._tell("WARNING", "ship.upstream-not-set", target=target.shown)

    def _verify(self) -> bool:
        self._tell("INFO", "ship.verify-online" if self._was_online else "ship.verify-offline")
        with self._logbook.step("verify") as step:
            step.ok = online = self._is_online()
            step.detail = _word(online)
        if online:
            self._tell("OK", "ship.still-online" if self._was_online else "ship.now-online")
        return online

    def _is_online(self) -> bool:
        try:
            return self._bot.is_online()
        except Problem as problem:
            self._complain(problem)
            return False

    def _must_restart(self, online: bool, shipped: bool) -> bool:
        """A bot that runs is left alone when nothing reached the remote, whatever the setting."""
        if online:
            return self._request.restart == "always" and shipped
        return self._request.restart != "never"

    def _restart(self, online: bool) -> bool:
        if online:
            self._tell("RESTART", "ship.restart-always")
        else:
            self._tell("RESTART", "ship.restart-stopped" if self._was_online else "ship.restart-offline")
        try:
            with self._logbook.step("restart") as step:
                back = self._bot.restart()
                step.ok, step.detail = back, _word(back)
        except Problem as problem:
            self._complain(problem)
            return online and self._is_online()
        self._restarted = True
        self._tell("OK" if back else "ERROR", "ship.restarted" if back else "ship.not-back")
        return back

    def _close(self, exit_code: int) -> ShipReport:
        tag, key = {
            DONE: ("OK", "ship.done"),
            SHIPPED_OFFLINE: ("WARNING", "ship.done-offline"),
        }.get(exit_code, ("ERROR", "ship.not-done"))
        self._frame(tag, key)
        return ShipReport(
            exit_code=exit_code,
            commit=self._commit,
            pushed=self._pushed,
            was_online=self._was_online,
            online_after=self._online_after,
            restarted=self._restarted,
            rolled_back=False,
            steps=self._logbook.steps(),
            problem=self._problem,
        )

    def _complain(self, problem: Problem) -> None:
        """Tell a problem: what happened, git's own words where they are needed, what to do next."""
        self._problem = self._problem or problem
        self._tell_line("ERROR", problem.key, problem.values)
        output = problem.values.get("output", ())
        for line in output if isinstance(output, tuple) else ():
            self._tell("INFO", "ship.said", line=line)
        if has(f"{problem.key}.hint"):
            self._tell_line("INFO", f"{problem.key}.hint", problem.values)

    def _frame(self, tag: str, key: str) -> None:
        self._tell("INFO", "ship.rule")
        self._tell(tag, key)
        self._tell("INFO", "ship.rule")

    def _tell(self, tag: str, key: str, **values: object) -> None:
        self._tell_line(tag, key, values)


def _word(online: bool) -> str:
    return "online" if online else "offline"
