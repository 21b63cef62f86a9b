"""Starts its child again whenever that dies, each time in a session of its own: a small supervisor."""

import os
import subprocess
import sys

sleeper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sleeps.py")
print("ready", flush=True)
while True:
    child = subprocess.Popen([sys.executable, sleeper], stdout=subprocess.DEVNULL, start_new_session=True)
    print(child.pid, flush=True)
    child.wait()
