"""Nothing here is played on Windows: processes are forked, disks are mounted, ``/proc`` is read."""

from __future__ import annotations

import sys

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []
