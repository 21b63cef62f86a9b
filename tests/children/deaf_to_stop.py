"""Notices every polite request to stop, says so, and does nothing about it."""

import signal
import time


def shrug(number: int, frame: object) -> None:
    """Say that it was asked, and go on."""
    print("asked", signal.Signals(number).name, flush=True)


for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), shrug)
print("ready", flush=True)
while True:
    # on Windows only Ctrl-C ends a sleep; other handlers wait until it is over
    time.sleep(0.05)
