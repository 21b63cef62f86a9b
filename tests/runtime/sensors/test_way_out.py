"""The way out as the system tells it, in this very process; real networks are played in ``test_network_watch``."""

from __future__ import annotations

import socket
import sys

import pytest

from vigie.runtime.sensors import way_out as ways
from vigie.runtime.sensors.way_out import way_out

HERE = (socket.AF_INET, "127.0.0.1")
FORBIDDEN = (socket.AF_INET, "127.255.255.255")
"""Loopback's address of all: nobody may speak to it without having asked to (EACCES, as for a route that forbids)."""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere that address is forbidden to nobody")
@pytest.mark.parametrize(
    ("far", "answer"),
    [
        ((HERE, FORBIDDEN), "127.0.0.1"),
        ((FORBIDDEN, HERE), "127.0.0.1"),
        ((FORBIDDEN, FORBIDDEN), ""),
    ],
    ids=["the first way", "the second way", "no way"],
)
def test_the_first_way_that_leads_out_is_told(
    monkeypatch: pytest.MonkeyPatch, far: tuple[tuple[int, str], ...], answer: str
) -> None:
    """Our own address on it; nothing at all when each of them is closed."""
    monkeypatch.setattr(ways, "FAR", far)
    assert way_out() == answer


def test_what_says_nothing_of_the_network_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a descriptor left to look with: neither a way nor none."""

    def exhausted(*_words: object) -> socket.socket:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(ways.socket, "socket", exhausted)
    assert way_out() is None
