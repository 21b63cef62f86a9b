"""A person at a terminal: an interactive bash on a pseudo terminal, given what comes on standard input."""

import os
import pty
import sys
import threading

assert sys.platform != "win32"

pid, keyboard = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])


def read() -> None:
    """Throw away what the terminal shows, so that it never fills up."""
    try:
        while os.read(keyboard, 4096):
            pass
    except OSError:
        pass


threading.Thread(target=read, daemon=True).start()
for line in sys.stdin:
    os.write(keyboard, line.encode())
os.close(keyboard)
os.waitpid(pid, 0)
