"""Says it is ready and sleeps: an idle bot with every signal at its default."""

import time

print("ready", flush=True)
time.sleep(600)
