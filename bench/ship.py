"""``vigie ship`` against the git commands that a person would type, in alternation.

Both ship one changed line of one file, each in a 200-file repository of its own with a bare remote beside it;
no hooks; the bot of the one that vigie ships is online. Asked for: what vigie adds takes less than 150 ms, and
less than 1.5 times what git alone takes.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping

from bench.check_speed import BOT

FILES = 200

TARGET_ADDED = 150.0
"""Milliseconds."""

TARGET_RATIO = 1.5


def main(rounds: int = 25) -> None:
    """Print what one round of each takes, in milliseconds, as one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(folder)
        bare, shipped = (_repository(os.path.join(folder, name), environment) for name in ("bare", "shipped"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            environment["HEALTH_PORT"] = str(probe.getsockname()[1])
        vigie = [sys.executable, "-m", "vigie"]
        subprocess.run([*vigie, "start", "--quiet"], cwd=shipped, check=True, env=environment)
        try:
            by_hand, by_vigie = _alternate(bare, shipped, environment, rounds)
        finally:
            subprocess.run([*vigie, "stop", "--quiet"], cwd=shipped, check=True, env=environment)
    print(json.dumps(_compared(by_hand, by_vigie), indent=2))


def _alternate(
    bare: str, shipped: str, environment: Mapping[str, str], rounds: int
) -> tuple[list[float], list[float]]:
    """Ship once by hand and once with vigie each round, after two rounds that do not count."""
    git = _git()
    typed = [[git, "add", "bot.py"], [git, "commit", "-m", "x"], [git, "push"]]
    ship = [[sys.executable, "-m", "vigie", "ship", "-m", "x", "--files", "bot.py"]]
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 2):
        # who comes first changes, so that neither always finds the other's work still being written
        order = ((bare, typed, taken[0]), (shipped, ship, taken[1]))
        for place, commands, times in order if number % 2 else order[::-1]:
            with open(os.path.join(place, "bot.py"), "a", encoding="utf-8") as file:
                file.write(f"# round {number}\n")
            began = time.perf_counter()
            for command in commands:
                _run(command, place, environment)
            if number >= 2:
                times.append((time.perf_counter() - began) * 1000)
    return taken


def _compared(by_hand: list[float], by_vigie: list[float]) -> dict[str, object]:
    hand, vigie = statistics.median(by_hand), statistics.median(by_vigie)
    # round by round, so that a slow moment of the machine falls on both
    added = statistics.median(ours - theirs for ours, theirs in zip(by_vigie, by_hand, strict=True))
    return {
        "rounds": len(by_hand),
        "git_ms": {"median": round(hand, 1), "fastest": round(min(by_hand), 1)},
        "vigie_ms": {"median": round(vigie, 1), "fastest": round(min(by_vigie), 1)},
        "added_ms": round(added, 1),
        "added_ratio": round(added / hand, 2),
        "whole_ratio": round(vigie / hand, 2),
        "within_target": added < TARGET_ADDED and added / hand < TARGET_RATIO,
    }


def _git() -> str:
    found = shutil.which("git")
    if found is None:
        raise FileNotFoundError("git")
    return found


def _repository(path: str, environment: Mapping[str, str]) -> str:
    """Make a repository with ``FILES`` files, committed and pushed to a bare one beside it."""
    git = _git()
    _run([git, "init", "--quiet", "--bare", f"{path}.git"], os.path.dirname(path), environment)
    _run([git, "init", "--quiet", path], os.path.dirname(path), environment)
    for number in range(FILES - 2):
        folder = os.path.join(path, f"part{number % 10}")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"module{number}.py"), "w", encoding="utf-8") as file:
            file.write(f"NUMBER = {number}\n" * 40)
    for name, text in (("start.py", BOT), ("bot.py", "print('bot')\n"), (".gitignore", _ignored())):
        with open(os.path.join(path, name), "w", encoding="utf-8") as file:
            file.write(text)
    for words in (
        ["add", "-A"],
        ["commit", "-q", "-m", "first"],
        ["remote", "add", "origin", f"{path}.git"],
        ["push", "-q", "-u", "origin", "main"],
    ):
        _run([git, *words], path, environment)
    return path


def _ignored() -> str:
    return "/.vigie/\n/logs/\n/bot_status.json\n/answers_since\n__pycache__/\n"


def _environment(folder: str) -> dict[str, str]:
    """Return ours with a git configuration of its own: nobody's hooks, keys or helpers are measured."""
    home = os.path.join(folder, "home")
    os.mkdir(home)
    with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
        file.write(
            "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n[gc]\nauto = 0\n"
        )
    # compiled files are kept, as they are for a user
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "HOME": home, "USERPROFILE": home, "XDG_CONFIG_HOME": home}


def _run(command: list[str], place: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command, cwd=place, check=False, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout + done.stderr)
        done.check_returncode()
