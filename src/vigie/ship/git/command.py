"""The only place that runs git. Questions and acts are two different things.

A question takes no lock that an editor's git might want. An act may run the person's hooks and must not
carry such options, since git hands them on to hooks through the environment. For the same reason
there is no ``--literal-pathspecs`` (a hook's ``git diff -- '*.py'`` would find nothing any more): file
names are never given to git as arguments, where they would be patterns, but on standard input to commands
that take them literally.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from copy import copy

from vigie.problems import Failure
from vigie.ship.display import printable, reason
from vigie.ship.git import process_group
from vigie.ship.git.environment import cleaned
from vigie.ship.git.process_group import Outcome
from vigie.ship.git.program import find_git

LOCAL_DEADLINE = 60.0
"""Seconds for a question to the local repository; a big one on a cold disk takes several."""

_QUIETLY = ("--no-pager", "-c", "credential.interactive=false")
_QUESTION = ("--no-optional-locks",)


class Git:
    """git, run in one folder."""

    def __init__(self, directory: str, environ: Mapping[str, str] | None = None) -> None:
        """Find git for ``directory``; raises ``Failure`` ``ship.git-missing``."""
        environ = os.environ if environ is None else environ
        self.directory = directory
        self.environment = cleaned(environ)
        self._program = find_git(environ, directory)

    def at(self, directory: str) -> Git:
        """Return the same git for another folder."""
        other = copy(self)
        other.directory = directory
        return other

    def query(self, *arguments: str, stdin: bytes = b"", index: str | None = None) -> Outcome:
        """Ask, whatever the answer's exit code; raises ``Failure`` when git cannot run or never answers."""
        outcome = self._run((*_QUESTION, *arguments), LOCAL_DEADLINE, stdin, _index(index))
        if outcome.code is None:
            raise Failure("ship.git-silent", verb=arguments[0], seconds=LOCAL_DEADLINE)
        if outcome.cut:
            raise Failure("ship.output-too-large", verb=arguments[0])
        return outcome

    def ask(self, *arguments: str, stdin: bytes = b"", index: str | None = None) -> bytes:
        """Ask and return the answer; raises ``Failure`` ``ship.git-failed`` for any exit code but 0."""
        outcome = self.query(*arguments, stdin=stdin, index=index)
        if outcome.code != 0:
            raise failed(arguments[0], outcome)
        return outcome.out

    def act(
        self,
        *arguments: str,
        deadline: float,
        stdin: bytes = b"",
        index: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Do something that may run hooks or the network, within ``deadline`` seconds."""
        return self._run(arguments, deadline, stdin, {**_index(index), **(variables or {})})

    def _run(
        self, arguments: tuple[str, ...], deadline: float, stdin: bytes, variables: Mapping[str, str]
    ) -> Outcome:
        command = (self._program, *_QUIETLY, *arguments)
        try:
            return process_group.run(
                command, self.directory, {**self.environment, **variables}, stdin, deadline
            )
        except OSError as error:
            raise Failure(
                "ship.git-not-started", directory=printable(self.directory), detail=str(error.strerror)
            ) from error


def failed(verb: str, outcome: Outcome) -> Failure:
    """Return the problem that tells of a git command that failed and of what it said."""
    return Failure("ship.git-failed", verb=verb, code=outcome.code, detail=reason(outcome.err))


def _index(path: str | None) -> dict[str, str]:
    return {} if path is None else {"GIT_INDEX_FILE": path}
