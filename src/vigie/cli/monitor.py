"""``monitor``: watches in the foreground until Ctrl-C; leaving it leaves the bots running."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vigie.cli.journal import logged, quietly
from vigie.cli.teller import Teller
from vigie.problems import DONE
from vigie.runtime.monitor import monitor

if TYPE_CHECKING:
    from vigie.cli.main import Context


def run(context: Context) -> int:
    """Watch every bot of the project; exit 0 when asked to leave."""
    output, root = context.output, context.project.root
    with Teller(quietly(output.line)) as teller:
        monitor(context.project, logged(root, output, teller))
    if teller.stuck:
        # the end of the program would wait for the same reader
        os._exit(DONE)
    return DONE
