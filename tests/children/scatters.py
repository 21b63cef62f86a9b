"""Lets descendants escape in each way given, prints ``WAY PID`` for each, then stays (or with ``exit`` ends).

plain: an ordinary child. group: in a group of its own. session: in a session of its own. daemon: so, and
forked twice, so that its parent is gone. bare: so, and its environment wiped, only the inherited lock is left
to tell. lost: in a session of its own, without environment and lock: only having been seen before tells.
"""

import os
import signal
import sys
import time

assert sys.platform != "win32"


def wait_for_ever() -> None:
    """Sleep, deaf to polite requests."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
    os._exit(0)


def become(way: str) -> None:
    """Escape in this way."""
    if way == "group":
        os.setpgid(0, 0)
    elif way in ("session", "daemon", "bare", "lost"):
        os.setsid()
    if way != "bare":
        # as subprocess does by default: nothing is inherited but the three standard ones
        os.closerange(3, 64)
    if way in ("bare", "lost"):
        program = "import time; time.sleep(600)"
        os.execve(sys.executable, [sys.executable, "-c", program], {})


def escape(way: str) -> None:
    """Start one descendant and print its number."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        if way in ("daemon", "bare") and os.fork() > 0:
            os._exit(0)
        os.write(writing, str(os.getpid()).encode())
        os.close(writing)
        become(way)
        wait_for_ever()
    os.close(writing)
    number = os.read(reading, 32).decode()
    os.close(reading)
    if way in ("daemon", "bare"):
        os.waitpid(pid, 0)
    print(way, number, flush=True)


for wanted in sys.argv[1:]:
    if wanted != "exit":
        escape(wanted)
print("ready", flush=True)
if "exit" in sys.argv[1:]:
    os._exit(3)
time.sleep(600)
