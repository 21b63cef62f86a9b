"""``init``: prepares a bot's folder, and says for each file what became of it."""

from __future__ import annotations

from vigie.cli.init import as_json, describe, initialise
from vigie.cli.output import Output
from vigie.problems import DONE


def run(root: str, output: Output) -> int:
    """Prepare ``root``; exit 0 when everything is there at the end."""
    created = initialise(root, output.language)
    if output.as_json:
        output.json(as_json(created))
        return DONE
    for tag, text in describe(created, output.language):
        output.said(tag, text)
    return DONE
