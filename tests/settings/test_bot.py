"""One bot: which source wins, and where it is asked whether it is well."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.settings.projects import loaded, refused
from vigie.core.spec import Spec

TOML = "[bot]\ncheck_interval = 3"
ENV = "CHECK_INTERVAL=2"
ENVIRON = {"CHECK_INTERVAL": "1"}


@pytest.mark.parametrize(
    ("toml", "env", "environ", "interval"),
    [
        (TOML, ENV, ENVIRON, 1),
        (TOML, ENV, {"CHECK_INTERVAL": " "}, 2),
        (TOML, ENV, {}, 2),
        (TOML, "CHECK_INTERVAL=", {}, 3),
        (TOML, None, {}, 3),
        (None, None, {}, 30),
    ],
)
def test_the_stronger_source_wins(
    tmp_path: Path, toml: str | None, env: str | None, environ: dict[str, str], interval: float
) -> None:
    """Environment, then ``.env``, then ``vigie.toml``, then the default; blank counts as unset."""
    assert loaded(tmp_path, toml, env, environ).bots[0].spec.check_interval == interval


def test_without_any_file_everything_has_its_default(tmp_path: Path) -> None:
    """A bare folder is a project with one bot called ``bot``."""
    spec = loaded(tmp_path).bots[0].spec
    assert spec == Spec(command=(sys.executable, "start.py"), directory=str(tmp_path))


def test_every_setting_can_be_written_down(tmp_path: Path) -> None:
    """All of ``[bot]`` at once."""
    (tmp_path / "src").mkdir()
    toml = """
        start_spacing = 1
        [bots.other]
        health_url = "none"
        [bots.bot]
        command = ["node", "bot.js"]
        directory = "src"
        health_url = "tcp://127.0.0.1:9"
        health_status = "200-204"
        check_interval = 10
        check_timeout = 1.5
        confirm_failures = 2
        confirm_interval = 0.5
        start_grace = 20
        stop_timeout = 3
        stop_signals = ["SIGTERM"]
        restart = "on-failure"
        stay_down_codes = [2, 78]
        restart_codes = []
        backoff_initial = 2
        backoff_max = 4
        backoff_reset = 100
        give_up_after = 9
        restarts_per_day = 7
        max_memory = "1 GiB"
        max_age = 3600
        restart_at = "04:30"
        on_change = "restart"
        after = ["other"]
        spare_children = ["redis-server"]
        log_max_size = "20 MB"
        log_keep = 3
    """
    assert loaded(tmp_path, toml).bots[1].spec == Spec(
        name="bot",
        command=("node", "bot.js"),
        directory=str(tmp_path / "src"),
        health_url="tcp://127.0.0.1:9",
        health_status=((200, 204),),
        check_interval=10,
        check_timeout=1.5,
        confirm_failures=2,
        confirm_interval=0.5,
        start_grace=20,
        stop_timeout=3,
        stop_signals=("SIGTERM",),
        restart="on-failure",
        stay_down_codes=(2, 78),
        restart_codes=(),
        backoff_initial=2,
        backoff_max=4,
        backoff_reset=100,
        give_up_after=9,
        restarts_per_day=7,
        max_memory=2**30,
        max_age=3600,
        restart_at=("04:30",),
        on_change="restart",
        after=("other",),
        start_spacing=1,
        spare_children=("redis-server",),
        log_max_size=20_000_000,
        log_keep=3,
    )


def test_every_variable_of_the_contract_is_heard(tmp_path: Path) -> None:
    """All of them at once, from the environment."""
    environ = {
        "BOT_COMMAND": "node bot.js",
        "HEALTH_CHECK_URL": "http://127.0.0.1:1/up",
        "CHECK_INTERVAL": "10",
        "CHECK_TIMEOUT": "1.5",
        "START_GRACE": "20",
        "STOP_TIMEOUT": "3",
    }
    spec = loaded(tmp_path, environ=environ).bots[0].spec
    assert spec.command == ("node", "bot.js")
    assert spec.health_url == "http://127.0.0.1:1/up"
    assert (spec.check_interval, spec.check_timeout, spec.start_grace, spec.stop_timeout) == (10, 1.5, 20, 3)


DEFAULT = "http://localhost:8003/health"
IN_TOML = "[bot]\nhealth_url = 'http://localhost:1/toml'"


@pytest.mark.parametrize(
    ("toml", "env", "environ", "url"),
    [
        (None, None, {}, DEFAULT),
        (None, "PORT=9", {}, "http://localhost:9/health"),
        (None, "HEALTH_PORT=9", {}, "http://localhost:9/health"),
        (None, "HEALTH_PORT=9\nPORT=8", {}, "http://localhost:9/health"),
        (None, None, {"PORT": "9"}, DEFAULT),
        (None, "PORT=9", {"PORT": "8"}, "http://localhost:9/health"),
        (None, "PORT=", {"PORT": "8"}, DEFAULT),
        (None, None, {"HEALTH_PORT": "9"}, "http://localhost:9/health"),
        (None, "HEALTH_PORT=8\nPORT=7", {"HEALTH_PORT": "9"}, "http://localhost:9/health"),
        (
            None,
            "HEALTH_CHECK_URL=http://localhost:2/env\nPORT=9\nHEALTH_PORT=8",
            {},
            "http://localhost:2/env",
        ),
        (None, "HEALTH_CHECK_URL=http://localhost:2/env", {"HEALTH_PORT": "9"}, "http://localhost:9/env"),
        (None, "HEALTH_PORT=8", {"HEALTH_CHECK_URL": "http://localhost:3/out"}, "http://localhost:3/out"),
        (None, None, {"HEALTH_CHECK_URL": "http://h:3/out", "HEALTH_PORT": "9"}, "http://h:3/out"),
        (IN_TOML, None, {}, "http://localhost:1/toml"),
        (IN_TOML, "PORT=9", {}, "http://localhost:9/toml"),
        (IN_TOML, None, {"HEALTH_PORT": "9"}, "http://localhost:9/toml"),
        (IN_TOML, "HEALTH_CHECK_URL=none", {}, "none"),
        ("[bot]\nhealth_url = 'none'", "PORT=9", {"HEALTH_PORT": "8"}, "none"),
        ("[bots.a]", "PORT=9", {}, "http://localhost:9/health"),
    ],
)
def test_where_the_bot_is_asked(
    tmp_path: Path, toml: str | None, env: str | None, environ: dict[str, str], url: str
) -> None:
    """A stronger source moves the port of a weaker one's address; ``PORT`` counts in the ``.env`` only."""
    assert loaded(tmp_path, toml, env, environ).bots[0].spec.health_url == url


