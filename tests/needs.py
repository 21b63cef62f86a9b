"""Tools a test cannot do without: skipped on a person's machine, a failure on CI, where all must be there."""

from __future__ import annotations

import os
import shutil

import pytest


def on_ci() -> bool:
    """Whether the run must not skip anything for want of a tool (``CI=true``)."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def need_tool(name: str) -> str:
    """Return the path of the program ``name``; without it the test is skipped, and on CI it fails."""
    path = shutil.which(name)
    if path is not None:
        return path
    missing = f"{name} is not installed here"
    if on_ci():
        pytest.fail(f"{missing}, and CI must run every test")
    pytest.skip(missing)
