"""Which files are a bot's code, and how they lie on disk.

What counts: the sources of the language the bot is written in, told by its command, and the program and the
script that the command names. What does not: settings and data (``.json``, ``.yaml``, ``.toml``, databases),
because bots write such files into their own folder all day long and must not be restarted for that. In a git
repository git's rules say what is ignored; hidden folders, caches, installed packages and virtual
environments are passed over everywhere, and without git also the folders that build tools write to.
"""

from __future__ import annotations

import os

from vigie.runtime.sensors.git_ignore import GitIgnore

PYTHON = (".py", ".pyw")
JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
LANGUAGES = (PYTHON, JAVASCRIPT, (".rb",), (".php",), (".lua",), (".pl", ".pm"))
RUNNERS = dict.fromkeys(("node", "nodejs", "npm", "npx", "yarn", "pnpm", "deno", "bun", "tsx"), JAVASCRIPT)

NEVER = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Folders that hold no code of the bot's own, in a repository or not; hidden ones neither."""

WITHOUT_GIT = frozenset({"logs", "venv", "env", "dist", "build"})
"""More of them where there is no git to ask."""

MOST_FILES = 20_000

Files = dict[str, os.stat_result]


def code_endings(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the endings of code files: those of the language of the command's script, else Python's."""
    for word in command:
        ending = os.path.splitext(word)[1].lower()
        for endings in LANGUAGES:
            if ending in endings:
                return endings
    runner = os.path.basename(command[0]).lower().removesuffix(".exe").removesuffix(".cmd") if command else ""
    return RUNNERS.get(runner, PYTHON)


def changed_at(seen: os.stat_result) -> float:
    """Return when a file came to lie there as it does, in calendar seconds.

    Copies that keep the time of writing (``rsync -a``, ``scp -p``, ``mv``) still change the second moment.
    """
    return max(seen.st_mtime, seen.st_ctime)


def newest_code(directory: str, command: tuple[str, ...] = ()) -> tuple[float, str] | None:
    """Return when the newest code file below ``directory`` came to lie there, calendar seconds, and its path."""
    try:
        files = CodeFiles(directory, command).look()
    except OSError:
        return None
    return max(((changed_at(seen), path) for path, seen in files.items()), default=None)


class CodeFiles:
    """The code files of one bot. Looking again and again is cheap: git is asked about a path only once."""

    def __init__(self, directory: str, command: tuple[str, ...] = ()) -> None:
        """Look at nothing yet."""
        self.directory = os.path.abspath(directory)
        self.command = command
        self.closed: list[str] = []
        """Folders that could not be looked into the last time, although they are there."""
        self.overfull = False
        """Whether more than ``MOST_FILES`` lie there, so that not all were looked at."""
        self._endings = code_endings(command)
        self._rules: dict[str, GitIgnore] = {}
        self._rule_marks: tuple[object, ...] | None = None

    def look(self) -> Files:
        """Return the files with what the system knows of them; raises ``OSError`` when the folder is not there."""
        files, marks = self._walk()
        if self._rule_marks is not None and marks != self._rule_marks:
            for rules in self._rules.values():
                rules.forget()
            files, marks = self._walk()
        self._rule_marks = marks
        return files

    def named(self) -> list[str]:
        """Return the program and the script of the command, as far as they are files of the bot's own."""
        found: list[str] = []
        for word in self.command:
            path = os.path.join(self.directory, word)
            if (word is self.command[0] or not found) and self._is_own(path) and os.path.isfile(path):
                found.append(path)
        return found

    def _walk(self) -> tuple[Files, tuple[object, ...]]:
        walk = _Walk(self._endings, self._rules)
        files = walk.below(self.directory)
        self.closed, self.overfull = walk.closed, len(files) >= MOST_FILES
        for path in self.named():
            try:
                files[path] = os.stat(path)
            except OSError:
                continue
        own = [rules.marks() for rules in self._rules.values() if rules.folder in walk.repositories]
        return files, (*sorted(walk.rule_files), *own)

    def _is_own(self, path: str) -> bool:
        folder = os.path.dirname(os.path.normpath(path))
        while folder.startswith(self.directory) and folder != self.directory:
            if _is_passed_over(os.path.basename(folder), folder):
                return False
            folder = os.path.dirname(folder)
        return folder == self.directory


Step = tuple[str, GitIgnore]
"""A folder or a file, and the rules it is subject to."""


class _Walk:
    """One walk, level by level, so that git is asked about all unknown paths of a level at once."""

    def __init__(self, endings: tuple[str, ...], rules: dict[str, GitIgnore]) -> None:
        self._endings = endings
        self._rules = rules
        self._files: Files = {}
        self._linked: set[str] = set()
        self._top = ""
        self._code: list[tuple[os.DirEntry[str], GitIgnore]] = []
        self._folders: list[tuple[os.DirEntry[str], GitIgnore]] = []
        self.closed: list[str] = []
        self.repositories: set[str] = set()
        self.rule_files: list[tuple[str, int, int]] = []

    def below(self, top: str) -> Files:
        self._top = os.path.realpath(top)
        with os.scandir(top):  # its absence is the caller's affair, that of a folder below is not
            pass
        level: list[Step] = [(top, self._rules_of(top))]
        while level and len(self._files) < MOST_FILES:
            self._code, self._folders = [], []
            for folder, rules in level:
                self._look_into(folder, rules)
            self._keep_code()
            level = self._next_level()
        return self._files

    def _rules_of(self, folder: str) -> GitIgnore:
        self.repositories.add(folder)
        return self._rules.setdefault(folder, GitIgnore(folder))

    def _look_into(self, folder: str, rules: GitIgnore) -> None:
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            self.closed.append(folder)
            return
        if folder != rules.folder and any(entry.name == ".git" for entry in listed):
            rules = self._rules_of(folder)  # a submodule, or a clone inside the project
        for entry in listed:
            try:
                if entry.name.endswith(self._endings) and entry.is_file():
                    self._code.append((entry, rules))
                elif entry.name == ".gitignore":
                    seen = entry.stat()
                    self.rule_files.append((entry.path, seen.st_mtime_ns, seen.st_size))
                elif entry.is_dir() and not _is_passed_over(entry.name, entry.path):
                    self._folders.append((entry, rules))
            except OSError:
                continue

    def _keep_code(self) -> None:
        ignored = self._ignored(self._code)
        for entry, _rules in self._code:
            if entry.path not in ignored:
                try:
                    self._files[entry.path] = entry.stat()
                except OSError:
                    continue

    def _next_level(self) -> list[Step]:
        ignored = self._ignored(self._folders)
        level: list[Step] = []
        for entry, rules in self._folders:
            if entry.path in ignored or (entry.name in WITHOUT_GIT and not rules.knows):
                continue
            if not entry.is_symlink():
                level.append((entry.path, rules))
            elif self._leads_elsewhere(entry.path):
                level.append((entry.path, self._rules_of(entry.path)))
        return level

    def _ignored(self, entries: list[tuple[os.DirEntry[str], GitIgnore]]) -> set[str]:
        asked: dict[str, list[str]] = {}
        for entry, rules in entries:
            asked.setdefault(rules.folder, []).append(entry.path)
        return {path for top, paths in asked.items() for path in self._rules[top].ignored(paths)}

    def _leads_elsewhere(self, link: str) -> bool:
        """Whether a linked folder is not looked at anyway and does not lead in a circle."""
        there = os.path.realpath(link)
        inside = os.path.join(there, "").startswith(os.path.join(self._top, ""))
        around = self._top.startswith(os.path.join(there, ""))
        if inside or around or there in self._linked:
            return False
        self._linked.add(there)
        return True


def _is_passed_over(name: str, path: str) -> bool:
    return name.startswith(".") or name in NEVER or os.path.exists(os.path.join(path, "pyvenv.cfg"))
