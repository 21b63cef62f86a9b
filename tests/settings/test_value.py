"""How each kind of setting is read, from TOML and from the text of a variable."""

from __future__ import annotations

import datetime

import pytest

from vigie.settings import schema, value
from vigie.settings.origin import NotAllowedError
from vigie.settings.schema import Setting

SETTINGS = {setting.name: setting for setting in (*schema.BOT, schema.LANGUAGE, schema.START_SPACING)}
SETTINGS |= {f"ship.{setting.name}": setting for setting in schema.SHIP}


def read(name: str, found: object, is_text: bool = False) -> object:
    """Return what ``found`` means for the setting called ``name``."""
    return value.read(SETTINGS[name], found, is_text)


@pytest.mark.parametrize(
    ("name", "found", "is_text", "meant"),
    [
        ("check_interval", 3, False, 3.0),
        ("check_interval", 2.5, False, 2.5),
        ("check_interval", "2.5", True, 2.5),
        ("check_interval", " 30 ", True, 30.0),
        ("check_timeout", 0.01, False, 0.01),
        ("check_timeout", 86_400, False, 86_400.0),
        ("backoff_reset", 604_800, False, 604_800.0),
        ("give_up_after", 1, False, 1),
        ("give_up_after", "7", True, 7),
        ("max_memory", "512 MB", False, 512_000_000),
        ("max_memory", 1 << 20, False, 1 << 20),
        ("log_max_size", "1 MB", False, 1_000_000),
        ("max_memory", "None", False, None),
        ("on_change", "Restart", False, "restart"),
        ("ship.restart", "if-down", False, "if-down"),
        ("ship.rollback", True, False, True),
        ("ship.rollback", False, False, False),
        ("restart", "On-Failure", False, "on-failure"),
        ("stop_signals", ["sigterm", "INT"], False, ("SIGTERM", "SIGINT")),
        ("stop_signals", "SIGTERM", False, ("SIGTERM",)),
        ("stay_down_codes", [78, 2, 78], False, (78, 2)),
        ("stay_down_codes", [], False, ()),
        ("restart_codes", 26, False, (26,)),
        ("max_age", 86_400, False, 86_400.0),
        ("restart_at", "4:30", False, ("04:30",)),
        ("restart_at", ["16:00", "04:00", "16:00"], False, ("04:00", "16:00")),
        ("after", "database", False, ("database",)),
        ("after", [], False, ()),
        ("spare_children", ["redis-server", "worker.py"], False, ("redis-server", "worker.py")),
        ("start_spacing", 5, False, 5.0),
        ("language", " FR ", True, "fr"),
        ("health_status", [200, "300-399"], False, ((200, 200), (300, 399))),
        ("directory", "my bot", False, "my bot"),
        ("command", "python -u x", True, ("python", "-u", "x")),
        ("health_url", "NONE", False, "none"),
    ],
)
def test_an_allowed_value_is_read(name: str, found: object, is_text: bool, meant: object) -> None:
    """What the contract allows comes out as the core wants it."""
    got = read(name, found, is_text)
    assert got == meant
    assert type(got) is type(meant)


TODAY = datetime.date(2026, 2, 8)

WRONG: dict[tuple[str, bool], list[object]] = {
    ("check_interval", False): [
        0,
        -1,
        0.009,
        86_401,
        float("nan"),
        float("inf"),
        10**400,
        True,
        "30",
        None,
        [30],
        TODAY,
    ],
    ("check_interval", True): ["", "30s", "1_0", "nan", "inf", "-inf", "1e999", "2,5", "0"],
    ("give_up_after", False): [0, -1, 2.0, True, "5", 10**9],
    ("give_up_after", True): ["2.0", "1_0", "x", "9" * 400],
    ("max_memory", False): [512, 0, -1, True, 1e9, "much", "512", "2 KiB", "9999999 TB", [1]],
    ("on_change", False): ["never", "", 1, True, ["restart"]],
    ("restart", False): ["if-down", "", True, None],
    ("stop_signals", False): [[], "SIGKILL", ["SIGSTOP"], 15, [["SIGINT"]], None, True],
    ("stay_down_codes", False): [-1, 2**32, True, "78", [1.0], [[78]], None, list(range(101))],
    ("max_age", False): [59.9, "1d", True, None],
    ("restart_at", False): ["24:00", "4h", "04:60", "", 4, ["04:30", None], "04:30:00", "٠٤:٣٠"],
    ("after", False): [3, [""], ["a\nb"], None, [["a"]]],
    ("start_spacing", False): [-1, 3601, "5", None, True],
    ("ship.rollback", False): ["true", 1, 0, None],
    ("language", True): ["de", "french", "fr_FR"],
    ("health_status", False): [99, 600, "299-200", [], "all"],
    ("directory", False): ["", 3, ["."], "C:\temp"],
}


@pytest.mark.parametrize(
    ("name", "is_text", "found"),
    [(name, is_text, found) for (name, is_text), wrongs in WRONG.items() for found in wrongs],
)
def test_anything_else_is_refused(name: str, is_text: bool, found: object) -> None:
    """Wrong type, out of range, not a number, not a choice."""
    with pytest.raises(NotAllowedError):
        read(name, found, is_text)


def test_the_limits_themselves_are_allowed() -> None:
    """Both ends of every range are inside it."""
    for setting in SETTINGS.values():
        if setting.kind in (schema.SECONDS, schema.COUNT):
            for limit in (setting.low, setting.high):
                assert value.read(setting, limit, False) == limit


def test_a_kind_that_nobody_reads_is_a_defect() -> None:
    """A new kind without a reader is noticed at once."""
    with pytest.raises(AssertionError):
        value.read(Setting("new", "unheard-of", None), 1, False)