@pytest.mark.parametrize(
    ("env", "environ", "words"),
    [
        (
            "A=1\nPORT=abc",
            {},
            [".env, line 2, variable PORT", "the port of health_url is 'abc'", "1 to 65535"],
        ),
        ("HEALTH_PORT=0", {}, [".env, line 1, variable HEALTH_PORT", "'0'"]),
        (None, {"HEALTH_PORT": "70000"}, ["Environment variable HEALTH_PORT", "'70000'"]),
        (
            "A=1\n\nCHECK_INTERVAL=abc",
            {},
            [".env, line 3, variable CHECK_INTERVAL", "check_interval is 'abc'"],
        ),
        (
            None,
            {"CHECK_INTERVAL": "abc"},
            ["Environment variable CHECK_INTERVAL", "is 'abc'", "0.01 to 86400"],
        ),
        (None, {"BOT_COMMAND": "python 's3cr3t"}, ["Environment variable BOT_COMMAND", "never closed"]),
        ("HEALTH_CHECK_URL=http://u:s3cr3t@h/", {}, ["line 1, variable HEALTH_CHECK_URL", "password"]),
        ("T=s3cr3t\nCHECK_INTERVAL=${T}", {}, ["line 2", "'${T}'"]),
        ("T=s3cr3t\nHEALTH_CHECK_URL=http://h:${T}/", {}, ["line 2", "put together"]),
        ("CHECK_INTERVAL='30\nTOKEN=s3cr3t'", {}, ["line 1", "'30'..."]),
        (None, {"VIGIE_LANG": "klingon"}, ["VIGIE_LANG", "language", "'klingon'", "fr, en"]),
    ],
)
def test_a_wrong_variable_is_named_with_its_place(
    tmp_path: Path, env: str | None, environ: dict[str, str], words: list[str]
) -> None:
    """Variable, file and line, what was found and what is allowed; never a neighbour's value."""
    text = refused(tmp_path, env=env, environ=environ)
    assert all(word in text for word in words), text
    assert "s3cr3t" not in text


