"""Leaves ten orphans that end at once, and one that stays; tells how many of them wait to be reaped by our parent.

Says "orphan PID" for the one that stays, then "zombies NUMBER" whenever that changes. Ends with code 5 when
politely asked.
"""

import os
import signal
import sys
import time

assert sys.platform != "win32"


def orphan(seconds: float) -> int:
    """Start a process whose parent is gone at once, stripped of all that could tell where it is from."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() > 0:
            os._exit(0)
        os.write(writing, str(os.getpid()).encode())
        os.closerange(3, 64)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        program = f"import time; time.sleep({seconds})"
        os.execve(sys.executable, [sys.executable, "-c", program], {})
    os.close(writing)
    number = int(os.read(reading, 32))
    os.close(reading)
    os.wait()
    return number


def waiting() -> int:
    """Count the ended children of our parent that nobody has taken note of."""
    count = 0
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        count += fields[0] == "Z" and int(fields[1]) == os.getppid()
    return count


signal.signal(signal.SIGTERM, lambda *_: os._exit(5))
print("orphan", orphan(600), flush=True)
for _ in range(10):
    orphan(0)
print("ready", flush=True)
before = -1
while True:
    now = waiting()
    if now != before:
        print("zombies", now, flush=True)
        before = now
    time.sleep(0.05)
