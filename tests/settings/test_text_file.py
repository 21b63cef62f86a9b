"""Files that people wrote, and files that are not what they seem."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.settings.projects import told
from vigie.problems import UsageProblem
from vigie.settings.text_file import LIMIT, read_text


def test_marks_and_line_ends_of_other_editors_are_forgotten(tmp_path: Path) -> None:
    """A byte order mark goes, and all three kinds of line end become one."""
    file = tmp_path / "file"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\nd\xc3\xa9j\xc3\xa0")
    assert read_text(str(file)) == "one\ntwo\nthree\ndéjà"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"fine\nd\xe9j\xe0 in latin-1", 2),
        ("A=1\n".encode("utf-16"), 1),
        (b"a\nb\nA=1\x002\n", 3),
        (b"\xed\xa0\x80", 1),
    ],
)
def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    """Latin-1, PowerShell's UTF-16, a NUL, half a surrogate: the file and the line are named."""
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(UsageProblem) as caught:
        read_text(str(file))
    assert f"{file}, line {line}:" in told(caught.value)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    """More than the limit is refused, the limit itself is not."""
    file = tmp_path / "file"
    file.write_bytes(b"#" * LIMIT)
    assert len(read_text(str(file))) == LIMIT
    file.write_bytes(b"#" * (LIMIT + 1))
    with pytest.raises(UsageProblem) as caught:
        read_text(str(file))
    assert "1 MiB" in told(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder of that name is told as such."""
    with pytest.raises(UsageProblem) as caught:
        read_text(str(tmp_path))
    assert "it is a folder" in told(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
@pytest.mark.parametrize(("target", "words"), [("nowhere", "leads nowhere"), ("file", "symbolic links")])
def test_links_that_lead_nowhere_are_told(tmp_path: Path, target: str, words: str) -> None:
    """A dead link and a link to itself cannot be read, and the reason is told."""
    file = tmp_path / "file"
    file.symlink_to(target)
    with pytest.raises(UsageProblem) as caught:
        read_text(str(file))
    assert words in told(caught.value)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_somebody_else_is_told(tmp_path: Path) -> None:
    """Missing permission is told as such."""
    file = tmp_path / "file"
    file.touch()
    file.chmod(0)
    with pytest.raises(UsageProblem) as caught:
        read_text(str(file))
    assert "permission denied" in told(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices in a folder are POSIX")
@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_regular_file_is_refused_without_waiting(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that nobody writes into would hold us for ever, and a device never ends."""
    file = tmp_path / "file"
    monkeypatch.chdir(tmp_path)  # the whole path may be longer than a socket's name can be
    with socket.socket(getattr(socket, "AF_UNIX")) as listener:  # noqa: B009  (typed for Windows as well)
        if kind == "pipe":
            subprocess.run(["mkfifo", "file"], check=True)
        elif kind == "socket":
            listener.bind("file")
        else:
            file.symlink_to("/dev/zero")
        with pytest.raises(UsageProblem) as caught:
            read_text(str(file))
    assert "no regular file" in told(caught.value)
