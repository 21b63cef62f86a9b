"""Writes as many bytes as its argument says, all at once, then says so in a file beside it and sleeps."""

import os
import sys
import time

data = bytes(range(256)) * (int(sys.argv[1]) // 256)
written = 0
while written < len(data):
    written += os.write(1, data[written:])
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write("written")
time.sleep(600)
