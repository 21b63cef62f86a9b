"""A package called vigie that only writes down how its command line was called: what the doors hand over."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

RECORD = "VIGIE_TEST_RECORD"

MAIN = f"""
import json, logging, os, sys

def main(argv, *, door=None, beside=None):
    request = None
    if "--request" in argv:
        with open(argv[argv.index("--request") + 1], "rb") as file:
            request = json.loads(file.read().decode("ascii"))
    called = {{"argv": argv, "door": door, "beside": beside, "request": request, "prefix": sys.prefix}}
    called["environment"] = sorted(os.environ)
    with open(os.environ["{RECORD}"], "w", encoding="utf-8") as file:
        json.dump(called, file)
    print("déjà vu")
    return 42
"""


def install(folder: str, main: str = MAIN) -> str:
    """Put the package into ``folder`` and return ``folder``."""
    package = os.path.join(folder, "vigie", "cli")
    os.makedirs(package)
    for name in (os.path.join(folder, "vigie"), package):
        with open(os.path.join(name, "__init__.py"), "w", encoding="utf-8"):
            pass
    with open(os.path.join(package, "main.py"), "w", encoding="utf-8") as file:
        file.write(main)
    return folder


def environment(record: str, **more: str) -> dict[str, str]:
    """Return an environment in which the package writes to ``record``; UTF-8 whatever the locale."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**clean, RECORD: record, "PYTHONIOENCODING": "utf-8", **more}


def recorded(record: str) -> dict[str, Any]:
    """Return how the package was called."""
    with open(record, encoding="utf-8") as file:
        called: dict[str, Any] = json.load(file)
    return called


WITHOUT_VIGIE = (sys.executable, "-S", "-E")
"""This Python as if nothing were installed for it: no site-packages, no PYTHONPATH."""
