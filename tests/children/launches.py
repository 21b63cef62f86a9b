"""Launches the command after ``--`` with the real engine, as another monitor would, and prints its identity.

Arguments: the bot's folder, then ``reap`` (wait for the bot's end, reap it and print how it ended) or
``leave`` (end and leave the bot to whoever comes next).
"""

import os
import select
import sys

from vigie.engines import local_engine
from vigie.engines.base import LaunchPlan

folder, manner = sys.argv[1:3]
plan = LaunchPlan(
    name="bot",
    command=tuple(sys.argv[4:]),
    directory=folder,
    log_path=os.path.join(folder, "logs", "bot.log"),
    lock_path=os.path.join(folder, ".vigie", "bot.lock"),
    environment=dict(os.environ),
)
held = local_engine().launch(plan)
print(*held.identity, flush=True)
if manner == "reap":
    select.select([held.fileno()], [], [])
    print(*(held.ended() or ()), flush=True)
