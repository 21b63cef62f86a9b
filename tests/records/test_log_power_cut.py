"""What the disk had before the power was cut is there afterwards, once: on real file systems, cut off for real."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.records.conftest import mounted
from tests.records.logs import CHILDREN, Log, numbered
from tests.waiting import patient
from vigie.records.bot_log import EVER

_SHUTDOWN = 0x8004587D
"""FS_IOC_SHUTDOWN: _IOR('X', 125, u32), ext4 and xfs alike."""

_WITHOUT_A_WORD = 2
"""What the journal holds in memory is lost: as if the power were cut (XFS_FSOP_GOING_FLAGS_NOLOGFLUSH)."""


class Disk:
    """An image of a file system that can be cut off and mounted again."""

    def __init__(self, kind: str, folder: Path) -> None:
        """Make the image; the test is skipped without the program for it."""
        make = shutil.which(f"mkfs.{kind}", path=f"{os.environ['PATH']}:/sbin:/usr/sbin")
        if make is None:
            pytest.skip(f"mkfs.{kind} is not installed here")
        self.kind = kind
        self.image = folder / "image"
        self.place = folder / "disk"
        with self.image.open("wb") as file:
            file.truncate(320 << 20)
        subprocess.run([make, "-q", str(self.image)], check=True, capture_output=True)

    @contextmanager
    def attached(self) -> Iterator[Path]:
        """Mount it, and unmount it again."""
        with mounted(self.kind, self.place, "loop", str(self.image), lazily=False):
            yield self.place
        self.place.rmdir()

    def cut(self) -> None:
        """Nothing more reaches the disk."""
        import fcntl

        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_A_WORD))
        finally:
            os.close(descriptor)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="file systems can be cut off on Linux only")
@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_the_power_may_be_cut_at_any_instant(tmp_path: Path, kind: str) -> None:
    """The process dies before some line of its code and the disk with it; the next boot's try finds it all."""
    disk = Disk(kind, tmp_path)
    printed = numbered(3000)
    chance = random.Random(20260208)
    for _ in range(40):
        with disk.attached() as place:
            for folder in ("logs", ".vigie"):
                shutil.rmtree(place / folder, ignore_errors=True)
            log = Log(place)
            log.prints(printed)
            subprocess.run(["sync", "--file-system", str(place)], check=True)
            story = [sys.executable, "-m", "tests.records.dies_everywhere", log.path, log.record]
            story.append(str(chance.randrange(1500)))
            subprocess.run(story, cwd=CHILDREN.parents[1], timeout=patient(60), check=True)
            disk.cut()
        with disk.attached():
            assert log.streamed(EVER) == printed, log.names()
            log.bound()
            assert log.joined() == printed, log.names()
            assert log.streamed(EVER) == printed
