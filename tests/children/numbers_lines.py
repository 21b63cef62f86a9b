"""Prints as many numbered lines of as many bytes as its two arguments say, each in a call of its own."""

import os
import sys

count, length = int(sys.argv[1]), int(sys.argv[2])
rest = b"x" * (length - 11) + b"\n"
for number in range(count):
    os.write(1, b"%09d " % number + rest)
