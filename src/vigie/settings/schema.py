"""THE table of settings: what can be set, within which limits, through which variable, and what else holds.

Everything that reads, explains or documents a setting goes by this table. The defaults of a bot are those
of ``core.spec.Spec``, those of ``[ship]`` of ``ShipSettings``. Durations are seconds, sizes bytes.
"""

from __future__ import annotations

from vigie.core.spec import Spec
from vigie.plain import Plain
from vigie.settings.project import ShipSettings

# Kinds: how a value is written and read. ``value.read`` knows one reader for each.
SECONDS = "seconds"
COUNT = "count"
SIZE = "size"
CHOICE = "choice"
SWITCH = "switch"
COMMAND = "command"
FOLDER = "folder"
HEALTH_URL = "health-url"
STATUS = "status"
SIGNALS = "signals"
EXIT_CODES = "exit-codes"
HOURS = "hours"
NAMES = "names"

SHORTEST = 0.01
"""Seconds. Nothing can be asked faster without being all that the machine does."""

DAY = 86_400
"""Seconds. Whoever writes more has probably written milliseconds."""

HEALTH_CHECK_URL = "HEALTH_CHECK_URL"
HEALTH_PORT = "HEALTH_PORT"
PORT = "PORT"


class Setting(Plain):
    """One setting.

    ``variables``: the environment variables that set it, strongest first. ``one_bot``: they can only speak to
    a bot that is alone in its project. ``low`` and ``high`` are allowed values themselves.
    """

    name: str
    kind: str
    default: object
    variables: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    one_bot: bool = False


_bot = Spec()
_ship = ShipSettings()

BOT: tuple[Setting, ...] = (
    Setting("command", COMMAND, _bot.command, ("BOT_COMMAND",), one_bot=True),
    Setting("directory", FOLDER, _bot.directory),
    Setting("health_url", HEALTH_URL, _bot.health_url, (HEALTH_CHECK_URL, HEALTH_PORT, PORT), one_bot=True),
    Setting("health_status", STATUS, _bot.health_status, (), 100, 599),
    Setting("check_interval", SECONDS, _bot.check_interval, ("CHECK_INTERVAL",), SHORTEST, DAY),
    Setting("check_timeout", SECONDS, _bot.check_timeout, ("CHECK_TIMEOUT",), SHORTEST, DAY),
    Setting("confirm_failures", COUNT, _bot.confirm_failures, (), 1, 1000),
    Setting("confirm_interval", SECONDS, _bot.confirm_interval, (), SHORTEST, DAY),
    Setting("start_grace", SECONDS, _bot.start_grace, ("START_GRACE",), SHORTEST, DAY),
    Setting("stop_timeout", SECONDS, _bot.stop_timeout, ("STOP_TIMEOUT",), SHORTEST, DAY),
    Setting("stop_signals", SIGNALS, _bot.stop_signals, (), 1, 8),
    Setting("restart", CHOICE, _bot.restart, choices=("always", "on-failure", "never")),
    # sysexits.h: 78 is EX_CONFIG, which no restart cures; 75 is EX_TEMPFAIL. 26 is Red-DiscordBot's "restart me".
    Setting("stay_down_codes", EXIT_CODES, _bot.stay_down_codes, (), 0, 2**32 - 1),
    Setting("restart_codes", EXIT_CODES, _bot.restart_codes, (), 0, 2**32 - 1),
    Setting("backoff_initial", SECONDS, _bot.backoff_initial, (), SHORTEST, DAY),
    Setting("backoff_max", SECONDS, _bot.backoff_max, (), SHORTEST, DAY),
    Setting("backoff_reset", SECONDS, _bot.backoff_reset, (), SHORTEST, 7 * DAY),
    Setting("give_up_after", COUNT, _bot.give_up_after, (), 1, 1000),
    Setting("restarts_per_day", COUNT, _bot.restarts_per_day, (), 1, 100_000),
    # Less than 1 MB is a number of megabytes whose unit was forgotten: the bot would be restarted for ever.
    Setting("max_memory", SIZE, _bot.max_memory, (), 1_000_000, 1 << 50),
    # A bot that is replaced more often than once a minute would be starting for most of its life.
    Setting("max_age", SECONDS, _bot.max_age, (), 60, 366 * DAY),
    Setting("restart_at", HOURS, _bot.restart_at),
    Setting("on_change", CHOICE, _bot.on_change, choices=("report", "restart")),
    Setting("after", NAMES, _bot.after),
    Setting("spare_children", NAMES, _bot.spare_children),
    Setting("log_max_size", SIZE, _bot.log_max_size, (), 1_000_000, 1 << 50),
    Setting("log_keep", COUNT, _bot.log_keep, (), 1, 1000),
)

SHIP: tuple[Setting, ...] = (
    Setting("restart", CHOICE, _ship.restart, choices=("if-down", "always", "never")),
    Setting("rollback", SWITCH, _ship.rollback),
    Setting("test", COMMAND, _ship.test),
    Setting("test_timeout", SECONDS, _ship.test_timeout, (), SHORTEST, DAY),
    Setting("prove", SECONDS, _ship.prove, (), SHORTEST, DAY),
    Setting("prove_deadline", SECONDS, _ship.prove_deadline, (), SHORTEST, DAY),
)

LANGUAGE = Setting("language", CHOICE, None, ("VIGIE_LANG",), choices=("fr", "en"))

START_SPACING = Setting("start_spacing", SECONDS, _bot.start_spacing, (), 0, 3600)

TOP: tuple[str, ...] = ("language", "start_spacing", "bot", "bots", "ship")
"""What may stand at the top of ``vigie.toml``: two settings and three tables."""
