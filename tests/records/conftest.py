"""What the tests of this room share: a tiny real disk, and the rights of an ordinary user."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from vigie.records.hole import try_again


@contextmanager
def mounted(
    kind: str, place: Path, options: str = "mode=0700", device: str = "", lazily: bool = True
) -> Iterator[Path]:
    """Mount a file system at ``place``; the test is skipped where that is not possible."""
    place.mkdir()
    mount = ["mount", "-t", kind, "-o", options, device or kind, str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip(f"mounting {kind} is not possible or not permitted here")
    try_again()
    try:
        yield place
    finally:
        subprocess.run(["umount", *["--lazy"] * lazily, str(place)], check=True)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 128 KiB, to be filled."""
    with mounted("tmpfs", tmp_path / "tiny disk", "size=128k,mode=0700") as place:
        yield place


@pytest.fixture
def memory_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system in memory, which can make holes in files and cannot take them out."""
    with mounted("tmpfs", tmp_path / "memory disk", "size=256m,mode=0700") as place:
        yield place


@pytest.fixture
def plain_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that cannot even make holes."""
    with mounted("ramfs", tmp_path / "plain disk") as place:
        yield place


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
def ordinary_user() -> Callable[[], AbstractContextManager[None]]:
    """A context in which the modes of files hold for us even if we are root.

    Root may write everywhere thanks to two capabilities (Linux: capabilities(7)), which are laid down and
    taken up again. Whoever is not root is ordinary already.
    """
    if sys.platform == "win32":
        pytest.skip("Windows knows no modes")
    else:
        if os.geteuid() != 0:
            return nullcontext
        if not hasattr(ctypes.CDLL(None), "capset"):
            pytest.skip("root's rights can only be laid down on Linux")
        return _without_overriding


_OVERRIDING = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@contextmanager
def _without_overriding() -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    rights = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    assert libc.capget(header, rights) == 0
    before = rights[0]
    rights[0] = before & ~_OVERRIDING
    assert libc.capset(header, rights) == 0
    try:
        yield
    finally:
        rights[0] = before
        assert libc.capset(header, rights) == 0
