"""Only a changed content is a change; what cannot be looked at is as it was."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.runtime.repository import write
from vigie.runtime.sensors import code_content, code_files
from vigie.runtime.sensors.code_content import CodeContent, differences, untouched
from vigie.runtime.sensors.code_files import CodeFiles


def looking(folder: Path) -> CodeContent:
    """Look at this folder's code."""
    return CodeContent(CodeFiles(str(folder)))


def test_a_touched_file_says_the_same(tmp_path: Path) -> None:
    """Another date, another file of the same name: somebody wrote to it, and nothing has changed."""
    path = write(tmp_path / "start.py", "one = 1\n")
    content = looking(tmp_path)
    first = content.look(time.time())
    os.utime(path, (100.0, 100.0))
    second = content.look(time.time())
    write(tmp_path / "new", "one = 1\n").replace(path)
    third = content.look(time.time())
    assert first is not None and second is not None and third is not None
    assert differences(first, second) == differences(second, third) == []
    assert not untouched(first, second)
    assert not untouched(second, third)
    assert untouched(third, content.look(time.time()) or {})


def test_what_changed_is_named(tmp_path: Path) -> None:
    """New, gone, other."""
    for name in ("gone.py", "other.py", "same.py"):
        write(tmp_path / name, name)
    content = looking(tmp_path)
    before = content.look(time.time())
    (tmp_path / "gone.py").unlink()
    write(tmp_path / "other.py", "OTHER.py")
    write(tmp_path / "new.py")
    after = content.look(time.time())
    assert before is not None and after is not None
    names = [os.path.basename(path) for path in differences(before, after)]
    assert names == ["new.py", "other.py", "gone.py"] or sorted(names) == ["gone.py", "new.py", "other.py"]


def test_a_change_that_keeps_date_and_size_is_seen_while_the_file_is_young(tmp_path: Path) -> None:
    """File dates are coarse: two writings in one tick of the clock look alike."""
    path = write(tmp_path / "start.py", "one = 1\n")
    content = looking(tmp_path)
    content.files.look()
    real = os.stat(path)
    first = content._mark(str(path), real, real.st_ctime)
    assert first is not None
    content._marks[str(path)] = first
    write(path, "two = 2\n")
    second = content._mark(str(path), real, real.st_ctime)
    assert second is not None
    assert second.content != first.content


def test_an_old_file_is_read_once(tmp_path: Path) -> None:
    """Two thousand files are not read every two seconds."""
    path = str(write(tmp_path / "start.py", "one = 1\n"))
    content = looking(tmp_path)
    later = os.stat(path).st_ctime + 10.0
    before = content.look(later)
    assert before is not None
    assert content.look(later) == before
    assert (content.look(later) or {})[path] is before[path]


def test_a_large_program_is_known_by_its_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read into memory."""
    monkeypatch.setattr(code_content, "LARGEST", 4)
    path = write(tmp_path / "start.py", "large")
    content = looking(tmp_path)
    before = content.look(time.time())
    os.utime(path, (100.0, 100.0))
    after = content.look(time.time())
    assert before is not None and after is not None
    assert differences(before, after) == [str(path)]


def test_a_folder_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    """Moved away, and back."""
    folder = tmp_path / "bot"
    write(folder / "start.py")
    content = looking(folder)
    before = content.look(time.time())
    folder.rename(tmp_path / "away")
    assert content.look(time.time()) is None
    (tmp_path / "away").rename(folder)
    after = content.look(time.time())
    assert before is not None and after is not None
    assert differences(before, after) == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_what_cannot_be_looked_into_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder whose rights were taken away has not lost its files."""
    write(tmp_path / "start.py")
    hidden = write(tmp_path / "cogs" / "a.py")
    content = looking(tmp_path)
    before = content.look(time.time())
    scandir = os.scandir

    def refuse(path: str) -> object:
        if os.path.basename(path) == "cogs":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(code_files.os, "scandir", refuse)  # root may look into everything
    after = content.look(time.time())
    monkeypatch.undo()
    assert before is not None and after is not None
    assert str(hidden) in after
    assert differences(before, after) == []


def test_of_too_many_files_only_known_ones_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the line falls is chance, and chance is no change."""
    monkeypatch.setattr(code_files, "MOST_FILES", 2)
    for name in ("a.py", "b.py", "cogs/c.py"):
        write(tmp_path / name)
    content = looking(tmp_path)
    before = content.look(time.time())
    (tmp_path / "b.py").rename(tmp_path / "cogs" / "b.py")
    write(tmp_path / "aa.py")
    after = content.look(time.time())
    assert before is not None and after is not None
    assert differences(before, after) == []
    write(tmp_path / "a.py", "changed")
    assert differences(after, content.look(time.time()) or {}) == [str(tmp_path / "a.py")]


def test_a_file_that_goes_while_it_is_looked_at_is_no_code_yet(tmp_path: Path) -> None:
    """New, and removed before it could be read: passed over; one known from before is as it was."""
    write(tmp_path / "start.py", "one = 1\n")

    class Fleeting(CodeFiles):
        """Files of which one is gone by the time it is read."""

        fleeting = "new.py"

        def look(self) -> code_files.Files:
            found = super().look()
            (tmp_path / self.fleeting).unlink(missing_ok=True)
            return found

    files = Fleeting(str(tmp_path))
    content = CodeContent(files)
    write(tmp_path / "new.py", "two = 2\n")
    first = content.look(time.time())
    assert first is not None
    assert [os.path.basename(path) for path in first] == ["start.py"]
    files.fleeting = "start.py"
    second = content.look(time.time())
    assert second == first
    third = content.look(time.time())
    assert third == {}