@pytest.mark.parametrize(
    ("toml", "line", "words"),
    [
        ("[bot]\ncheck_interval = 'abc'", 2, ["bot.check_interval is 'abc'", "0.01 to 86400"]),
        ("\n[bots.a]\ncheck_timeout = 0", 3, ["bots.a.check_timeout is 0"]),
        ("[bot]\ncheck_timeout = nan", 2, ["is nan"]),
        ("[bot]\nmax_memory = 512", 2, ["is 512", "1 MB"]),
        ("[bot]\nlog_max_size = 10", 2, ["log_max_size is 10", "1 MB"]),
        ("[bot]\nlog_keep = 0", 2, ["log_keep is 0", "1 to 1000"]),
        ("[bot]\ndirectory = 'nowhere'", 2, ["nowhere", "existing folder"]),
        ("[bot]\ndirectory = 'vigie.toml'", 2, ["no existing folder"]),
        ('[bot]\ndirectory = "C:\\temp"', 2, ["single quotes"]),
        ("[bot]\nbackoff_max = 2\nbackoff_initial = 3", 2, ["bot.backoff_max is 2", "backoff_initial, 3"]),
        ("[bot]\nbackoff_initial = 61", 2, ["bot.backoff_initial is 61", "backoff_max, 60"]),
        ("[ship]\nrestart = 'maybe'", 2, ["ship.restart is 'maybe'", "if-down, always, never"]),
        ("[ship]\nrollback = 'yes'", 2, ["ship.rollback is 'yes'", "true, false"]),
        ("language = 'de'", 1, ["language is 'de'", "fr, en"]),
    ],
)
def test_a_wrong_value_in_the_file_is_named_with_its_line(
    tmp_path: Path, toml: str, line: int, words: list[str]
) -> None:
    """File, line, setting, what was found and what is allowed."""
    text = refused(tmp_path, toml)
    assert f"vigie.toml, line {line}:" in text
    assert all(word in text for word in words), text


def test_a_wrong_value_that_a_stronger_one_covers_does_no_harm(tmp_path: Path) -> None:
    """Only the value that would be used is looked at."""
    assert loaded(tmp_path, "[bot]\ncheck_interval = 'abc'", environ=ENVIRON).bots[0].spec.check_interval == 1


def test_directory_is_seen_from_the_project(tmp_path: Path) -> None:
    """Relative to the project's folder, absolute, or from the home folder."""
    (tmp_path / "bot").mkdir()
    for written, meant in (
        ("bot", tmp_path / "bot"),
        ("./bot/..", tmp_path),
        (str(tmp_path / "bot"), tmp_path / "bot"),
    ):
        assert loaded(tmp_path, f"[bot]\ndirectory = '{written}'").bots[0].spec.directory == str(meant)
    assert loaded(tmp_path, "[bot]\ndirectory = '~'").bots[0].spec.directory == os.path.expanduser("~")


def test_a_missing_start_script_is_not_a_wrong_setting(tmp_path: Path) -> None:
    """``check`` and ``status`` do without a program that exists; the launch will tell."""
    assert loaded(tmp_path, "[bot]\ncommand = 'no-such-program'").bots[0].spec.command == ("no-such-program",)


@pytest.mark.parametrize(
    "name", ["my bot", "l'été à Noël", 'say "hi"' if os.name != "nt" else "say hi", "x" * 200, "#{$}%"]
)
def test_folders_of_every_name(tmp_path: Path, name: str) -> None:
    """Spaces, accents, quotes and 200 letters in a path are only letters."""
    root = tmp_path / name
    (root / name).mkdir(parents=True)
    project = loaded(
        root, f'[bot]\ndirectory = """{name} """'.replace(' """', '"""') if '"' not in name else "", "PORT=9"
    )
    assert project.root == str(root)
    assert project.bots[0].spec.health_url == "http://localhost:9/health"
    assert str(root) in refused(root, "[bot]\nx = 1")
