"""Runs the project's own test on exactly what is to be committed, in a folder apart."""

from __future__ import annotations

import os

from vigie.ship.apart.repository import open_apart
from vigie.ship.proof.preflight import bots_python, run_test
from vigie.ship.run import Run


def test_commit(run: Run, tree: str, folder: str) -> None:
    """Run ``[ship] test`` on ``tree``; raises ``Refusal`` ``preflight.test-...`` unless it succeeds."""
    request = run.request
    with open_apart(run.plan.git, run.plan.repository, folder) as apart:
        apart.checkout(tree)
        run_test(
            request.test,
            os.path.normpath(os.path.join(apart.work, run.plan.repository.prefix)),
            os.environ,
            request.test_timeout,
            run.tell_line,
            python=bots_python(request.programs, request.root),
            masked=request.own.values(),
            clock=run.clock,
        )
