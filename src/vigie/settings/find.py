"""Which folder is the project."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vigie.problems import UsageProblem
from vigie.settings.project import CONFIG_NAME

PROJECT_VARIABLE = "VIGIE_PROJECT"


def find_project(chosen: str | None, environ: Mapping[str, str], cwd: str, beside: str | None = None) -> str:
    """Return the project's absolute path.

    In order: ``chosen`` (``--project``), ``VIGIE_PROJECT``, ``beside`` (the folder that ``bot_monitor.py``
    lies in), the nearest folder from ``cwd`` upwards that holds a ``vigie.toml``, else ``cwd``. Relative
    paths are seen from ``cwd``, ``~`` is the home folder, an empty variable counts as unset.

    Raises ``UsageProblem`` when the folder asked for by option or variable does not exist.
    """
    if chosen is not None:
        return _existing(chosen, cwd, "settings.by-option")
    variable = environ.get(PROJECT_VARIABLE, "")
    if variable.strip():
        return _existing(variable, cwd, "settings.by-variable")
    if beside is not None:
        return os.path.abspath(os.path.join(cwd, beside))
    here = os.path.abspath(cwd)
    return _nearest_configured(here) or here


def _nearest_configured(folder: str) -> str | None:
    while not os.path.lexists(os.path.join(folder, CONFIG_NAME)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _existing(folder: str, cwd: str, source: str) -> str:
    path = os.path.abspath(os.path.join(cwd, os.path.expanduser(folder)))
    if folder and os.path.isdir(path):
        return path
    from vigie.messages import Phrase

    raise UsageProblem(
        "settings.no-project-folder",
        source=Phrase(source, variable=PROJECT_VARIABLE),
        folder=repr(folder),
        problem=Phrase("settings.not-a-folder" if os.path.lexists(path) and folder else "settings.missing"),
    )
