"""Makes sure that descriptors 0, 1 and 2 are open, whoever started us without them (``vigie start >&-``).

Otherwise the next file we open, a lock above all, takes one of these numbers, and is lost in the bot, whose
standard output goes there.
"""

from __future__ import annotations

import os


def open_standard_descriptors() -> None:
    """Point those that are closed to nowhere. To be called before anything else is opened."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # the lowest free number is given out, and all below this one are taken
            os.open(os.devnull, os.O_RDWR)
