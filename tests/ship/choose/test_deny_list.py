"""What is never committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.ship.choose.deny_list import DenyList, generated


@pytest.fixture
def denied(tmp_path: Path) -> DenyList:
    """Return the rules for a project at the top of its repository."""
    return DenyList(str(tmp_path), "")


@pytest.mark.parametrize(
    "path",
    [
        "bot.log",
        "deep/down/BOT.LOG",
        "bot.log.1",
        "__pycache__/bot.cpython-311.pyc",
        "pkg/__pycache__/x.pyc",
        ".env",
        ".ENV",
        "deploy/.env",
        ".env.local",
        ".env.production",
        ".venv/bin/python",
        "venv/lib/x.py",
        "env/lib/x.py",
        "tools/.venv/x",
        "bot_status.json",
        "bot_status.json.tmp",
        ".bot_status.json.x7",
        "logs/bot.log",
        "logs/.gitkeep",
        ".vigie/history.db",
    ],
)
def test_never(denied: DenyList, path: str) -> None:
    """The contract's list: logs, caches, secrets, virtual environments, our own files."""
    assert denied.denies(path, by_name=True)


@pytest.mark.parametrize(
    "path",
    [
        "bot.py",
        "catalog",
        "blog.py",
        "x.logs",
        ".env.example",
        ".env.sample",
        ".env.template",
        ".env.production.example",
        ".envrc",
        "environment.yml",
        "data/bot_status.json",
        "data/logs/x.txt",
        "src/env.py",
        "venv.md",
        "vigie.toml",
    ],
)
def test_fine(denied: DenyList, path: str) -> None:
    """Names that only look alike are the person's."""
    assert not denied.denies(path, by_name=True)


def test_a_virtual_environment_of_any_name_is_recognised(denied: DenyList, tmp_path: Path) -> None:
    """The file that every virtual environment holds tells, at any depth, for files that git knows too."""
    (tmp_path / "tools" / "python312").mkdir(parents=True)
    (tmp_path / "tools" / "python312" / "pyvenv.cfg").touch()
    assert denied.denies("tools/python312/lib/site-packages/x.py", by_name=False)
    assert not denied.denies("tools/x.py", by_name=False)


def test_a_package_called_env_is_fine_once_git_knows_it(denied: DenyList) -> None:
    """A folder's name alone does not hold back what is already shared."""
    assert not denied.denies("env/settings.py", by_name=False)


def test_a_project_that_is_its_own_virtual_environment_can_still_be_committed(tmp_path: Path) -> None:
    """``python -m venv .`` in the project must not hide everything."""
    (tmp_path / "bots").mkdir()
    (tmp_path / "pyvenv.cfg").touch()
    (tmp_path / "bots" / "pyvenv.cfg").touch()
    assert not DenyList(str(tmp_path), "").denies("start.py", by_name=True)
    assert not DenyList(str(tmp_path), "bots/").denies("bots/start.py", by_name=True)


def test_our_files_are_those_of_the_project_folder(tmp_path: Path) -> None:
    """In a bigger repository another project's ``logs`` is not ours to judge."""
    denied = DenyList(str(tmp_path), "bots/one/")
    assert denied.denies("bots/one/logs/x", by_name=True)
    assert denied.denies("bots/one/bot_status.json", by_name=True)
    assert not denied.denies("logs/x", by_name=True)
    assert not denied.denies("bots/one/app/logs/x", by_name=True)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("Bot.DB", "Bot.DB"),
        ("data/users.sqlite", "data/users.sqlite"),
        ("data/users.db-shm", "data/users.db-shm"),
        ("a/.pytest_cache/v/x", "a/.pytest_cache/"),
        ("bot.egg-info/PKG-INFO", "bot.egg-info/"),
        ("web/node_modules/x/index.js", "web/node_modules/"),
        (".coverage.host.123", ".coverage.host.123"),
        ("notes.txt~", "notes.txt~"),
    ],
)
def test_what_programs_write_is_known_by_its_name(path: str, what: str) -> None:
    """The file, or the whole folder, which is named once."""
    assert generated(path) == what


@pytest.mark.parametrize(
    "path",
    ["db.py", "session.py", "sessions/a.py", "coverage.py", "data/db/schema.sql", "pid.py", "a.dbx", "x.py"],
)
def test_sources_with_such_words_in_their_names_are_fine(path: str) -> None:
    """Only the ending tells."""
    assert generated(path) is None
