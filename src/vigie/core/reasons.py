"""Every reason a decision can give. Each has a sentence ``reason.<value>`` in both languages."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Why an order was given or why a bot is in the state it is in."""

    # what a person, or a verb acting for one, wanted
    ASKED_START = "asked-start"
    ASKED_STOP = "asked-stop"
    ASKED_RESTART = "asked-restart"
    ASKED_ENSURE = "asked-ensure"
    MONITOR_STARTED = "monitor-started"
    SHIPPED = "shipped"
    CODE_CHANGED = "code-changed"
    SETTINGS_CHANGED = "settings-changed"
    MAX_AGE = "max-age"
    RESTART_HOUR = "restart-hour"

    # what befell the bot
    CRASHED = "crashed"
    HUNG = "hung"
    NEVER_READY = "never-ready"
    LAUNCH_FAILED = "launch-failed"
    LAUNCH_REFUSED = "launch-refused"
    MEMORY_EXCEEDED = "memory-exceeded"
    RESTART_WANTED = "restart-wanted"
    STAYS_DOWN = "stays-down"
    FINISHED = "finished"
    NOT_RESTARTED = "not-restarted"

    # what follows from policy
    WAITING_BACKOFF = "waiting-backoff"
    GAVE_UP = "gave-up"
    DAILY_LIMIT = "daily-limit"
    STOP_TIMEOUT = "stop-timeout"
    LEFTOVERS = "leftovers"
    STARTING = "starting"
    ROUTINE = "routine"
    CONFIRMING = "confirming"
    ADOPTED = "adopted"
    HEALTHY = "healthy"
    STARTED = "started"
    STOPPED = "stopped"
    TRIAL_FAILED = "trial-failed"
    TRIAL_PASSED = "trial-passed"
