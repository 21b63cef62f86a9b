"""Where a value comes from: enough to use it, and to say precisely which one is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vigie.messages import Phrase
from vigie.plain import Plain
from vigie.problems import UsageProblem

if TYPE_CHECKING:
    from vigie.settings.schema import Setting
    from vigie.settings.toml_file import TomlFile


_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
"""The letters of a key that TOML wants no quotes for."""


class FromVariable(Plain):
    """A variable of the environment, or of the ``.env`` when ``file`` names it."""

    name: str
    value: str
    written: str
    file: str | None = None
    line: int = 0

    @property
    def is_text(self) -> bool:
        """Whether numbers are written as text here."""
        return True

    def place(self) -> Phrase:
        """Say which variable, and where it stands."""
        if self.file is None:
            return Phrase("settings.in-environment", variable=self.name)
        return Phrase("settings.in-env-file", file=self.file, line=self.line, variable=self.name)

    def shown(self) -> str:
        """Return as much of the value as an error may show.

        What is written, not what ``${...}`` made of it, and its first word only: after a forgotten quote or
        line end the rest may belong to a neighbour that is secret.
        """
        first, *rest = self.written.split(None, 1) or [""]
        return repr(first) + ("..." if rest else "")


class FromToml(Plain):
    """The value at ``keys`` in ``vigie.toml``."""

    file: TomlFile
    keys: tuple[str, ...]
    value: object

    @property
    def is_text(self) -> bool:
        """Whether numbers are written as text here."""
        return False

    @property
    def items(self) -> dict[str, object]:
        """What a table holds; anything else holds nothing."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, name: str) -> FromToml | None:
        """Return what the table holds under ``name``, or None."""
        return FromToml(self.file, (*self.keys, name), self.items[name]) if name in self.items else None

    @property
    def name(self) -> str:
        """The path of the key as people write it: ``bots.music.command``."""
        return ".".join(
            key if 0 < len(key) < 65 and set(key) <= _BARE else toml_text(key) for key in self.keys
        )

    def place(self) -> Phrase:
        """Say which file and line."""
        from vigie.settings.toml_file import line_of

        return Phrase("settings.in-file", file=self.file.path, line=line_of(self.file, self.keys))

    def shown(self) -> str:
        """Return the value, shortened, as it is written in TOML; of a table only that it is one."""
        return toml_text(self.value)


Origin = FromVariable | FromToml


class NotAllowedError(Exception):
    """A value that its setting does not allow; ``allowed`` tells what it does.

    ``found`` tells what is wrong about it where showing the value would not help or must not be.
    """

    def __init__(self, allowed: Phrase, found: Phrase | str | None = None) -> None:
        """Remember what is allowed and what was found."""
        super().__init__(allowed.key)
        self.allowed = allowed
        self.found = found


def read(setting: Setting, origin: Origin) -> Any:
    """Return the core value of ``origin``; raises ``UsageProblem`` when ``setting`` does not allow it."""
    from vigie.settings import value

    try:
        return value.read(setting, origin.value, origin.is_text)
    except NotAllowedError as wrong:
        found = wrong.found
        if isinstance(found, str) and isinstance(origin, FromVariable) and origin.value != origin.written:
            found = Phrase("settings.found-composed")
        raise blame(origin, wrong.allowed, found, setting.name) from None


def blame(
    origin: Origin, allowed: Phrase, found: Phrase | str | None = None, name: Phrase | str = ""
) -> UsageProblem:
    """Return the problem that names place and setting, what was found and what is allowed."""
    return UsageProblem(
        "settings.wrong-value",
        place=origin.place(),
        setting=origin.name if isinstance(origin, FromToml) else name or origin.name,
        found=origin.shown() if found is None else found,
        allowed=allowed,
    )


def toml_text(value: object, limit: int = 60) -> str:
    """Return ``value`` much as TOML writes it, in one line, cut after ``limit`` characters."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, dict):
        text = "{...}"
    elif isinstance(value, list):
        text = "[" + ", ".join(toml_text(item) for item in value[:8]) + (", ...]" if len(value) > 8 else "]")
    elif isinstance(value, str):
        text = repr(value)
    elif isinstance(value, int) and value.bit_length() > 64:
        # Python refuses to write numbers of more than 4300 digits.
        text = hex(value)
    else:
        text = str(value)
    return text if len(text) <= limit else text[:limit] + "..."
