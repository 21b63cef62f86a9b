"""Real bots under a monitor that is killed again and again, while everybody does their worst.

``python -m tests.chaos SEED SECONDS`` plays it once and prints what came of it as one JSON object. Who dies when
is drawn from the seed; what falls between depends on the machine, so a seed leads close, not always to the same.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from glob import glob
from typing import Any, NamedTuple

import vigie.cli.act
import vigie.cli.monitor
import vigie.cli.status
import vigie.records.database  # noqa: F401  (everything the forked programs need, once)
from tests.waiting import until
from vigie.cli.main import main
from vigie.records.history import History
from vigie.records.ledger import read_ledger
from vigie.records.status_file import read_status
from vigie.runtime.decider import read_card
from vigie.runtime.place import Place

if sys.platform != "win32":
    from tests.faults.lone import MARK, LoneBot, bearers, command, end_bearers, ports, process_lives

assert sys.platform != "win32"  # mypy skips the rest there


NAMES = ("anna", "bruno", "clara")

SETTINGS = """
[bots.{name}]
command = {command}
directory = "{name}"
health_url = "http://127.0.0.1:{port}/"
check_interval = 0.1
check_timeout = 0.5
confirm_failures = 2
confirm_interval = 0.05
start_grace = 2
stop_timeout = 0.3
backoff_initial = 0.01
backoff_max = 0.05
give_up_after = 1000
restarts_per_day = 100000
"""

MODES = (
    "ok", "ok", "ok", "slow 150", "slow 700", "die 50 3", "die 300 0", "die 200 -11", "die 1 1", "deaf", "stop 100",
    "deaf stop 150", "fork 2", "fork 3 die 120 9", "deaf fork 2", "chatty", "chatty die 200 5", "fork 1 stop 200",
)  # fmt: skip

LIVES = ((0.0, 0.03), (0.02, 0.15), (0.05, 0.4), (0.2, 0.8))
"""Seconds for which a monitor is allowed to live, from which to which: most deaths fall into its busy moments."""

AT_WORK = 0.6
LONGEST = 20.0
"""Which share of the monitors is counted from the moment their door is open, and after how many seconds at most:
on a busy machine the others die before they have done anything."""

CALM = 90.0
"""Seconds granted for everything to be well once nobody disturbs any more."""


class Mortal(NamedTuple):
    """A process of ours and when it is killed."""

    pid: int
    dies_at: float
    words: tuple[str, ...]


class Torment:
    """One run. ``wrong`` gathers what must not be."""

    def __init__(self, folder: str, seed: int) -> None:
        """Write the settings of some bots."""
        self.folder = folder
        self.dice = random.Random(seed)
        self.place = Place(folder)
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.monitor: Mortal | None = None
        self.commands: list[Mortal] = []
        os.environ[MARK] = folder
        free = ports(seed)
        self.bots = {name: LoneBot(os.path.join(folder, name), next(free)) for name in NAMES}
        with open(os.path.join(folder, "vigie.toml"), "w", encoding="ascii") as file:
            for name, bot in self.bots.items():
                words = json.dumps(command(bot.port))
                file.write(SETTINGS.format(name=name, command=words, port=bot.port))
        self._restarts = dict.fromkeys(NAMES, 0)
        self._life = 0.0
        self._at_work = False

    def play(self, seconds: float) -> dict[str, Any]:
        """Do the worst for so long, then let it calm down and look."""
        began = time.monotonic()
        try:
            while time.monotonic() - began < seconds:
                self._do_something()
                time.sleep(self.dice.uniform(0.0, 0.01))
            self._calm_down()
        except AssertionError as error:
            self.wrong.append(str(error))
        finally:
            for mortal in [*self.commands, *([self.monitor] if self.monitor else [])]:
                self._kill(mortal)
            end_bearers(self.folder)
        if self.wrong:
            self._tell_what_was_said()
        launches = sum(len(bot.begun()) for bot in self.bots.values())
        return {
            "seconds": round(time.monotonic() - began, 1),
            "launches": launches,
            **self.counts,
            "wrong": self.wrong[:20],
        }

    def _tell_what_was_said(self) -> None:
        """Print the last words of everybody, for whoever has only the output of a machine that is gone."""
        for path in (*sorted(glob(os.path.join(self.folder, "said.*"))), self.place.monitor_log):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    lines = file.readlines()[-25:]
            except OSError:
                continue
            print(f"--- {path}", *(line.rstrip("\n") for line in lines), sep="\n", file=sys.stderr)

    # what happens

    def _do_something(self) -> None:
        now, dice = time.monotonic(), self.dice
        if self.monitor is None:
            self._life = dice.uniform(*dice.choice(LIVES))
            self._at_work = dice.random() < AT_WORK
            self.monitor = self._run(now + (LONGEST if self._at_work else self._life), "monitor")
            self.counts["monitors"] += 1
        elif self._at_work and self._door_is_open():
            self._at_work = False
            self.monitor = self.monitor._replace(dies_at=now + self._life)
        elif now >= self.monitor.dies_at or not process_lives(self.monitor.pid):
            self.counts["monitors killed" if process_lives(self.monitor.pid) else "monitors that left"] += 1
            self._kill(self.monitor)
            self.monitor = None
        for one in tuple(self.commands):
            if now >= one.dies_at:
                self.counts["commands killed"] += process_lives(one.pid)
                self._kill(one)
                self.commands.remove(one)
        if dice.random() < 0.03 and len(self.commands) < 3:
            self._command(now)
        if dice.random() < 0.05:
            dice.choice(list(self.bots.values())).mode(dice.choice(MODES))
        if dice.random() < 0.04:
            self._hurt_a_bot()
        self._look_at_records()

    def _door_is_open(self) -> bool:
        card = read_card(self.place)
        return (
            card is not None and self.monitor is not None and card.pid == self.monitor.pid and card.port > 0
        )

    def _command(self, now: float) -> None:
        dice = self.dice
        verb = dice.choice(("start", "stop", "restart", "ensure", "ensure", "status", "check"))
        names = dice.sample(NAMES, dice.randint(0, len(NAMES)))
        soon = dice.random() < 0.6
        self.commands.append(self._run(now + dice.uniform(0.0, 0.5 if soon else 4.0), verb, *names))
        self.counts["commands"] += 1

    def _hurt_a_bot(self) -> None:
        for copy in self.dice.choice(list(self.bots.values())).living():
            number = self.dice.choice((signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGSEGV))
            try:
                os.kill(int(copy.partition(".")[0]), number)
            except OSError:
                continue
            self.counts["bots hurt"] += 1

    def _run(self, dies_at: float, *words: str) -> Mortal:
        """Run the program: forked from this one, which has read it all already and done nothing else with it."""
        pid = os.fork()
        if pid:
            return Mortal(pid, dies_at, words)
        code = 1
        try:
            os.chdir(self.folder)
            said = os.open(f"said.{words[0]}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(said, 1)
            os.dup2(said, 2)
            os.closerange(3, 64)
            code = main(["--lang", "en", *words])
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001  (a forked process must never run the rest of this)
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)

    def _kill(self, mortal: Mortal) -> int:
        try:
            os.kill(mortal.pid, signal.SIGKILL)
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(mortal.pid, 0)[1])

    def _wait(self, mortal: Mortal) -> int:
        until(lambda: not process_lives(mortal.pid), CALM, f"{mortal.words} comes to its end")
        return self._kill(mortal)

    # what must hold

    def _look_at_records(self) -> None:
        """Whole at every moment, and no count ever falls."""
        self.counts["looks"] += 1
        try:
            with open(self.place.status_file, "rb") as file:
                told = json.load(file)["bots"]
        except FileNotFoundError:
            told = {}
        except (ValueError, KeyError) as error:
            self.wrong.append(f"status file: {error!r}")
            told = {}
        if read_status(self.place.status_file).damaged:
            self.wrong.append("status file cannot be believed")
        for name in NAMES:
            there = os.path.exists(os.path.join(self.place.private, f"{name}.json"))
            if there and read_ledger(self.place.private, name) is None:
                self.wrong.append(f"ledger of {name} cannot be believed")
            count = told.get(name, {}).get("restart_count", 0)
            if count < self._restarts[name]:
                self.wrong.append(f"restart count of {name} fell from {self._restarts[name]} to {count}")
            self._restarts[name] = count

    def _calm_down(self) -> None:
        """Nobody is killed any more: everything comes online once, is proven alone, and goes away whole."""
        for bot in self.bots.values():
            bot.mode("ok")
        for one in self.commands:
            self._kill(one)
        self.commands.clear()
        if self.monitor is not None:
            self._kill(self.monitor)
        began, since = time.monotonic(), time.time()
        self.monitor = self._run(began, "monitor")
        alive = self.monitor.pid
        # a person's word: what was stopped, or has used up its tries, shall come as well
        code = self._wait(self._run(began, "ensure"))
        if code:
            self.wrong.append(f"ensure failed: {code}")
        until(lambda: self._online(since) or not process_lives(alive), CALM, "all bots are online")
        self.counts["milliseconds until all was well"] = int(1000 * (time.monotonic() - began))
        # a copy from before may still have its end before it: the next one comes, and stays
        until(
            lambda: all(len(bot.living()) == 1 for bot in self.bots.values()), CALM, "one copy of each lives"
        )
        self._look_at_copies("in the end", 1)
        stop = self._run(began, "stop")
        if self._wait(stop):
            self.wrong.append("stop failed")
        os.kill(self.monitor.pid, signal.SIGTERM)
        self._wait(self.monitor)
        self.monitor = None
        try:
            until(lambda: not bearers(self.folder), 10.0)
        except AssertionError:
            self.wrong.append(f"left behind: {bearers(self.folder)}")
        self._look_at_copies("after the stop", 0)
        self._look_at_records()
        for name, bot in self.bots.items():
            self.wrong += [f"{name}: {what}" for what in bot.lines_missing([self.place.bot_log(name)])[:3]]
            self.counts["lines"] += sum(bot.lines_told().values())
        history = History(self.place.history)
        self.counts["events"] = len(history.events(limit=100_000))
        if history.problem is not None:
            self.wrong.append(f"history: {history.problem.key}")
        history.close()
        self.wrong += [f"kept aside: {name}" for name in os.listdir(self.place.private) if ".damaged" in name]

    def _online(self, since: float) -> bool:
        told = read_status(self.place.status_file)
        faces = [told.of(name) for name in NAMES]
        return all(face.get("state") == "online" and float(str(face["timestamp"])) > since for face in faces)

    def _look_at_copies(self, when: str, exactly: int) -> None:
        for name, bot in self.bots.items():
            if bot.doubled():
                self.wrong.append(f"{when}: two copies of {name}: {bot.doubled()}")
            living = bot.living()
            if len(living) != exactly:
                self.wrong.append(f"{when}: {len(living)} copies of {name} live")
