"""Whether the release on trial is kept or sent back.

A release is on trial from the first launch after it was shipped. It passes when the bot has been well for
``prove`` seconds without a break. It fails when the process dies unasked, is ill or never becomes ready.
A failed release is remembered; there is at most one way back for each shipment, and the bot is not launched
again before the switch back has ended.
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
        return replace(trial, proof=Proof.NONE, release="", way_back=False, well_since=None)
    return replace(
        trial, proof=Proof.AWAITING, release=release, way_back=way_back, since=now, well_since=None
    )


def launching(trial: Trial, now: float) -> Trial:
    """Begin to prove the awaited release, or begin anew: its code is what runs from now on."""
    if trial.proof is Proof.AWAITING:
        return replace(trial, proof=Proof.PROVING, since=now, well_since=None)
    return seen_unwell(trial)


def seen_well(trial: Trial, now: float) -> Trial:
    """Note a good answer."""
    if trial.proof is not Proof.PROVING or trial.well_since is not None:
        return trial
    return replace(trial, well_since=now)


def seen_unwell(trial: Trial) -> Trial:
    """Note a bad answer: the window of health begins anew."""
    return replace(trial, well_since=None) if trial.proof is Proof.PROVING else trial


def passes_at(trial: Trial, spec: Spec) -> float | None:
    """Return the moment the trial will be passed if nothing happens, or None when none is running."""
    if trial.proof is not Proof.PROVING or trial.well_since is None:
        return None
    return trial.well_since + spec.prove


def passed(trial: Trial) -> Trial:
    """Keep the release."""
    return replace(trial, proof=Proof.NONE, proven=trial.release, release="", way_back=False, well_since=None)


def failed(trial: Trial, now: float) -> Trial:
    """Remember the release as bad, and wait for the switch back where there is one."""
    return replace(
        trial,
        proof=Proof.SWITCHING if trial.way_back else Proof.NONE,
        way_back=False,
        since=now,
        well_since=None,
        failed=(*trial.failed, trial.release),
    )


def switched_back(trial: Trial) -> Trial:
    """End the switch back: launching is free again."""
    return replace(trial, proof=Proof.NONE, release="") if trial.proof is Proof.SWITCHING else trial
