"""What becomes of each version is written down as it happens, whoever decides about it."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.repository import git, write
from tests.runtime.workshop import Scene, turn
from vigie.core.facts import Shipped, Verb
from vigie.records.releases import Release, Releases
from vigie.runtime.commit_tree import tree_of


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """One bot in a repository, watched; ten seconds prove a version."""
    write(tmp_path / ".gitignore", ".vigie/\nlogs/\nbot_status.json\n")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    with Scene(tmp_path, prove=10.0, check_interval=1.0) as scene:
        scene.begin()
        yield scene


def commit(folder: Path) -> str:
    """The next version."""
    with (folder / "program").open("a") as file:
        file.write("x")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "next")
    return git(folder, "rev-parse", "HEAD")


def head(scene: Scene) -> str:
    """The version in the folder."""
    return git(scene.folder, "rev-parse", "HEAD")


def rows(scene: Scene) -> list[Release]:
    """What is on disk, newest first."""
    return Releases(scene.place.private).of("bot")


def test_launches_health_and_ends_are_taken_down(scene: Scene) -> None:
    """Measured by the steady clock, whatever the calendar does meanwhile."""
    first = head(scene)
    scene.online()
    (row,) = rows(scene)
    assert (row.commit, row.launches, row.last) == (first, 1, None)
    assert row.online_since is not None
    assert row.tree == git(scene.folder, "rev-parse", "HEAD^{tree}")
    scene.advance(100.0)
    scene.clock.jump(0.0, 1_000_000.0)
    scene.engine.process.crash()
    turn(scene.reactor)
    (row,) = rows(scene)
    assert row.launches == 2
    assert 95.0 < row.healthy < 110.0
    second = commit(scene.folder)
    scene.ask(Verb.RESTART)
    scene.advance(5.0)
    assert [(row.commit, row.launches) for row in rows(scene)] == [(second, 1), (first, 2)]
    scene.ask(Verb.STOP)
    newest = rows(scene)[0]
    assert newest.last is not None
    assert newest.online_since is None
    assert scene.faults == []


def test_a_trial_that_passes_proves_the_version(scene: Scene) -> None:
    """One that a monitor watches ends in the same record as one that ship watches."""
    scene.online()
    new = commit(scene.folder)
    scene.watch().feed(Shipped(new))
    scene.ask(Verb.RESTART)
    scene.advance(5.0)
    assert rows(scene)[0].verdict == ""
    scene.advance(30.0)
    assert (rows(scene)[0].commit, rows(scene)[0].verdict) == (new, "proven")
    assert Releases(scene.place.private).last_proven("bot") == new


def test_a_trial_that_fails_marks_the_version_and_its_files(scene: Scene) -> None:
    """Another commit with the same files is known as bad too."""
    scene.online()
    new = commit(scene.folder)
    scene.watch().feed(Shipped(new))
    scene.ask(Verb.RESTART)
    scene.advance(3.0)
    scene.engine.process.crash()
    turn(scene.reactor)
    row = rows(scene)[0]
    assert (row.commit, row.verdict, row.why) == (new, "bad", "crashed")
    twin = git(scene.folder, "commit-tree", "-m", "twin", f"{new}^{{tree}}")
    known = Releases(scene.place.private)
    assert known.is_bad(new)
    assert known.is_bad(twin, git(scene.folder, "rev-parse", f"{twin}^{{tree}}"))
    assert not known.is_bad(twin)


def test_a_folder_without_a_repository_is_recorded(tmp_path: Path) -> None:
    """Its version has no name."""
    with Scene(tmp_path) as scene:
        scene.begin()
        scene.online()
        assert [(row.commit, row.launches) for row in rows(scene)] == [(None, 1)]


def test_the_next_vigie_goes_on_where_this_one_died(scene: Scene) -> None:
    """The same copy is no second launch, and what it was healthy before counts."""
    scene.online()
    scene.die()
    scene.clock.jump(1000.0)
    scene.begin()
    turn(scene.reactor)
    scene.advance(100.0)
    scene.ask(Verb.STOP)
    (row,) = rows(scene)
    assert row.launches == 1
    assert 1090.0 < row.healthy < 1110.0


def test_a_record_that_cannot_be_written_is_told_once_and_waits(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is held up by it, and nothing is lost."""
    from vigie.problems import Failure

    real = Releases.write

    def full(_self: Releases) -> Failure:
        return Failure("record.disk-full", path="x", reason="full")

    monkeypatch.setattr(Releases, "write", full)
    scene.online()
    scene.ask(Verb.STOP)
    assert scene.told().count("record.disk-full") == 1
    assert rows(scene) == []
    monkeypatch.setattr(Releases, "write", real)
    scene.ask(Verb.START)
    assert [row.launches for row in rows(scene)] == [2]


def test_the_files_of_a_commit_are_named_without_a_program(scene: Scene) -> None:
    """Of one that lies by itself; packed, damaged or missing ones are None."""
    folder, sha = scene.folder, head(scene)
    assert tree_of(str(folder), sha) == git(folder, "rev-parse", "HEAD^{tree}")
    assert tree_of(str(folder), None) is None
    assert tree_of(str(folder), "1" * 40) is None
    blob = git(folder, "hash-object", "-w", "program")
    assert tree_of(str(folder), blob) is None
    path = folder / ".git" / "objects" / sha[:2] / sha[2:]
    os.chmod(path, 0o644)
    path.write_bytes(b"damaged")
    assert tree_of(str(folder), sha) is None
    path.write_bytes(zlib.compress(b""))
    assert tree_of(str(folder), sha) is None
