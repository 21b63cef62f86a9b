"""What the tests of this room share: a tiny real disk, and the rights of an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

NOBODY = 65_534


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 128 KiB, to be filled."""
    place = tmp_path / "tiny disk"
    place.mkdir()
    if sys.platform != "linux":
        pytest.skip("a tiny disk is mounted with Linux's tmpfs")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k,mode=0700", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"mounting is not permitted here: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def fill() -> Callable[[Path], Path]:
    """Return a function that takes every last byte of a disk; deleting the file it returns frees them."""

    def filled(place: Path) -> Path:
        ballast = place / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue
        return ballast

    return filled


@pytest.fixture
def ordinary_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[None]]:
    """A context in which we are no administrator, working in ``tmp_path`` with relative paths.

    Root may write everywhere, so rights can only be tested without them. Relative paths, because the folders
    above ``tmp_path`` are root's.
    """
    if sys.platform == "win32":
        pytest.skip("POSIX rights")
    monkeypatch.chdir(tmp_path)

    @contextmanager
    def without_privilege() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        for found in (tmp_path, *tmp_path.rglob("*")):
            os.chown(found, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)

    return without_privilege
