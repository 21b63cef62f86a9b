"""A project written down for a test, and what a person is told when it is wrong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from vigie.messages import ENGLISH, LANGUAGES, say
from vigie.problems import USAGE, UsageProblem
from vigie.settings import Project, load


def write(folder: Path, toml: str | bytes | None = None, env: str | bytes | None = None) -> Path:
    """Write ``vigie.toml`` and ``.env`` into ``folder``, byte for byte, and return it."""
    for name, content in (("vigie.toml", toml), (".env", env)):
        if content is not None:
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(raw)
    return folder


def loaded(
    folder: Path,
    toml: str | bytes | None = None,
    env: str | bytes | None = None,
    environ: Mapping[str, str] | None = None,
) -> Project:
    """Write the project down and read it."""
    return load(os.fspath(write(folder, toml, env)), environ or {})


def told(problem: UsageProblem) -> str:
    """Return what a person reads in English, sentence and hint; French must be sayable too."""
    assert problem.exit_code == USAGE
    keys = (problem.key, f"{problem.key}.hint")
    said = {
        language: "\n".join(say(language, key, **problem.values) for key in keys) for language in LANGUAGES
    }
    assert not any("Phrase(" in text for text in said.values())
    return said[ENGLISH]


def refused(
    folder: Path,
    toml: str | bytes | None = None,
    env: str | bytes | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Return what a person is told about a project that cannot be read."""
    with pytest.raises(UsageProblem) as caught:
        loaded(folder, toml, env, environ)
    return told(caught.value)
