"""The files that ``vigie init`` and ``vigie demo`` copy, as they lie in the package."""

from __future__ import annotations

import os

from vigie.problems import Failure

TEMPLATES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
SOURCE_CHECKOUT = os.path.abspath(os.path.join(TEMPLATES, *[os.pardir] * 4))
"""The repository's root, where the two doors and ``examples/`` lie when vigie runs from its sources. A wheel
has them among the templates under the same names (pyproject.toml, ``force-include``), so each exists once."""


def read_template(name: str) -> bytes:
    """Return the content of the template ``name``; raises ``Failure`` when vigie was installed without it."""
    for folder in (TEMPLATES, SOURCE_CHECKOUT):
        try:
            with open(os.path.join(folder, name), "rb") as file:
                return file.read()
        except OSError:
            continue
    raise Failure("init.incomplete-install", name=name, folder=TEMPLATES)
