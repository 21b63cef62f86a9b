"""Plays every case of ``cases.md`` with a real bot and a real monitor, and writes down what a person sees.

    python docs/play_cases.py            # writes docs/cases.md; two to three minutes
    python docs/play_cases.py hangs      # plays the cases whose titles hold this word, and prints them

Seconds in the transcripts count from the last thing that was done to the bot. Folders and process numbers are
put into words, so that two runs differ in the tenths of a second alone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

assert sys.platform != "win32", "bots are stopped dead by signals here"

HERE = Path(__file__).resolve().parent
BOT = """import http.server, os, signal, subprocess, sys, time
HERE = os.path.dirname(os.path.abspath(__file__))
def mode():
    try:
        return open(os.path.join(HERE, "mode")).read().strip()
    except OSError:
        return ""
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if mode() == "silent":
            time.sleep(60)
        self.send_response(500 if mode() == "500" else 200)
        self.end_headers()
    def log_message(self, *args):
        pass
print("bot starts", flush=True)
if mode() == "broken":
    sys.exit("no such token")
if mode().startswith("exit "):
    sys.exit(int(mode().split()[1]))
if mode() == "stubborn":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
if mode() == "hungry":
    much = b"x" * 80_000_000
class Server(http.server.ThreadingHTTPServer):
    def service_actions(self):
        if mode().startswith("leave "):
            code = int(mode().split()[1])
            os.remove(os.path.join(HERE, "mode"))
            os._exit(code)
try:
    Server(("127.0.0.1", int(os.environ["HEALTH_PORT"])), Health).serve_forever(0.05)
except KeyboardInterrupt:
    print("bot leaves", flush=True)
"""

QUICK = """check_interval = 1
check_timeout = 0.5
confirm_interval = 0.3
start_grace = 5
stop_timeout = 2
backoff_initial = 0.5
"""

CASES: list[tuple[str, str, Callable[[Folder], None]]] = []


def case(title: str, about: str) -> Callable[[Callable[[Folder], None]], Callable[[Folder], None]]:
    """Add a case to the list, in the order in which they are written."""

    def add(play: Callable[[Folder], None]) -> Callable[[Folder], None]:
        CASES.append((title, about, play))
        return play

    return add


class Folder:
    """A bot's folder, a monitor that watches it, and the transcript."""

    def __init__(self, settings: str = "") -> None:
        """Put a bot there."""
        self.path = Path(tempfile.mkdtemp(prefix="vigie-case-"))
        self.lines: list[str] = []
        self.began = time.monotonic()
        self.monitor: subprocess.Popen[str] | None = None
        self.port = free_port()
        (self.path / "start.py").write_text(BOT)
        (self.path / ".env").write_text(f"HEALTH_PORT={self.port}\n")
        self.settings(settings)

    def settings(self, more: str = "", head: str = "") -> None:
        """Write the settings file."""
        (self.path / "vigie.toml").write_text(f"{head}[bot]\n{QUICK}{more}")

    def mode(self, mode: str) -> None:
        """Tell the bot how to behave from now on."""
        (self.path / "mode.new").write_text(mode)
        (self.path / "mode.new").replace(self.path / "mode")

    def do(self, what: str) -> None:
        """Write down what is done; the clock starts anew."""
        self.lines.append(f"# {what}")
        self.began = time.monotonic()

    def vigie(self, *words: str, shown: bool = True) -> str:
        """Run one command, and write it down with what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "vigie", "--lang", "en", *words],
            cwd=self.path,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if shown:
            self.lines.append(f"$ vigie {' '.join(words)}")
            self.lines += [*done.stdout.splitlines(), *done.stderr.splitlines(), f"(exit {done.returncode})"]
        return done.stdout

    def watch(self) -> None:
        """Start a monitor, and write down what it says as it says it."""
        self.lines.append("$ vigie monitor")
        self.began = time.monotonic()
        self.monitor = subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", "en", "monitor"],
            cwd=self.path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self.monitor,), daemon=True).start()

    def _listen(self, monitor: subprocess.Popen[str]) -> None:
        assert monitor.stdout is not None
        last = ""
        for line in monitor.stdout:
            text = line.rstrip()
            routine = text.startswith(("[CHECK]", "[OK] Bot is running"))
            if not (routine and text == last) and not routine:
                self.lines.append(f"{time.monotonic() - self.began:6.1f} s  {text}")
            last = text

    def until(self, text: str, times: int = 1, limit: float = 40.0) -> None:
        """Wait until the monitor has said something since the last thing done."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            mark = max((n for n, line in enumerate(self.lines) if line.startswith(("#", "$"))), default=0)
            if sum(text in line for line in self.lines[mark:]) >= times:
                time.sleep(0.1)
                return
            time.sleep(0.02)
        raise SystemExit("\n".join([*self.lines, f"waited in vain for: {text}"]))

    def pid(self) -> int:
        """The living bot's process."""
        import json

        return int(json.loads((self.path / "bot_status.json").read_text())["pid"])

    def close(self) -> None:
        """End the bot and the monitor."""
        if self.monitor is not None:
            self.monitor.kill()
            self.monitor.wait()
        self.vigie("stop", shown=False)
        shutil.rmtree(self.path, ignore_errors=True)


