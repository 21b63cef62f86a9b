"""Ends at once with the exit code given as its argument (1 if none)."""

import os
import sys

os._exit(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
