"""``monitor``: watches in the foreground until Ctrl-C; leaving it leaves the bots running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.cli.journal import logged
from vigie.problems import DONE
from vigie.runtime.monitor import monitor

if TYPE_CHECKING:
    from vigie.cli.main import Context


def run(context: Context) -> int:
    """Watch every bot of the project; exit 0 when asked to leave."""
    output = context.output
    monitor(context.project, logged(context.project.root, output, output.line))
    return DONE
