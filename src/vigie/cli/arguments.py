"""Words on the command line -> what is asked. Common options may stand before or after the verb.

Written by hand because argparse speaks English only, costs a quarter of ``check``'s time above an empty
Python, and cannot take an option on both sides of the verb.
"""

from __future__ import annotations

from vigie.plain import Plain
from vigie.problems import UsageProblem

COMMON = {
    "--project": True,
    "--lang": True,
    "--json": False,
    "--quiet": False,
    "--help": False,
    "--version": False,
}
"""Options every verb takes, and whether a value follows."""

SHORT = {
    "-m": "--message",
    "-f": "--follow",
    "-n": "--lines",
    "-h": "--help",
    "-V": "--version",
    "-q": "--quiet",
}

OPTIONS: dict[str, dict[str, bool]] = {
    "check": {},
    "status": {},
    "start": {},
    "stop": {},
    "restart": {},
    "monitor": {},
    "reload": {},
    "run": {},
    "ensure": {},
    "ship": {
        "--message": True,
        "--files": True,
        "--request": True,
        "--dry-run": False,
        "--rebase": False,
        "--rollback": False,
        "--resume": False,
        "--undo": False,
    },
    "releases": {"--lines": True},
    "init": {},
    "logs": {"--follow": False, "--lines": True, "--since": True},
    "demo": {},
}
"""The verbs, and the options that belong to each alone."""

WITHOUT_NAMES = ("monitor", "reload", "ship", "init", "demo")
"""Verbs that take no bot's name."""

DOOR_FLAGS = {f"--{verb}": verb for verb in ("check", "status", "start", "stop", "restart", "monitor")}
"""What ``bot_monitor.py`` takes instead of a verb."""

REPEATABLE = ("--files",)

HIDDEN = ("--request",)
"""Options that only the PowerShell door gives."""

LANGUAGES = ("fr", "en")


class Request(Plain):
    """What is asked."""

    verb: str
    names: tuple[str, ...]
    options: dict[str, str]
    files: tuple[str, ...] = ()

    def given(self, option: str) -> bool:
        """Tell whether an option was given."""
        return option in self.options

    def value(self, option: str) -> str | None:
        """Return an option's value, or None when it was not given."""
        return self.options.get(option)


def parse(words: list[str], flags: bool = False) -> Request:
    """Return what the words ask for; ``flags``: the verb comes as a flag, as ``bot_monitor.py`` takes it.

    Raises ``UsageProblem`` for anything that cannot be understood.
    """
    options: dict[str, str] = {}
    names: list[str] = []
    files: list[str] = []
    verbs: list[str] = []
    rest = list(words)
    plain = False
    while rest:
        word = rest.pop(0)
        if plain or not word.startswith("-") or word == "-":
            if verbs or flags:
                names.append(word)
            else:
                verbs.append(_verb(word))
        elif word == "--":
            plain = True
        elif flags and word in DOOR_FLAGS:
            verbs.append(DOOR_FLAGS[word])
        else:
            _option(word, rest, verbs, options, files)
    return _checked(verbs, names, options, files, flags)


def _verb(word: str) -> str:
    if word in OPTIONS:
        return word
    from vigie.settings.nearest import nearest

    near = nearest(word, OPTIONS)
    if near is not None:
        raise UsageProblem("cli.unknown-verb-near", found=word, near=near)
    raise UsageProblem("cli.unknown-verb", found=word, known=", ".join(OPTIONS))


def _option(word: str, rest: list[str], verbs: list[str], options: dict[str, str], files: list[str]) -> None:
    name, equals, value = word.partition("=")
    name = SHORT.get(name, name)
    known = {**COMMON, **(OPTIONS[verbs[0]] if verbs else {})}
    # before the verb is known, an option of any verb is taken; whether it belongs is looked at in the end
    anywhere = {option: takes for options_of in OPTIONS.values() for option, takes in options_of.items()}
    takes_value = known.get(name, anywhere.get(name))
    if takes_value is None or (name not in known and verbs):
        raise _unknown(word if not equals else name, known)
    if not takes_value:
        if equals:
            raise UsageProblem("cli.takes-no-value", option=name)
        options[name] = ""
        return
    if not equals:
        if not rest:
            raise UsageProblem("cli.value-missing", option=name)
        value = rest.pop(0)
    if name in options and name not in REPEATABLE:
        raise UsageProblem("cli.given-twice", option=name)
    options[name] = value
    if name in REPEATABLE:
        files.append(value)


def _unknown(word: str, known: dict[str, bool]) -> UsageProblem:
    from vigie.settings.nearest import nearest

    near = nearest(word, known)
    if near is not None:
        return UsageProblem("cli.unknown-option-near", found=word, near=near)
    shown = ", ".join(option for option in known if option not in HIDDEN)
    return UsageProblem("cli.unknown-option", found=word, known=shown)


def _checked(
    verbs: list[str], names: list[str], options: dict[str, str], files: list[str], flags: bool
) -> Request:
    if "--lang" in options and options["--lang"] not in LANGUAGES:
        raise UsageProblem("cli.unknown-language", found=options["--lang"])
    if "--help" in options or "--version" in options:
        return Request(verbs[0] if verbs else "", tuple(names), options)
    if len(set(verbs)) > 1:
        raise UsageProblem("cli.two-flags", first=f"--{verbs[0]}", second=f"--{verbs[1]}")
    if not verbs and not flags:
        raise UsageProblem("cli.no-verb", known=", ".join(OPTIONS))
    verb = verbs[0] if verbs else "check"
    for option in options:
        if option not in COMMON and option not in OPTIONS[verb]:
            raise UsageProblem("cli.option-elsewhere", option=option, verb=verb)
    if names and (flags or verb in WITHOUT_NAMES):
        raise UsageProblem("cli.too-many-words", found=names[0], verb=verb)
    return Request(verb, tuple(names), options, tuple(files))
