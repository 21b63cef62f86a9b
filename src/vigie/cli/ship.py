"""``ship``: commit, push, verify, restart if it stopped; the guide's transcript line for line."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from vigie.cli.journal import logged
from vigie.cli.ship_door import ShipDoor
from vigie.engines.file_lock import FileLock
from vigie.problems import DONE, Refusal, UsageProblem
from vigie.records.private_file import make_private_folder, replace_whole, write_failure
from vigie.runtime.place import Place
from vigie.runtime.revision import common_folder, git_folder
from vigie.ship.request import Program, ShipRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from vigie.cli.main import Context
    from vigie.ship.report import ShipReport

REPOSITORY_LOCK = "vigie-ship"
"""One ship at a time in a repository, whichever of its projects it is for; git has no file of that name."""

_ALONE = ("--resume", "--undo")
_YES = ("y", "yes", "o", "oui")


def run(context: Context) -> int:
    """Bring the new version; 0 all of it succeeded, 4 the bot is not online, 5 the old version is back."""
    _require_sense(context)
    place = Place(context.project.root)
    make_private_folder(place.private)
    make_private_folder(place.ship)
    _hide_from_git(place)
    _leave_as_by_ctrl_c()
    with (
        FileLock(os.path.join(place.private, "ship.lock")) as lock,
        FileLock(os.path.join(_shared_folder(place), REPOSITORY_LOCK)) as repository_lock,
    ):
        if not _acquired(lock):
            raise _busy(place)
        if not _acquired(repository_lock):
            raise Refusal("ship.busy-repository")
        if context.request.given("--undo"):
            return _undo(context, place)
        try:
            report = _carry(context, place)
        except KeyboardInterrupt:
            _tell_what_is_left(context, place)
            raise
    if context.output.as_json:
        _print_json(context, report)
    return report.exit_code


def _tell_what_is_left(context: Context, place: Place) -> None:
    from vigie.ship.interrupted import interrupted_run

    story = interrupted_run(place.ship)
    if story is not None and story.facts("land") is not None and not context.output.as_json:
        context.output.line("INFO", "ship.interrupted", {})


def _leave_as_by_ctrl_c() -> None:
    """Let a closed window or a time limit end a git and its children as Ctrl-C does, instead of orphaning them."""

    def leave(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), leave)


def _hide_from_git(place: Place) -> None:
    """Keep our folder out of whatever a person adds by hand, also where no ``vigie init`` has been."""
    path = os.path.join(place.private, ".gitignore")
    if not os.path.lexists(path):
        replace_whole(path, b"*\n", durable=False)


def _shared_folder(place: Place) -> str:
    """Where all projects of a repository meet: in git's own folder; without a repository, with ourselves."""
    git = git_folder(place.root)
    return place.ship if git is None else common_folder(git)


def _acquired(lock: FileLock) -> bool:
    try:
        return lock.acquire()
    except OSError as error:
        raise write_failure(lock.path, error) from error


def _require_sense(context: Context) -> None:
    for option in _ALONE:
        for other in ("--message", "--files", "--dry-run", *_ALONE):
            if context.request.given(option) and other != option and context.request.given(other):
                raise UsageProblem("cli.not-together", first=option, second=other)


def _busy(place: Place) -> Refusal:
    from vigie.ship.interrupted import interrupted_run

    story = interrupted_run(place.ship)
    if story is None:
        return Refusal("ship.busy")
    step = "run" if not story.lines else story.step
    return Refusal(
        "ship.busy-since", pid=story.run.get("pid", "?"), when=story.run.get("when", "?"), step=step
    )


def _carry(context: Context, place: Place) -> ShipReport:
    request = _request(context, place)
    voice = logged(place.root, context.output, context.output.line)
    if request.dry_run:
        voice = context.output.line
    door = ShipDoor(context)
    if context.request.given("--resume"):
        from vigie.ship.resume import resume

        return resume(request, door, voice, time.monotonic)
    from vigie.ship.carry import carry

    return carry(request, door, voice, time.monotonic)


def _request(context: Context, place: Place) -> ShipRequest:
    asked, settings = context.request, context.project.ship
    return ShipRequest(
        root=place.root,
        message=asked.value("--message"),
        files=asked.files or None,
        restart=settings.restart,
        folder=place.ship,
        own=context.bots[0].environment,
        programs=tuple(Program(bot.spec.command, bot.spec.directory) for bot in context.bots),
        test=settings.test,
        test_timeout=settings.test_timeout,
        prove=settings.prove,
        prove_deadline=settings.prove_deadline,
        confirm_failures=max(bot.spec.confirm_failures for bot in context.bots),
        confirm_interval=max(bot.spec.confirm_interval for bot in context.bots),
        rebase=asked.given("--rebase"),
        rollback=settings.rollback or asked.given("--rollback"),
        dry_run=asked.given("--dry-run"),
        show_changes=_somebody_looks(context),
        ask=_asker(context) if _somebody_answers(context) else None,
    )


def _somebody_looks(context: Context) -> bool:
    return not context.output.as_json and sys.stdout is not None and sys.stdout.isatty()


def _somebody_answers(context: Context) -> bool:
    return _somebody_looks(context) and sys.stdin is not None and sys.stdin.isatty()


def _asker(context: Context) -> Callable[[str], bool]:
    def ask(key: str) -> bool:
        try:
            answer = input(context.output.text(key, {}))
        except EOFError:
            return False
        return answer.strip().lower() in _YES

    return ask


def _undo(context: Context, place: Place) -> int:
    from vigie.ship.course import empty_plan
    from vigie.ship.display import SHORT
    from vigie.ship.undo import undo

    output = context.output
    plan = empty_plan(ShipRequest(place.root))
    sha = undo(plan, place.ship, time.sleep)
    if output.as_json:
        output.json({"ok": True, "exit_code": DONE, "undone": sha})
    elif sha is None:
        output.line("OK", "ship.undone-nothing", {})
    else:
        output.line("OK", "ship.undone", {"commit": sha[:SHORT]})
    return DONE


def _print_json(context: Context, report: ShipReport) -> None:
    answer = report.as_json()
    if report.problem is not None:
        from vigie.cli.errors import error_object

        answer["error"] = error_object(report.problem, context.output.language)
    context.output.json(answer)
