"""Starts children that only sleep and prints their numbers; with ``exit`` it then leaves them behind."""

import os
import subprocess
import sys
import time

sleeper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sleeps.py")
children = [subprocess.Popen([sys.executable, sleeper], stdout=subprocess.DEVNULL) for _ in range(2)]
print(*(child.pid for child in children), flush=True)
print("ready", flush=True)
if "exit" in sys.argv[1:]:
    os._exit(3)
time.sleep(600)
