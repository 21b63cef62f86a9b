"""Prints each signal it is asked to stop with; after as many as its argument (1) it ends with code 0."""

import os
import signal
import sys
import time

left = int(sys.argv[1]) if len(sys.argv) > 1 else 1


def tell(number: int, frame: object) -> None:
    """Print the signal's name; end when enough were seen."""
    global left
    print(signal.Signals(number).name, flush=True)
    left -= 1
    if left <= 0:
        os._exit(0)


for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), tell)
print("ready", flush=True)
while True:
    # on Windows only Ctrl-C ends a sleep; other handlers wait until it is over
    time.sleep(0.05)
