r"""The project's ``.env``, read as python-dotenv reads it.

Nearly every Python bot reads its ``.env`` with python-dotenv, which leaves alone what the environment already
holds; and what is read here is added to the bot's environment. So the two must agree, or a bot would see
other values under a monitor than when it is launched by hand. In particular:

- ``NAME=value`` or ``export NAME=value``, spaces around ``=`` are allowed; the last of two wins;
- without quotes a value ends with the line, or at a ``#`` that follows a space;
- between quotes it may span lines; ``\\`` and ``\'`` are escapes in both kinds, ``\"`` and ``\a \b \f \n \r
  \t \v`` between double quotes only, any other backslash stands for itself;
- ``${NAME}`` and ``${NAME:-default}`` are replaced, wherever they stand; the environment is asked first;
- a name alone, without ``=``, says nothing.

One thing differs: a line that cannot be understood is an error, not a warning that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vigie.plain import Plain
from vigie.problems import UsageProblem
from vigie.settings.project import Secrets
from vigie.settings.text_file import read_text

_IN_SINGLE_QUOTES = {"\\": "\\", "'": "'"}
_IN_DOUBLE_QUOTES = {
    **_IN_SINGLE_QUOTES,
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_QUOTES = "\"'"


class Assignment(Plain):
    """One variable as it is written, before ``${...}`` is replaced; ``line`` is where it begins, from 1."""

    name: str
    written: str
    line: int


class EnvFile(Plain):
    """What a ``.env`` holds: every value, and what was written where."""

    path: str
    values: Secrets
    written: dict[str, Assignment]

    def __repr__(self) -> str:
        """Name the file and show no value."""
        return f"EnvFile({self.path!r}, {self.values!r})"


def read_env_file(path: str, environ: Mapping[str, str]) -> EnvFile:
    """Read the file at ``path``; ``environ`` is where ``${NAME}`` looks first.

    Raises ``UsageProblem`` for a file or a line that cannot be understood; that names the line and never what
    stands in it.
    """
    values = Secrets()
    written: dict[str, Assignment] = {}
    for assignment in assignments(read_text(path), path):
        values[assignment.name] = expand(assignment.written, values, environ)
        written[assignment.name] = assignment
    return EnvFile(path, values, written)


def assignments(text: str, path: str) -> Iterator[Assignment]:
    """Yield every assignment in ``text``; ``path`` is only named in a ``UsageProblem``."""
    position, line = 0, 1
    while position < len(text):
        end = _end_of_line(text, position)
        name, equals, _ = text[position:end].partition("#")[0].partition("=")
        name = _without_export(name.strip())
        if name and not _is_name(name):
            raise UsageProblem("settings.env-line", file=path, line=line)
        if equals:
            if not name:
                raise UsageProblem("settings.env-line", file=path, line=line)
            start = text.index("=", position) + 1
            value, end = _value(text, start, end, path, line)
            yield Assignment(name, value, line)
        line += text.count("\n", position, end) + 1
        position = end + 1


def expand(written: str, earlier: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Replace ``${NAME}`` and ``${NAME:-default}`` in ``written``; unknown: its default, or nothing."""
    parts = []
    position = 0
    while (start := written.find("${", position)) >= 0:
        end = written.find("}", start)
        if end < 0:
            break
        name, colon, default = written[start + 2 : end].partition(":")
        if colon and not default.startswith("-"):
            parts.append(written[position : start + 2])
            position = start + 2
            continue
        known = environ.get(name, earlier.get(name, default[1:]))
        parts += [written[position:start], known]
        position = end + 1
    return "".join([*parts, written[position:]])


def _value(text: str, start: int, end: int, path: str, line: int) -> tuple[str, int]:
    """Return the value that begins at ``start``, and where its last line ends."""
    first = start
    while first < end and text[first].isspace():
        first += 1
    if first < end and text[first] in _QUOTES:
        value, after = _quoted(text, first, path, line)
        end = _end_of_line(text, after)
        rest = text[after:end].strip()
        if rest and not rest.startswith("#"):
            raise UsageProblem("settings.env-after-quote", file=path, line=line)
        return value, end
    return _without_comment(text[start:end]), end


def _quoted(text: str, opening: int, path: str, line: int) -> tuple[str, int]:
    quote = text[opening]
    escapes = _IN_DOUBLE_QUOTES if quote == '"' else _IN_SINGLE_QUOTES
    parts: list[str] = []
    position = opening + 1
    while position < len(text):
        letter = text[position]
        if letter == quote:
            return "".join(parts), position + 1
        if letter == "\\":
            following = text[position + 1 : position + 2]
            parts.append(escapes.get(following, letter + following))
            position += 2
        else:
            parts.append(letter)
            position += 1
    raise UsageProblem("settings.env-open-quote", file=path, line=line, quote=quote)


def _without_comment(value: str) -> str:
    mark = value.find("#")
    while mark >= 0:
        if mark and value[mark - 1].isspace():
            value = value[:mark]
            break
        mark = value.find("#", mark + 1)
    return value.strip()


def _without_export(name: str) -> str:
    words = name.split(None, 1)
    return words[1] if len(words) == 2 and words[0] == "export" else name


def _is_name(name: str) -> bool:
    return not any(letter.isspace() or letter in _QUOTES for letter in name)


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end
