"""Whether the release on trial is kept or sent back.

A release is on trial from the first launch after it was shipped. It passes when the bot has been well for
``prove`` seconds without a break, from one good answer to another: silence proves nothing. It fails when the
process dies unasked, is ill, uses too much memory or never becomes ready. A bot that is restarted or stopped
on purpose neither passes nor fails; its window begins anew. A failed release is remembered; there is at most
one way back for each shipment, and the bot is not launched again before the switch back has ended.
"""

from __future__ import annotations

from dataclasses import replace

from vigie.core.spec import Spec
from vigie.core.states import Proof, Trial

SWITCH_LIMIT = 120.0
"""Seconds that a switch back may take before the bot is launched with whatever is on disk."""


def shipped(trial: Trial, release: str, way_back: bool, now: float) -> Trial:
    """Put ``release`` on trial from the next launch on, unless it has failed a trial before."""
    if release in trial.failed:
        return replace(_window_closed(trial), proof=Proof.NONE, release="", way_back=False)
    return replace(_window_closed(trial), proof=Proof.AWAITING, release=release, way_back=way_back, since=now)


def launching(trial: Trial, now: float) -> Trial:
    """Begin to prove the awaited release, or begin anew: its code is what runs from now on."""
    if trial.proof is Proof.AWAITING:
        return replace(_window_closed(trial), proof=Proof.PROVING, since=now)
    return seen_unwell(trial)


def seen_well(trial: Trial, now: float) -> Trial:
    """Note a good answer."""
    if trial.proof is not Proof.PROVING:
        return trial
    return replace(trial, well_since=now if trial.well_since is None else trial.well_since, well_at=now)


def seen_unwell(trial: Trial) -> Trial:
    """Note a bad answer, or another process: the window of health begins anew."""
    return _window_closed(trial) if trial.proof is Proof.PROVING else trial


def _window_closed(trial: Trial) -> Trial:
    return replace(trial, well_since=None, well_at=None)


def passes_at(trial: Trial, spec: Spec) -> float | None:
    """Return the moment from which a good answer passes the trial, or None when no window is open."""
    if trial.proof is not Proof.PROVING or trial.well_since is None:
        return None
    return trial.well_since + spec.prove


def has_passed(trial: Trial, spec: Spec) -> bool:
    """Tell whether the last good answer came ``prove`` seconds after the first one of the window."""
    passing = passes_at(trial, spec)
    return passing is not None and trial.well_at is not None and trial.well_at >= passing


def passed(trial: Trial) -> Trial:
    """Keep the release."""
    proven = trial.release
    return replace(_window_closed(trial), proof=Proof.NONE, proven=proven, release="", way_back=False)


def failed(trial: Trial, now: float) -> Trial:
    """Remember the release as bad, and wait for the switch back where there is one."""
    return replace(
        _window_closed(trial),
        proof=Proof.SWITCHING if trial.way_back else Proof.NONE,
        way_back=False,
        since=now,
        failed=(*trial.failed, trial.release),
    )


def switched_back(trial: Trial) -> Trial:
    """End the switch back: launching is free again."""
    return replace(trial, proof=Proof.NONE, release="") if trial.proof is Proof.SWITCHING else trial
