"""Whoever starts us without standard input, output or error: no file of ours takes their place."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vigie.runtime.standard_descriptors import open_standard_descriptors

CODE = """
import os
for number in {closed}:
    os.close(number)
from vigie.runtime.standard_descriptors import open_standard_descriptors
open_standard_descriptors()
open_standard_descriptors()
assert all(os.fstat(number) for number in range(3))
assert os.open(os.devnull, os.O_RDONLY) > 2
"""


@pytest.mark.parametrize("closed", [(), (0,), (1,), (2,), (0, 1), (0, 1, 2), (0, 2)])
def test_closed_ones_are_opened(closed: tuple[int, ...]) -> None:
    """Each of the three is open afterwards, and the next file has another number."""
    done = subprocess.run([sys.executable, "-c", CODE.format(closed=closed)], check=False)
    assert done.returncode == 0


def test_a_file_of_ours_keeps_away_from_standard_input() -> None:
    """As in a program that calls us with its input closed."""
    kept = os.dup(0)
    try:
        os.close(0)
        open_standard_descriptors()
        taken = os.open(os.devnull, os.O_RDONLY)
        os.close(taken)
        assert taken > 2
        assert os.path.samestat(os.fstat(0), os.stat(os.devnull))
    finally:
        os.dup2(kept, 0)
        os.close(kept)
