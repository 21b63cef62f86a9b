"""Every reason that a probe can give has its sentences, and no sentence is without its reason."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator

import vigie.probes
from vigie.messages.probe import SENTENCES
from vigie.probes.failures import OF_OURS, OF_THE_BOT
from vigie.probes.tls import CERTIFICATE_REASONS

FOLDER = os.path.dirname(vigie.probes.__file__)

PLACE_OF_REASON = {"Trouble": 0, "in_time": 0, "_decide": 0, "Answer": 1}
"""Which argument of which call is a reason."""


def trees() -> Iterator[ast.Module]:
    """Parse every file of the room."""
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith(".py"):
            with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
                yield ast.parse(file.read())


def words() -> set[str]:
    """Return every piece of text in the room's code."""
    return {
        node.value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def given() -> set[str]:
    """Return the reasons that the code names where it gives one."""
    reasons = {*OF_OURS.values(), *OF_THE_BOT.values(), *CERTIFICATE_REASONS.values()}
    for tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = PLACE_OF_REASON.get(name)
            if place is not None and len(node.args) > place:
                reasons |= {
                    one.value
                    for one in ast.walk(node.args[place])
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return reasons


def test_every_reason_has_its_sentences() -> None:
    """Looked up in the code itself, so that no new reason is forgotten."""
    reasons = given()
    assert len(reasons) > 40
    assert {f"probe.{reason}" for reason in reasons} <= set(SENTENCES)


def test_every_sentence_has_its_reason() -> None:
    """Nothing is translated in vain, and no advice belongs to nothing."""
    said = {key.removesuffix(".hint").removeprefix("probe.") for key in SENTENCES}
    assert said <= words()
    assert {key.removesuffix(".hint") for key in SENTENCES} <= set(SENTENCES)
