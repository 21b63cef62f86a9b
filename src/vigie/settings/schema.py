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
    Setting("backoff_initial", SECONDS, _bot.backoff_initial, (), SHORTEST, DAY),
    Setting("backoff_max", SECONDS, _bot.backoff_max, (), SHORTEST, DAY),
    Setting("backoff_reset", SECONDS, _bot.backoff_reset, (), SHORTEST, 7 * DAY),
    Setting("give_up_after", COUNT, _bot.give_up_after, (), 1, 1000),
    Setting("restarts_per_day", COUNT, _bot.restarts_per_day, (), 1, 100_000),
    # Less than 1 MiB is a number of megabytes whose unit was forgotten: the bot would be restarted for ever.
    Setting("max_memory", SIZE, _bot.max_memory, (), 1 << 20, 1 << 50),
    Setting("on_change", CHOICE, _bot.on_change, choices=("report", "restart")),
    Setting("log_max_size", SIZE, _bot.log_max_size, (), 1 << 20, 1 << 50),
    Setting("log_keep", COUNT, _bot.log_keep, (), 1, 1000),
)

SHIP: tuple[Setting, ...] = (
    Setting("restart", CHOICE, _ship.restart, choices=("if-down", "always", "never")),
    Setting("rollback", SWITCH, _ship.rollback),
)

LANGUAGE = Setting("language", CHOICE, None, ("VIGIE_LANG",), choices=("fr", "en"))

TOP: tuple[str, ...] = ("language", "bot", "bots", "ship")
"""What may stand at the top of ``vigie.toml``: one setting and three tables."""
