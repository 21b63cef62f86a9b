"""Removing a folder of ours, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vigie.ship.apart.links import is_link, link_folder
from vigie.ship.apart.removal import remove_folder


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """Return a folder of the person's."""
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "file").write_text("mine")
    return folder


def test_links_go_and_what_they_lead_to_stays(tmp_path: Path, precious: Path) -> None:
    """At any depth."""
    (tmp_path / "ours" / "deep").mkdir(parents=True)
    place = str(tmp_path / "ours" / "deep" / "link")
    link_folder(str(precious), place)
    assert is_link(place) and not is_link(str(precious)) and not is_link(str(tmp_path / "none"))
    assert os.path.isfile(os.path.join(place, "file"))
    assert remove_folder(str(tmp_path / "ours"))
    assert not (tmp_path / "ours").exists()
    assert (precious / "file").read_text() == "mine"


def test_a_folder_that_became_a_link(tmp_path: Path, precious: Path) -> None:
    """Only the link is removed."""
    link_folder(str(precious), str(tmp_path / "ours"))
    assert remove_folder(str(tmp_path / "ours"))
    assert not os.path.lexists(tmp_path / "ours")
    assert (precious / "file").exists()


def test_what_may_not_be_written(tmp_path: Path) -> None:
    """Read-only files and folders go as well, the person's rights to them being our own."""
    folder = tmp_path / "ours" / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    (folder / "file").chmod(0o400)
    if sys.platform != "win32":
        folder.chmod(0o500)
        folder.parent.chmod(0o100)
    assert remove_folder(str(tmp_path / "ours"))
    assert not (tmp_path / "ours").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links to files need a right there")
def test_rights_are_never_changed_through_a_link(tmp_path: Path, precious: Path) -> None:
    """What a link leads to keeps its rights."""
    (precious / "file").chmod(0o400)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "link").symlink_to(precious / "file")
    assert remove_folder(str(tmp_path / "ours"))
    assert (precious / "file").stat().st_mode & 0o777 == 0o400


def test_nothing_there(tmp_path: Path) -> None:
    """It is gone already; and a file in its place is not ours to remove."""
    assert remove_folder(str(tmp_path / "none"))
    (tmp_path / "file").write_text("x")
    assert not remove_folder(str(tmp_path / "file"))
    assert (tmp_path / "file").exists()
