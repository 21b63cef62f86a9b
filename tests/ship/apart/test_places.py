"""Addresses and paths that lead to the same place from anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vigie.ship.apart.places import absolute_address, absolute_path


@pytest.mark.parametrize(
    "address",
    [
        "https://x.org/r.git",
        "git@x.org:r.git",
        "C:/r.git",
        "C:\\r.git",
        "/abs/r.git",
        "",
        "gh:r",
        "nowhere",
        "host:../r",
    ],
)
def test_addresses_that_stay(tmp_path: Path, address: str) -> None:
    """They are none of the file system's, or lead to the same place already, or to none."""
    assert absolute_address(address, str(tmp_path)) == address


@pytest.mark.parametrize("address", ["../r", "../r.git", "./x/../../r.git", "../bot/../r"])
def test_relative_addresses(tmp_path: Path, address: str) -> None:
    """Also with the ending that git adds by itself."""
    (tmp_path / "r.git").mkdir()
    (tmp_path / "bot" / "x").mkdir(parents=True)
    made = absolute_address(address, str(tmp_path / "bot"))
    assert made == os.path.normpath(tmp_path / ("r.git" if address.endswith(".git") else "r"))


def test_relative_paths(tmp_path: Path) -> None:
    """Those that git completes by itself stay, as does what names no file."""
    (tmp_path / "x").touch()
    assert absolute_path("x", str(tmp_path)) == str(tmp_path / "x")
    assert absolute_path("ADA0815", str(tmp_path)) == "ADA0815"
    assert absolute_path("~/x", str(tmp_path)) == "~/x"
    assert absolute_path("", str(tmp_path)) == ""
