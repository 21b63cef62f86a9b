"""Says that it is ready and its number, then opens a file to write to, which may take as long as the disk likes.

With ``child`` a child of it does that instead.
"""

import os
import sys
import time

path, *words = sys.argv[1:]
writer = os.getpid()
if "child" in words and sys.platform != "win32":
    writer = os.fork()
if writer in (0, os.getpid()):
    print("writer", os.getpid(), flush=True)
    os.open(path, os.O_WRONLY | os.O_CREAT)
print("ready", flush=True)
time.sleep(600)
