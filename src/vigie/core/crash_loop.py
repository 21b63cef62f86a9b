"""When to stop trying quickly: a rule over the list of deaths, and one over the restarts of a day."""

from __future__ import annotations

from dataclasses import replace

from vigie.core.backoff import jittered, pause_before_start, pause_in_slow_lane
from vigie.core.reasons import Reason
from vigie.core.spec import DAY, Spec
from vigie.core.states import Tally

REFUSED_PAUSE = 10.0
"""Seconds at most between two tries while something stands in the way: a look costs little, and nobody logs in."""


def after_death(tally: Tally, spec: Spec, now: float, luck: float) -> Tally:
    """Count one death, whatever its cause, and say when the next start is due.

    ``give_up_after`` deaths in a row without ``backoff_reset`` seconds online between them end the quick
    tries: from then on one try in the slow lane, for as long as nobody acts.
    """
    deaths = tally.deaths + 1
    if deaths >= spec.give_up_after:
        pause, waiting = pause_in_slow_lane(luck), Reason.GAVE_UP
    else:
        pause, waiting = pause_before_start(deaths, spec, luck), Reason.WAITING_BACKOFF
    if pause <= 0.0:
        return replace(tally, deaths=deaths, next_start_at=None, waiting=None, luck=luck)
    return replace(tally, deaths=deaths, next_start_at=now + pause, waiting=waiting, luck=luck)


def within_a_day(tally: Tally, now: float) -> tuple[float, ...]:
    """Return the moments of the automatic restarts that are less than a day old."""
    return tuple(moment for moment in tally.restarts if now - moment < DAY)


def may_restart(tally: Tally, spec: Spec, now: float) -> bool:
    """Tell whether another automatic restart stays within ``restarts_per_day``.

    The limit protects the bot's account: Discord resets the token after 1000 logins in a day.
    """
    return len(within_a_day(tally, now)) < spec.restarts_per_day


def room_at(tally: Tally, spec: Spec, now: float) -> float:
    """Return the moment from which the day has a start left: now, or when its oldest restart is a day old."""
    recent = within_a_day(tally, now)
    if len(recent) < spec.restarts_per_day:
        return now
    if not spec.restarts_per_day:
        return now + DAY  # there is never one: look again tomorrow
    return recent[len(recent) - spec.restarts_per_day] + DAY


def held_by_the_day(tally: Tally, spec: Spec, now: float) -> Tally:
    """Postpone the next start until the day's oldest restart is a day old."""
    # at least a second ahead: rounding must not make the postponed start due at once
    due = max(room_at(tally, spec, now), now + 1.0)
    return replace(tally, restarts=within_a_day(tally, now), next_start_at=due, waiting=Reason.DAILY_LIMIT)


def refused(tally: Tally, spec: Spec, now: float, luck: float) -> Tally:
    """Note that something stood in the way of a launch, which is no death of the bot's: another try soon.

    The pauses double as after deaths, up to ``REFUSED_PAUSE``: what is in the way for a moment only (a port that is
    just being closed) must not cost ten seconds.
    """
    # the second death is the first that waits
    pause = min(pause_before_start(tally.refusals + 2, spec, luck), jittered(REFUSED_PAUSE, luck))
    return replace(
        tally,
        refusals=tally.refusals + 1,
        next_start_at=now + pause,
        waiting=Reason.LAUNCH_REFUSED,
        luck=luck,
    )


def not_started(tally: Tally, ordered_at: float) -> Tally:
    """Take back the restart noted at ``ordered_at``: no process came of it."""
    return replace(tally, restarts=tuple(moment for moment in tally.restarts if moment != ordered_at))


def restarted(tally: Tally, now: float) -> Tally:
    """Note one automatic restart."""
    return replace(tally, restarts=(*within_a_day(tally, now), now))


def forgiven(tally: Tally) -> Tally:
    """Forget the deaths: a person acted, or the bot stayed online long enough."""
    return replace(hurried(tally), deaths=0, told=(), refusals=0)


def not_told(tally: Tally, reason: Reason) -> Tally:
    """Let ``reason`` be told again the next time it arises."""
    return replace(tally, told=tuple(told for told in tally.told if told is not reason))


def hurried(tally: Tally) -> Tally:
    """Skip the pause and forget nothing: the next start is due now, as far as the day allows."""
    return replace(tally, next_start_at=None, waiting=None)


def brought_forward(tally: Tally, moment: float) -> Tally:
    """Shorten the pause to end at ``moment``; a pause that ends before stays as it is."""
    due = tally.next_start_at
    return tally if due is None or due <= moment else replace(tally, next_start_at=moment)
