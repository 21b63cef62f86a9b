#!/usr/bin/env python3
"""The guide's first door: finds vigie (in this Python, in src beside it, in the bot's virtual environment)
and hands its arguments over. A Python too old for vigie can still read it, down to 3.6, and says so."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REAL = os.path.dirname(os.path.realpath(__file__))
AGAIN = "vigie-door"  # given with -X: unlike an environment variable, it is not passed on to the bot
ASK = "import sys; sys.path[:] = filter(None, sys.path); from vigie.cli.main import main"


def run_here(argv: "list[str]") -> "int | None":
    """Return the exit code of this Python's vigie; None when it has none."""
    # This folder last: a bot's own queue.py or logging.py must not pass for the standard library's.
    sys.path[:] = [place for place in sys.path if os.path.realpath(place) != REAL]
    sys.path += [os.path.join(REAL, "src"), HERE]
    try:
        from vigie.cli.main import main as command_line
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] != "vigie":
            raise
        return None
    return command_line(argv, door="bot_monitor", beside=HERE)


def run_elsewhere(argv: "list[str]", places: "list[str]") -> int:
    """Run this file with the first Python there that has vigie; 1, with advice, when none has it."""
    import json
    import subprocess

    pythons = [place for place in places if os.access(place, os.X_OK)]
    quiet = subprocess.DEVNULL
    for python in [] if AGAIN in sys._xoptions else pythons:
        if subprocess.call([python, "-c", ASK], stdin=quiet, stdout=quiet, stderr=quiet) == 0:
            command = [python, "-X", AGAIN, os.path.abspath(__file__), *argv]
            if os.name != "nt":
                os.execv(python, command)  # noqa: S606 - signals and exit code need no go-between
            child = subprocess.Popen(command)
            while True:
                try:
                    return child.wait()
                except KeyboardInterrupt:  # it reached the child too, which ends in its own time
                    continue
    python = sys.executable if sys.version_info >= (3, 11) else "python3.11"
    what = f"Le paquet vigie est introuvable; il demande Python 3.11 ou plus ({sys.executable}). / "
    what += f"The vigie package was not found; it needs Python 3.11 or newer ({sys.version.split()[0]})."
    hint = f'"{[*pythons, python][0]}" -m pip install FOLDER-OF-VIGIE'
    print(f"[ERROR] {what}\n[INFO] {hint}", file=sys.stderr)
    if "--json" in argv:
        print(json.dumps({"error": {"code": "vigie-not-found", "message": what, "hint": hint}}))
    return 1


if __name__ == "__main__":
    program = os.path.join("Scripts", "python.exe") if os.name == "nt" else os.path.join("bin", "python")
    places = [os.path.join(HERE, folder, program) for folder in (".venv", "venv", "env")]
    code = run_here(sys.argv[1:]) if sys.version_info >= (3, 11) else None
    sys.exit(run_elsewhere(sys.argv[1:], places) if code is None else code)
