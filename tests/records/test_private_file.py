"""A file of ours is whole or not there at all, and private."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from vigie.problems import Failure
from vigie.records import private_file
from vigie.records.private_file import make_private_folder, move_onto, new_temporary, replace_whole, sweep

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
OrdinaryUser = Callable[[], AbstractContextManager[None]]


def test_the_whole_content_is_replaced(tmp_path: Path) -> None:
    """The new bytes are there, nothing of the old ones and nothing beside them."""
    path = tmp_path / "état du 'bot'.json"
    path.write_bytes(b"old and much longer than the new")
    replace_whole(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("durable", [True, False])
def test_an_empty_and_a_big_content_arrive_whole(tmp_path: Path, durable: bool) -> None:
    """Any size is written to the last byte."""
    for data in (b"", os.urandom(3_000_000)):
        replace_whole(str(tmp_path / "file"), data, durable=durable)
        assert (tmp_path / "file").read_bytes() == data


def test_a_bare_name_is_written_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path without a folder works."""
    monkeypatch.chdir(tmp_path)
    replace_whole("file", b"x")
    assert (tmp_path / "file").read_bytes() == b"x"


@posix
def test_only_the_owner_may_read_it_even_if_others_could_before(tmp_path: Path) -> None:
    """The mode is 0600 whatever the umask and whatever it was."""
    path = tmp_path / "file"
    path.write_bytes(b"")
    path.chmod(0o666)
    before = os.umask(0)
    try:
        replace_whole(str(path), b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
def test_a_planted_link_is_never_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A symbolic link at the temporary's name is passed over; what it points to stays untouched."""
    names = iter(["planted", "free"])
    monkeypatch.setattr(private_file, "_token", lambda: next(names))
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".file.planted.vigie-tmp").symlink_to(victim)
    replace_whole(str(tmp_path / "file"), b"x")
    assert victim.read_bytes() == b"precious"
    assert (tmp_path / "file").read_bytes() == b"x"
    assert not (tmp_path / "file").is_symlink()


@posix
def test_a_folder_full_of_planted_names_is_a_clear_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When every name is taken it gives up instead of trying for ever."""
    monkeypatch.setattr(private_file, "_token", lambda: "always")
    (tmp_path / ".file.always.vigie-tmp").symlink_to("nowhere")
    with pytest.raises(Failure) as raised:
        replace_whole(str(tmp_path / "file"), b"x")
    assert raised.value.key == "record.not-writable"
    assert not (tmp_path / "nowhere").exists()


@posix
def test_a_link_at_the_name_itself_is_replaced_not_written_through(tmp_path: Path) -> None:
    """Replacing concerns the name; the file a link points to keeps its content."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "file").symlink_to(victim)
    replace_whole(str(tmp_path / "file"), b"x")
    assert (victim.read_bytes(), (tmp_path / "file").read_bytes()) == (b"precious", b"x")


def test_a_full_disk_keeps_the_old_file_and_leaves_nothing_behind(
    tiny_disk: Path, fill: Callable[[Path], Path]
) -> None:
    """On a disk that is really full the failure says so, the old content is intact, no temporary remains."""
    path = tiny_disk / "file"
    path.write_bytes(b"old")
    ballast = fill(tiny_disk)
    with pytest.raises(Failure) as raised:
        replace_whole(str(path), b"x" * 10_000)
    assert raised.value.key == "record.disk-full"
    assert raised.value.values["path"] == str(path)
    assert path.read_bytes() == b"old"
    assert sorted(os.listdir(tiny_disk)) == ["ballast", "file"]
    ballast.unlink()
    replace_whole(str(path), b"x" * 10_000)
    assert path.read_bytes() == b"x" * 10_000


def test_a_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    """A folder where the file should be is a failure of its own, not a traceback."""
    (tmp_path / "file" / "inside").mkdir(parents=True)
    with pytest.raises(Failure) as raised:
        replace_whole(str(tmp_path / "file"), b"x")
    assert raised.value.key == "record.is-a-folder"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("place", ["missing/file", "a file/file"])
def test_a_missing_folder_is_named(tmp_path: Path, place: str) -> None:
    """A folder that is not there, or that is a file, is a failure that names the path."""
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(Failure) as raised:
        replace_whole(str(tmp_path / place), b"x")
    assert raised.value.key == "record.no-folder"
    assert raised.value.values["path"] == str(tmp_path / place)


def test_a_folder_without_the_right_to_write_is_named(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """Without the right to write, the failure carries the path and the system's reason."""
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(Failure) as raised:
        replace_whole(str(tmp_path / "file"), b"x")
    tmp_path.chmod(0o700)
    assert raised.value.key == "record.not-writable"
    assert raised.value.values["path"] == str(tmp_path / "file")
    assert raised.value.values["reason"]


def test_a_refused_rename_is_tried_again(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """When access is refused for a moment, as by an antivirus, the rename succeeds once it is granted."""
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    tmp_path.chmod(0o500)
    tried: list[str] = []

    def pauses() -> Iterator[float]:
        tried.append("refused at first")
        yield 0.0
        tried.append("granted now")
        tmp_path.chmod(0o700)
        yield 0.0
        tried.append("too many")

    with ordinary_user():
        move_onto(str(tmp_path / "new"), str(tmp_path / "old"), pauses())
    assert tried == ["refused at first", "granted now"]
    assert (tmp_path / "old").read_bytes() == b"new"


def test_patience_has_an_end(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """A refusal that lasts is reported after the last pause."""
    (tmp_path / "new").write_bytes(b"new")
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(PermissionError):
        move_onto(str(tmp_path / "new"), str(tmp_path / "old"), [0.0, 0.0])
    tmp_path.chmod(0o700)


def test_what_killed_writers_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    """Old temporaries of this file go; a fresh one, another file's and a stranger's file stay."""
    path = tmp_path / "file"
    stale, descriptor = new_temporary(str(path))
    os.close(descriptor)
    fresh, descriptor = new_temporary(str(path))
    os.close(descriptor)
    other, descriptor = new_temporary(str(tmp_path / "other"))
    os.close(descriptor)
    stranger = tmp_path / ".file.backup"
    stranger.write_bytes(b"")
    replace_whole(str(path), b"x")
    long_ago = path.stat().st_mtime - 3600
    for old in (stale, other, str(stranger)):
        os.utime(old, (long_ago, long_ago))
    sweep(str(path))
    assert sorted(os.listdir(tmp_path)) == sorted(
        os.path.basename(name) for name in (str(path), fresh, other, str(stranger))
    )


@posix
def test_folders_are_made_private_all_the_way(tmp_path: Path) -> None:
    """Every missing folder on the way is made with mode 0700; those that exist keep theirs."""
    (tmp_path / "open").mkdir(mode=0o755)
    make_private_folder(str(tmp_path / "open" / "a" / "b"))
    make_private_folder(str(tmp_path / "open" / "a" / "b"))
    modes = [stat.S_IMODE((tmp_path / "open" / part).stat().st_mode) for part in ("", "a", "a/b")]
    assert modes == [0o755, 0o700, 0o700]


@pytest.mark.parametrize(
    ("place", "key"),
    [("file", "record.not-a-folder"), ("file/below", "record.no-folder"), ("", "record.no-folder")],
)
def test_a_folder_that_cannot_be_made_is_a_clear_failure(tmp_path: Path, place: str, key: str) -> None:
    """A file in the way, or no name at all, is told and not raised as the system's error."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Failure) as raised:
        make_private_folder(str(tmp_path / place) if place else "")
    assert raised.value.key == key


def test_a_folder_we_may_not_make_is_a_clear_failure(tmp_path: Path, ordinary_user: OrdinaryUser) -> None:
    """Without the right to write in the folder above, the failure names the one that was wanted."""
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(Failure) as raised:
        make_private_folder(str(tmp_path / "wanted"))
    tmp_path.chmod(0o700)
    assert raised.value.key == "record.not-writable"
    assert raised.value.values["path"] == str(tmp_path / "wanted")
