"""Keeps a log bounded without end, as fast as it can, until it is killed: LOG NOTE MAX_SIZE KEEP."""

import sys

from vigie.records.log_rotation import compress_rotated
from vigie.records.log_trim import trim

path, note, max_size, keep = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
while True:
    trimmed = trim(path, note, max_size, keep)
    problem = trimmed.problem or compress_rotated(path, keep)
    if problem is not None:
        sys.exit(str(problem))
