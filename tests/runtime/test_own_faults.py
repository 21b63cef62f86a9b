"""Defects of ours are told, with what a developer needs, and never in a flood."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.runtime.own_faults import EVERY, MOST_KNOWN, OwnFaults, described


class Ear:
    """Hears lines, and is a clock besides."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Mapping[str, object]]] = []
        self.now = 100.0

    def hear(self, _tag: str, key: str, values: Mapping[str, object]) -> None:
        """One line."""
        self.lines.append((key, values))

    def steady(self) -> float:
        """Now."""
        return self.now


def defect(words: str = "x") -> ValueError:
    """An error that was raised somewhere."""
    try:
        raise ValueError(words)
    except ValueError as error:
        return error


def test_the_same_defect_is_told_once_a_minute_with_its_count() -> None:
    """At once, then how often it came again."""
    ear = Ear()
    faults = OwnFaults(ear.hear, ear.steady)
    for _ in range(1000):
        faults.hear(defect())
    assert [key for key, _ in ear.lines] == ["runtime.own-fault"]
    ear.now += EVERY
    faults.hear(defect())
    assert ear.lines[-1][0] == "runtime.own-fault-again"
    assert ear.lines[-1][1]["count"] == 999
    ear.now += EVERY
    faults.hear(defect())
    assert ear.lines[-1][0] == "runtime.own-fault"


def test_other_defects_are_told_besides() -> None:
    """Each has its own minute; how many are remembered is bounded."""
    ear = Ear()
    faults = OwnFaults(ear.hear, ear.steady)
    for number in range(3 * MOST_KNOWN):
        faults.hear(defect(str(number)))
    assert len(ear.lines) == 3 * MOST_KNOWN
    assert len(faults._told_at) <= MOST_KNOWN


def test_a_defect_is_described_by_kind_words_and_place() -> None:
    """Bounded in length; one that was never raised has no place."""
    assert described(defect("why")).startswith("ValueError: why (test_own_faults.py:")
    assert described(KeyError("x")) == "KeyError: 'x'"
    assert len(described(defect("y" * 10_000))) < 300
