"""A bot's folder under git, with a remote: what ``vigie ship`` is played in as a program of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from tests.stage import BOT, Done, Stage
from tests.waiting import until

IGNORED = (
    "/.vigie/\n/logs/\n/bot_status.json\n.env\nlives\nonly_one\ndoubled\nmode\n*.out\nmonitor*\nhold\nheld\n"
)

WINDOW = """
[ship]
prove = 1
prove_deadline = 20
"""

CONFIGURATION = """\
[user]
    name = Ada
    email = ada@example.org
[init]
    defaultBranch = main
[core]
    autocrlf = false
"""

GOOD = BOT.read_text(encoding="utf-8")

DIES = (
    'import threading\nthreading.Timer(0.5, os._exit, (9,)).start()\nprint("bot: I am broken", flush=True)\n'
)
"""What makes of a good bot one that is well for half a second."""

EDIT = "# edited meanwhile"

EDITS = f'with open("commands.py", "a", encoding="utf-8") as file:\n    file.write("{EDIT}\\n")\n'
"""Somebody goes on editing while the bot is being proven: the bot itself, so that the moment is always the same."""

HOLD = """\
#!/bin/sh
cat > /dev/null
test -e "{folder}/hold" || exit 0
echo $$ > "{folder}/held"
n=0
while test -e "{folder}/hold" && test $n -lt 2400; do sleep 0.05; n=$((n + 1)); done
"""
"""A slow hook: it waits, at most two minutes, until the file ``hold`` is gone."""


class Shop:
    """One project with its remote."""

    def __init__(self, stage: Stage, base: Path) -> None:
        """Commit and push a bot that works."""
        self.stage = stage
        self.base = base
        self.remote = base / "github.git"
        home = base / "git home"
        home.mkdir()
        (home / ".gitconfig").write_text(CONFIGURATION)
        stage.environment.update(HOME=str(home), USERPROFILE=str(home), XDG_CONFIG_HOME=str(home))
        self._run(base, "init", "-q", "--bare", str(self.remote))
        self.settings()
        self.write(".gitignore", IGNORED)
        self.write("start.py", GOOD)
        self.write("commands.py", "COMMANDS = []\n")
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "first")
        self.git("remote", "add", "origin", str(self.remote))
        self.git("push", "-qu", "origin", "main")
        self.first = self.head

    def settings(self, more: str = "", window: str = WINDOW) -> None:
        """Write ``vigie.toml``: the quick bot of every stage, and how it is shipped."""
        file = self.stage.folder / "vigie.toml"
        bot = file.read_text().partition("\n[ship]")[0]
        file.write_text(f"{bot}{window}{more}", encoding="utf-8")

    def _run(self, folder: Path, *words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env=self.stage.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().removesuffix("\n")

    def git(self, *words: str) -> str:
        """Run git as a person would."""
        return self._run(self.stage.folder, *words)

    def write(self, name: str, text: str) -> None:
        """Write a file, line ends as they stand."""
        (self.stage.folder / name).write_text(text, encoding="utf-8", newline="")

    def read(self, name: str) -> str:
        """Read one."""
        return (self.stage.folder / name).read_text(encoding="utf-8")

    @property
    def head(self) -> str:
        """The last commit."""
        return self.git("rev-parse", "HEAD")

    @property
    def pushed(self) -> str:
        """What the remote has."""
        return self._run(self.remote, "rev-parse", "main")

    @property
    def subjects(self) -> list[str]:
        """The branch, the newest first."""
        return self.git("log", "--format=%s").split("\n")

    def ship(self, *words: str, lang: str = "en") -> Done:
        """Ship all of it."""
        return self.stage.vigie("ship", *words, lang=lang, timeout=120.0)

    def bad(self, more: str = "") -> None:
        """Write code that dies while it is being proven."""
        self.write("start.py", GOOD.replace('if __name__ == "__main__":\n', f"{DIES}{more}if True:\n"))
        self.write("commands.py", "COMMANDS = ['broken']\n")

    def bot(self) -> dict[str, Any]:
        """What ``status`` tells of the bot."""
        found: dict[str, Any] = self.stage.vigie("status", "--json").json["bots"][0]
        return found

    def releases(self) -> list[tuple[str, str | None]]:
        """Each version and its verdict, the newest first."""
        rows = self.stage.vigie("releases", "--json").json["releases"]
        return [(row["commit"], row["verdict"]) for row in rows]

    def slow_hook(self, name: str) -> None:
        """Let this hook wait until it is let go."""
        folder = str(self.stage.folder).replace('"', '\\"')
        file = self.stage.folder / ".git" / "hooks" / name
        file.write_text(HOLD.format(folder=folder), encoding="utf-8", newline="\n")
        file.chmod(0o755)
        self.write("hold", "")

    def wait_for_hook(self, command: subprocess.Popen[str]) -> None:
        """Wait until the hook is at work."""
        held = self.stage.folder / "held"
        until(lambda: held.exists() or command.poll() is not None, 30.0, "the hook is at work")
        assert command.poll() is None, command.communicate()

    def let_go(self) -> None:
        """Let the hook end."""
        (self.stage.folder / "hold").unlink(missing_ok=True)
        (self.stage.folder / "held").unlink(missing_ok=True)
