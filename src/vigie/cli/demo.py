"""``demo``: the included example bot is killed, frozen and made to answer 500, and comes back each time.

Nothing is staged: a real monitor watches a real bot in a temporary folder, and this file does the harm from
outside. What is believed is not what the monitor says but what is seen: another process than before answers
200 at /health. Exit 0 only if all of it truly happened.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from vigie.cli.output import Output
from vigie.cli.template_files import read_template
from vigie.core.spec import Spec
from vigie.probes import probe_for
from vigie.probes.drive import ask_all
from vigie.problems import DONE, FAILED
from vigie.records.ledger import read_ledger
from vigie.records.status_file import read_status

LIMIT = 12.0
"""Seconds after which a bot that has not come back counts as lost."""

SETTINGS = """# quick enough to watch; a real bot does well with the defaults
[bot]
check_interval = 0.5
check_timeout = 0.5
confirm_failures = 3
confirm_interval = 0.2
stop_timeout = 1
backoff_initial = 0.3
"""


def run(output: Output) -> int:
    """Play it all in less than 30 s; exit 0 when the bot came back from everything."""
    with tempfile.TemporaryDirectory(prefix="vigie-demo-") as folder:
        demo = Demo(folder, output)
        try:
            online = demo.play()
        finally:
            demo.leave_nothing()
    if output.as_json:
        output.json({"ok": online, "steps": demo.told})
    elif online:
        output.line("OK", "demo.all-true", {"seconds": demo.clock()})
    else:
        output.complain("ERROR", output.text("demo.not-true", {}))
    return DONE if online else FAILED


class Demo:
    """One performance, in ``folder``."""

    def __init__(self, folder: str, output: Output) -> None:
        """Prepare the folder; nothing runs yet."""
        self.told: list[dict[str, object]] = []
        self._folder = folder
        self._output = output
        self._began = time.monotonic()
        self._monitor: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        health, self._chat = _free_ports()
        self._spec = Spec(health_url=f"http://localhost:{health}/health", check_timeout=0.5)
        for name, content in (
            ("start.py", read_template("examples/echo_bot/start.py")),
            ("vigie.toml", SETTINGS.encode()),
            (".env", f"HEALTH_PORT={health}\nCHAT_PORT={self._chat}\n".encode()),
        ):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)

    def clock(self) -> float:
        """Seconds since the demo began."""
        return round(time.monotonic() - self._began, 1)

    def play(self) -> bool:
        """Do each harm in turn, and see what becomes of it."""
        self._say("INFO", "demo.folder", folder=self._folder)
        self._start_monitor()
        if self._wait_for_another(None) is None:
            return self._lost("start")
        return (
            self._survives("killed", self._kill)
            and self._survives("frozen", lambda _pid: self._write("!freeze"))
            and self._survives("answers-500", lambda _pid: self._write("!answer 500"))
            and self._stays_when_we_leave()
            and self._stops()
        )

    def leave_nothing(self) -> None:
        """End the monitor and the bot, whatever happened."""
        self._end_monitor()
        subprocess.run(
            self._vigie("stop", "--quiet"), check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _survives(self, harm: str, act: Callable[[int], None]) -> bool:
        before = self._pid()
        if before is None:
            return self._lost(harm)
        self._say("WARNING", f"demo.{harm}", pid=before)
        began = time.monotonic()
        act(before)
        after = self._wait_for_another(before)
        if after is None:
            return self._lost(harm)
        seconds = round(time.monotonic() - began, 2)
        self.told.append(
            {"step": harm, "ok": True, "seconds": seconds, "pid_before": before, "pid_after": after}
        )
        self._say("OK", "demo.came-back", before=before, pid=after, seconds=seconds)
        return True

    def _stays_when_we_leave(self) -> bool:
        before = self._pid()
        self._end_monitor()
        stays = before is not None and self._pid() == before and self._answers()
        self.told.append({"step": "monitor-left", "ok": stays})
        if stays:
            self._say("OK", "demo.goes-on", pid=before)
        return stays

    def _stops(self) -> bool:
        done = subprocess.run(self._vigie("stop", "--quiet"), check=False)
        stopped = done.returncode == 0 and not self._answers() and self._pid() is None
        self.told.append({"step": "stopped", "ok": stopped})
        return stopped

    def _lost(self, step: str) -> bool:
        self.told.append({"step": step, "ok": False})
        self._output.complain("ERROR", self._output.text("demo.lost", {"seconds": LIMIT}))
        return False

    def _kill(self, pid: int) -> None:
        if sys.platform == "win32":
            import psutil

            psutil.Process(pid).kill()
        else:
            os.kill(pid, signal.SIGKILL)

    def _write(self, line: str) -> None:
        with socket.create_connection(("127.0.0.1", self._chat), 2.0) as chat:
            chat.sendall(f"{line}\n".encode())

    def _pid(self) -> int | None:
        record = read_ledger(os.path.join(self._folder, ".vigie"), "bot")
        identity = record.get("identity") if record is not None else None
        return identity[0] if isinstance(identity, list) and isinstance(identity[0], int) else None

    def _known_online(self) -> bool:
        known = read_status(os.path.join(self._folder, "bot_status.json")).of("bot")
        return known.get("state") == "online"

    def _answers(self) -> bool:
        return bool(ask_all([probe_for(self._spec)], [self._spec.check_timeout])[0].well)

    def _wait_for_another(self, before: int | None) -> int | None:
        until = time.monotonic() + LIMIT
        while time.monotonic() < until:
            pid = self._pid()
            # the monitor must have seen a healthy answer too: before, it is patient for the start grace
            if pid is not None and pid != before and self._known_online() and self._answers():
                return pid
            time.sleep(0.02)
        return None

    def _vigie(self, *words: str) -> list[str]:
        language = self._output.language
        return [sys.executable, "-m", "vigie", "--project", self._folder, "--lang", language, *words]

    def _start_monitor(self) -> None:
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP
        self._monitor = subprocess.Popen(
            self._vigie("monitor"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            creationflags=flags,
        )
        self._reader = threading.Thread(target=self._pass_on, args=(self._monitor,), daemon=True)
        self._reader.start()

    def _pass_on(self, monitor: subprocess.Popen[str]) -> None:
        assert monitor.stdout is not None  # noqa: S101  (a pipe was asked for)
        for line in monitor.stdout:
            if "[CHECK]" not in line:
                self._output.plain(f"{self.clock():5.1f} s      {line.rstrip()}")

    def _end_monitor(self) -> None:
        monitor, self._monitor = self._monitor, None
        if monitor is None:
            return
        if sys.platform == "win32":
            monitor.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            monitor.send_signal(signal.SIGINT)
        try:
            monitor.wait(10)
        except subprocess.TimeoutExpired:
            monitor.kill()
            monitor.wait()
        if self._reader is not None:
            self._reader.join(5)
        if monitor.stdout is not None:
            monitor.stdout.close()

    def _say(self, tag: str, key: str, **values: object) -> None:
        if not self._output.as_json:
            self._output.plain(f"{self.clock():5.1f} s  [{tag}] {self._output.text(key, values)}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
