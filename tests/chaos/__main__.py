"""``python -m tests.chaos SEED SECONDS``."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile

if sys.platform != "win32":
    from tests.chaos.torment import Torment

assert sys.platform != "win32"  # mypy skips the rest there


if __name__ == "__main__":
    seed, seconds = int(sys.argv[1]), float(sys.argv[2])
    folder = tempfile.mkdtemp(prefix="chaos-", dir=os.environ.get("CHAOS_FOLDER"))
    told = {"seed": seed, "folder": folder, **Torment(folder, seed).play(seconds)}
    print(json.dumps(told, indent=1))
    if not told["wrong"]:
        shutil.rmtree(folder)