def environment() -> dict[str, str]:
    """Ours, without what would change the bot."""
    return {
        name: value for name, value in os.environ.items() if name not in ("HEALTH_PORT", "PORT", "VIGIE_LANG")
    }


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@case("The bot crashes", "The first restart is immediate; later ones wait, doubling.")
def crashes(here: Folder) -> None:
    """Kill it twice."""
    here.watch()
    here.until("Bot online")
    for _ in range(2):
        here.do("kill -9 BOT")
        os.kill(here.pid(), signal.SIGKILL)
        here.until("Bot online")


@case(
    "The bot hangs",
    "One failed check only raises doubt; three in a row are a verdict, asked quickly after one another.",
)
def hangs(here: Folder) -> None:
    """Stop its process."""
    here.watch()
    here.until("Bot online")
    here.do("kill -STOP BOT: alive, and deaf")
    os.kill(here.pid(), signal.SIGSTOP)
    here.until("Bot online")


@case("The health page answers 500", "The process is well, the bot is not.")
def errors(here: Folder) -> None:
    """Answer 500 until replaced."""
    here.watch()
    here.until("Bot online")
    here.do("its health page answers 500 from now on")
    here.mode("500")
    here.until("Stopping the bot")
    here.mode("")
    here.until("Bot online")


@case("One bad check", "A bot that answers again was never touched.")
def passing(here: Folder) -> None:
    """Silent for a moment."""
    here.watch()
    here.until("Bot online")
    here.do("silent for a moment")
    here.mode("silent")
    here.until("Bad check")
    here.mode("")
    here.until("answers again")


@case(
    "The bot cannot start",
    "After five failures in a row: the slow lane, told once. New code ends it at once.",
)
def broken(here: Folder) -> None:
    """Broken, then mended."""
    here.mode("broken")
    here.watch()
    here.until("Quick tries given up", limit=60)
    here.vigie("status")
    here.do("the code is mended")
    here.mode("")
    (here.path / "start.py").write_text(BOT + "# mended\n")
    here.until("Bot online")


@case("The bot asks to stay down", "Exit code 78 says that no restart will help.")
def stays_down(here: Folder) -> None:
    """Exit 78."""
    here.watch()
    here.until("Bot online")
    here.do("it leaves with exit code 78")
    here.mode("leave 78")
    here.until("stay down")
    time.sleep(1.0)
    here.vigie("status")


@case("The bot asks to be restarted", "Exit code 26 of a bot that was well is no crash, and has no pause.")
def restart_wanted(here: Folder) -> None:
    """Exit 26."""
    here.watch()
    here.until("Bot online")
    here.do("it leaves with exit code 26")
    here.mode("leave 26")
    here.until("Bot online")


@case(
    "The bot will not stop",
    "Both requests go unheard; then the whole tree is ended, the child in a session of its own too.",
)
def stubborn(here: Folder) -> None:
    """Ignore everything."""
    here.mode("stubborn")
    here.vigie("start", shown=False)
    here.vigie("stop")


@case(
    "vigie itself is killed",
    "The bot lives on; the next monitor takes it over and hears of its end, with the exit code.",
)
def killed(here: Folder) -> None:
    """Kill -9 the monitor."""
    here.watch()
    here.until("Bot online")
    assert here.monitor is not None
    here.do("kill -9 MONITOR")
    here.monitor.kill()
    here.monitor.wait()
    here.vigie("check")
    here.watch()
    here.until("taken over")
    here.do("the bot leaves with exit code 3")
    here.mode("leave 3")
    here.until("Bot online")


@case(
    "A syntax error in changed code",
    'With on_change = "restart", a healthy bot is never taken down for code that does not compile.',
)
def syntax(here: Folder) -> None:
    """Break, then mend."""
    here.settings('on_change = "restart"\n')
    here.watch()
    here.until("Bot online")
    here.do("somebody saves start.py in the middle of a line")
    (here.path / "start.py").write_text(BOT + "def half(:\n")
    here.until("not valid")
    here.do("... and finishes it")
    (here.path / "start.py").write_text(BOT + "# whole\n")
    here.until("Bot online")


