"""The layouts we hand to Windows: sizes and places as in the headers of the Windows SDK, for 64 bits."""

from __future__ import annotations

import ctypes

import pytest

from vigie.engines import _winapi

pytestmark = pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="numbers for 64 bits")


@pytest.mark.parametrize(
    ("layout", "size"),
    [
        (_winapi.SecurityAttributes, 24),
        (_winapi.StartupInfo, 104),
        (_winapi.StartupInfoEx, 112),
        (_winapi.ProcessInformation, 24),
        (_winapi.FileTime, 8),
        (_winapi.JobAccounting, 48),
        (_winapi.JobLimits, 144),
        (_winapi.JobPids, 8),
        (_winapi.ProcessEntry, 568),
        (_winapi.FileUser, 668),
    ],
)
def test_sizes_are_those_of_windows(layout: type[ctypes.Structure], size: int) -> None:
    """On whatever system this is read: no type depends on it."""
    assert ctypes.sizeof(layout) == size


@pytest.mark.parametrize(
    ("layout", "field", "place"),
    [
        (_winapi.StartupInfo, "flags", 60),
        (_winapi.StartupInfo, "stdin", 80),
        (_winapi.StartupInfo, "stderr", 96),
        (_winapi.StartupInfoEx, "attributes", 104),
        (_winapi.ProcessInformation, "pid", 16),
        (_winapi.JobAccounting, "active", 40),
        (_winapi.JobLimits, "flags", 16),
        (_winapi.JobLimits, "io", 64),
        (_winapi.ProcessEntry, "pid", 8),
        (_winapi.ProcessEntry, "parent", 32),
        (_winapi.ProcessEntry, "name", 44),
        (_winapi.FileUser, "application", 12),
        (_winapi.FileUser, "kind", 652),
    ],
)
def test_fields_lie_where_windows_puts_them(layout: type[ctypes.Structure], field: str, place: int) -> None:
    """Padding is the same too."""
    assert getattr(layout, field).offset == place


def test_a_moment_is_one_number() -> None:
    """FILETIME comes in two halves."""
    assert _winapi.FileTime(low=0xFFFF_FFFF, high=1).whole() == 0x1_FFFF_FFFF
