"""READS what a person asked for: environment, ``.env`` and ``vigie.toml`` -> core values.

The rules are CONTRACT.md's, section "Where and with which settings"; the table of all settings is
``schema``. Whatever is wrong is a ``UsageProblem`` (exit 2) that names the file, the line or the variable,
the setting, what was found and what is allowed. The command line itself is read in ``cli``, which
overrides what is found here.
"""

from __future__ import annotations

from vigie.settings.find import find_project
from vigie.settings.load import load
from vigie.settings.project import Bot, Project, Secrets, ShipSettings, pick

__all__ = ["Bot", "Project", "Secrets", "ShipSettings", "find_project", "load", "pick"]
