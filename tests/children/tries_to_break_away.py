"""Starts a child that asks to leave the job, and one detached from all it can be; says what came of it."""

import subprocess
import sys
import time

assert sys.platform == "win32"

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
SILENCE = subprocess.DEVNULL


def start(flags: int) -> int:
    """Start a sleeper that inherits nothing, and return its number."""
    return subprocess.Popen(SLEEP, creationflags=flags, stdin=SILENCE, stdout=SILENCE, stderr=SILENCE).pid


try:
    start(subprocess.CREATE_BREAKAWAY_FROM_JOB)
    print("escaped", flush=True)
except PermissionError:
    print("refused", flush=True)
print("detached", start(subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP), flush=True)
print("ready", flush=True)
time.sleep(600)