@case("New settings without leaving", "Wrong ones are refused, and the old ones stay.")
def reload(here: Folder) -> None:
    """Reload twice."""
    here.watch()
    here.until("Bot online")
    here.do('check_interval = "often"')
    (here.path / "vigie.toml").write_text('[bot]\ncheck_interval = "often"\n')
    here.vigie("reload")
    here.do("check_interval = 2")
    (here.path / "vigie.toml").write_text(
        f"[bot]\n{QUICK}".replace("check_interval = 1", "check_interval = 2")
    )
    here.vigie("reload")
    time.sleep(1.0)


@case(
    "It takes too much memory",
    "The whole tree counts, shared pages once; two looks in a row, then a graceful restart.",
)
def memory(here: Folder) -> None:
    """Take 80 MB, once."""
    here.settings('max_memory = "60 MB"\n')
    here.mode("hungry")
    here.watch()
    here.until("Bot online")
    here.mode("")
    here.until("Bot online", times=2)


@case(
    "We ourselves are late", "What was measured while vigie was stopped is void: nobody is restarted for it."
)
def late(here: Folder) -> None:
    """Stop the monitor for three seconds."""
    here.watch()
    here.until("Bot online")
    pid = here.pid()
    here.do("kill -STOP MONITOR, and -CONT three seconds later")
    assert here.monitor is not None
    os.kill(here.monitor.pid, signal.SIGSTOP)
    time.sleep(3)
    os.kill(here.monitor.pid, signal.SIGCONT)
    time.sleep(3)
    here.lines.append(
        "(nothing is said, and the same process answers)" if here.pid() == pid else "(restarted!)"
    )


@case(
    "Several bots, in order",
    "web is first started once db is online; what befalls one does not delay the other.",
)
def several(here: Folder) -> None:
    """Two bots, one after the other."""
    ports = [free_port(), free_port()]
    for name, port in zip(("db", "web"), ports, strict=True):
        (here.path / name).mkdir()
        (here.path / name / "start.py").write_text(BOT.replace('os.environ["HEALTH_PORT"]', f'"{port}"'))
    (here.path / ".env").unlink()
    (here.path / "vigie.toml").write_text(
        "".join(
            f'[bots.{name}]\ndirectory = "{name}"\nhealth_url = "http://localhost:{port}/health"\n{QUICK}{more}'
            for name, port, more in (("db", ports[0], ""), ("web", ports[1], 'after = ["db"]\n'))
        )
    )
    here.watch()
    here.until("Bot online", times=2)
    here.vigie("check")


@case("What the bot printed", "Its output goes straight to its own file, which is kept bounded.")
def logs(here: Folder) -> None:
    """Start, and read."""
    here.vigie("start", shown=False)
    here.vigie("logs", "-n", "5")
    here.vigie("logs", "--since", "10m")
    here.vigie("logs", "-f", "--json")


@case("A stranger has the port", "The launch is refused, the stranger is named and left alone.")
def stranger(here: Folder) -> None:
    """Listen on the port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", here.port))
        other.listen()
        here.vigie("start")


@case("One bot in the foreground", "As in a container: its output is ours, and so is its exit code.")
def foreground(here: Folder) -> None:
    """Run one bot to its end."""
    here.settings('restart = "never"\n')
    threading.Timer(2.0, lambda: here.mode("leave 7")).start()
    here.vigie("run")


def play(wanted: str) -> list[str]:
    """Play the cases whose titles hold ``wanted``; return the document's lines."""
    told: list[str] = []
    for title, about, play_it in CASES:
        if wanted.lower() not in title.lower():
            continue
        print(f"... {title}", file=sys.stderr)
        here = Folder()
        try:
            play_it(here)
        finally:
            here.close()
        told += ["", f"## {title}", "", about, "", "```", *masked(here), "```"]
    return told


def masked(here: Folder) -> list[str]:
    """Put folders and numbers that differ from run to run into words."""
    text = "\n".join(here.lines).replace(str(here.path), "/home/me/bot").replace(str(here.port), "8003")
    text = re.sub(r"PID \d+", "PID 4711", text)
    text = re.sub(r"(?m)^(.*\b(?:PID|pid)\b[^0-9\n]*)\d{3,7}", r"\g<1>4711", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?", "2026-02-08 19:45:32", text)
    return [line.rstrip() for line in text.splitlines()]


HEAD = """# What you see

Every case below was played by `python docs/play_cases.py` with a real bot, a real monitor and short settings
(a check every second, the other durations in proportion; the defaults are in `vigie init`'s commented file).
The seconds count from the last thing done to the bot; lines that only say that all is well are left out."""


def main() -> None:
    """Write the document, or print what was asked for."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    told = play(wanted)
    if wanted:
        print("\n".join(told))
    else:
        (HERE / "cases.md").write_text("\n".join([*HEAD.splitlines(), *told, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
