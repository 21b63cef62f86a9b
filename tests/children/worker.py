"""A helper that its bot leaves behind on purpose: has a child of its own, prints both numbers, then works on.

It keeps all that it inherited, the bot's copy lock too. With ``session`` it leads a session of its own, with
``lost`` its child is forked twice, so that nothing but that session ties it to the helper.
"""

import os
import subprocess
import sys
import time

sleeper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sleeps.py")
if sys.platform != "win32" and "session" in sys.argv[1:]:
    os.setsid()
if sys.platform != "win32" and "lost" in sys.argv[1:]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        child = os.fork()
        if child == 0:
            time.sleep(600)
            os._exit(0)
        os.write(writing, str(child).encode())
        os._exit(0)
    os.wait()
    below = int(os.read(reading, 32))
else:
    below = subprocess.Popen([sys.executable, sleeper], close_fds=False, stdout=subprocess.DEVNULL).pid
try:
    os.write(1, f"worker {os.getpid()} {below}\n".encode())
except OSError:
    pass  # the bot is gone already: all the more it is left behind
time.sleep(600)
