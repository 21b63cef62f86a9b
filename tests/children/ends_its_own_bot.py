"""A bot that has itself ended by a child: ``LOCK FILE``; the child tells in FILE what is left of it."""

import os
import subprocess
import sys
import time

lock, told = sys.argv[1:3]
if len(sys.argv) == 3:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL)
    subprocess.Popen([sys.executable, os.path.abspath(__file__), lock, told, str(os.getpid())])
    print("ready", flush=True)
    time.sleep(600)

from vigie.engines import local_engine  # noqa: E402

engine = local_engine()
bot = engine.identify(int(sys.argv[3]))
assert bot is not None
held = engine.recognise(bot)
assert held is not None
engine.kill_tree(held, lock, True)
limit = time.monotonic() + 20
while (left := engine.remains(held, lock, True)) and time.monotonic() < limit:
    time.sleep(0.01)
held.close()
with open(told + ".new", "w", encoding="ascii") as file:
    file.write(repr(left))
os.replace(told + ".new", told)
