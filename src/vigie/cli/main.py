"""Words on the command line -> one command, in the reader's language, with the contract's exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from vigie.cli.language import early_choice, language_of
from vigie.cli.output import Output, prepare_streams
from vigie.problems import DONE, Problem, UsageProblem

if TYPE_CHECKING:
    from vigie.cli.arguments import Request
    from vigie.settings import Bot, Project

MONITOR_DOOR = "bot_monitor"


def entry() -> None:
    """The installed command ``vigie``."""
    sys.exit(main(sys.argv[1:]))


def main(argv: list[str], *, door: str | None = None, beside: str | None = None) -> int:
    """Run one command and return its exit code.

    ``door`` is ``bot_monitor`` or ``commit_and_restart`` when one of the guide's two files calls: they speak
    French unless another language is chosen, and start from ``beside``, the folder they lie in.
    """
    prepare_streams()
    output = Output(language_of(early_choice(_peek(argv, "--lang"), os.environ), door, os.environ))
    output.as_json = "--json" in argv
    run = _Run(output, door, beside)
    try:
        return run.command(argv)
    except Problem as problem:
        from vigie.cli.errors import tell_problem

        return tell_problem(problem, output)
    except KeyboardInterrupt:
        from vigie.cli.errors import tell_interrupted

        return tell_interrupted(output)
    except Exception as error:  # noqa: BLE001  (no traceback ever reaches a user)
        from vigie.cli.errors import tell_defect

        return tell_defect(error, output, run.private_folder)


class Context:
    """What every command gets: the project, the bots it names, and where to speak."""

    def __init__(self, request: Request, project: Project, bots: tuple[Bot, ...], output: Output) -> None:
        """Put it together."""
        self.request = request
        self.project = project
        self.bots = bots
        self.output = output


class _Run:
    def __init__(self, output: Output, door: str | None, beside: str | None) -> None:
        self.output = output
        self.door = door
        self.beside = beside
        self.private_folder: str | None = None

    def command(self, argv: list[str]) -> int:
        from vigie.cli.arguments import parse

        request = parse(argv, flags=self.door == MONITOR_DOOR)
        if request.verb == "ship" and request.given("--request"):
            from vigie.cli.request_file import opened

            request, self.door, self.beside = opened(request)
        self._speak_as(request, None)
        if request.given("--version"):
            from vigie import __version__

            print(f"vigie {__version__}")  # noqa: T201
            return DONE
        if request.given("--help"):
            from vigie.cli.help import help_text

            self.output.plain(help_text(self.door, self.output.language))
            return DONE
        if request.verb == "demo":
            from vigie.cli import demo

            return demo.run(self.output)
        return self._in_project(request)

    def _in_project(self, request: Request) -> int:
        from vigie.settings import find_project, load, pick

        here = _current_folder()
        # a new folder inside another project is prepared itself, not the project above it
        beside = here if request.verb == "init" else self.beside
        root = find_project(request.value("--project"), os.environ, here, beside)
        self.private_folder = os.path.join(root, ".vigie")
        if request.verb == "init":
            from vigie.cli import init_command

            return init_command.run(root, self.output)
        if request.verb == "monitor":
            from vigie.cli.monitor import settings

            project = settings(root)
        else:
            project = load(root, os.environ)
        self._speak_as(request, project.language)
        self.output.single = len(project.bots) == 1
        return _command(Context(request, project, pick(project, request.names), self.output))

    def _speak_as(self, request: Request, chosen: str | None) -> None:
        choice = request.value("--lang") or chosen or early_choice(None, os.environ)
        quiet, as_json = request.given("--quiet"), request.given("--json")
        output = Output(language_of(choice, self.door, os.environ), quiet, as_json)
        self.output.__dict__.update(output.__dict__)


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        raise UsageProblem("cli.no-current-folder") from None


def _command(context: Context) -> int:
    """Call the verb's own file, and import no other."""
    verb = context.request.verb
    if verb == "check":
        from vigie.cli import check

        return check.run(context)
    if verb in ("start", "stop", "restart", "ensure"):
        from vigie.cli import act

        return act.run(context)
    if verb == "status":
        from vigie.cli import status

        return status.run(context)
    if verb == "monitor":
        from vigie.cli import monitor

        return monitor.run(context)
    if verb == "run":
        from vigie.cli import run

        return run.run(context)
    if verb == "reload":
        from vigie.cli import reload

        return reload.run(context)
    if verb == "ship":
        from vigie.cli import ship

        return ship.run(context)
    if verb == "releases":
        from vigie.cli import releases

        return releases.run(context)
    from vigie.cli import logs

    return logs.run(context)


def _peek(argv: list[str], option: str) -> str | None:
    """Return an option's value before the words have been understood, so that even a mistake is told well."""
    for place, word in enumerate(argv):
        if word == option and place + 1 < len(argv):
            return argv[place + 1]
        if word.startswith(f"{option}="):
            return word[len(option) + 1 :]
    return None
