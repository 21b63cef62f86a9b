"""Starts ``worker.py``, which inherits everything, and a child that nobody spares; then stays.

With ``exit`` it leaves both behind instead.
"""

import os
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
words = [word for word in sys.argv[1:] if word != "exit"]
worker = subprocess.Popen(
    [sys.executable, os.path.join(here, "worker.py"), *words], close_fds=False, stdout=subprocess.PIPE
)
assert worker.stdout is not None
print(worker.stdout.readline().decode().strip(), flush=True)
other = subprocess.Popen(
    [sys.executable, os.path.join(here, "sleeps.py")], close_fds=False, stdout=subprocess.DEVNULL
)
print("other", other.pid, flush=True)
print("ready", flush=True)
if "exit" in sys.argv[1:]:
    os._exit(3)
time.sleep(600)
