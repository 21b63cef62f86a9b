"""What the machines run is what a person runs, with no more rights than that takes."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEST_COMMAND = "python tasks.py test"


def read(*path: str) -> str:
    """Return a file of the repository."""
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


@pytest.fixture
def workflow() -> dict[Any, Any]:
    """The workflow as data."""
    found: dict[Any, Any] = yaml.safe_load(read(".github", "workflows", "ci.yml"))
    return found


def test_every_system_runs_the_oldest_and_the_newest_python(workflow: dict[Any, Any]) -> None:
    """Three systems, the two ends of the versions that the package says it supports."""
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    supported = re.findall(r"Python :: (3\.\d+)", read("pyproject.toml"))
    assert matrix["python"] == [supported[0], supported[-1]]
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "windows", "macos"}


def test_it_runs_the_command_of_the_readme(workflow: dict[Any, Any]) -> None:
    """One way to run the tests: GitHub, ``.ci/run`` and a person use the same words."""
    assert workflow["jobs"]["test"]["steps"][-1]["run"] == TEST_COMMAND
    assert read(".ci", "run").splitlines()[-1] == f"exec {TEST_COMMAND.replace('python', 'python3', 1)}"


def test_it_may_only_read(workflow: dict[Any, Any]) -> None:
    """No job may write to the repository, nor keeps a token where a test could find it."""
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert "permissions" not in job
        assert job["timeout-minutes"] <= 30
        checkout = job["steps"][0]
        assert checkout["uses"].startswith("actions/checkout@")
        assert checkout["with"]["persist-credentials"] is False


def test_every_action_is_pinned_to_a_major_version(workflow: dict[Any, Any]) -> None:
    """``@v4``, not a branch."""
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_the_script_of_the_machines_can_be_run() -> None:
    """It is executable, and a script of bash."""
    assert os.access(os.path.join(ROOT, ".ci", "run"), os.X_OK)
    assert read(".ci", "run").startswith("#!/usr/bin/env bash\n")
