"""Keeps a log bounded without end, as fast as it can, until it is killed: LOG RECORD MAX_SIZE KEEP."""

import sys

from vigie.records.log_bound import bound

path, record, max_size, keep = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
while True:
    bounded = bound(path, record, max_size, keep)
    if bounded.problem is not None:
        sys.exit(str(bounded.problem))
