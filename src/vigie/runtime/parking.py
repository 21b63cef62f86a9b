"""Runs the last good version beside the person's files, while theirs keep it from coming back into the folder.

``.vigie/parked.json`` names the bad commit and where the good one is laid out. As long as the project stands on
that bad commit, every launch uses the good one's files; the working folder stays the same, so that the bot
finds its data. It ends by itself with the person's next commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

from vigie.core.spec import Spec
from vigie.engines import command_line
from vigie.messages import Phrase
from vigie.plain import Plain
from vigie.records.json_file import read_json
from vigie.records.private_file import make_private_folder, remove, replace_whole
from vigie.runtime.place import Place
from vigie.runtime.revision import commit_in

NAME = "parked.json"

SAFE_PATH = (3, 11)
"""The first Python that can be kept from importing out of its working folder (``PYTHONSAFEPATH``)."""

_ASK_VERSION = "import sys; sys.exit(sys.version_info[:2] < (3, 11))"


class Parked(Plain):
    """What is parked: ``folder`` holds the project as the commit ``good`` has it; ``since`` in epoch seconds."""

    bad: str
    good: str
    folder: str
    since: float


class Override(Plain):
    """How a bot is launched from a parked version: its words, and ``variables`` over those of its environment."""

    command: tuple[str, ...]
    variables: dict[str, str]
    good: str
    folder: str


def parked_command(place: Place, spec: Spec) -> Override | None:
    """Return how to launch this bot now, None when it is launched as ever.

    A parking that is over (the project stands on another commit) is ended here. Never raises.
    """
    parked = read_parking(place)
    if parked is None:
        return None
    if commit_in(place.root) != parked.bad:
        end_parking(place)
        return None
    return override(place.root, spec, parked)


def left_parked(place: Place, spec: Spec) -> Override | None:
    """Return how a copy that still lives may have been launched from a parked version, were that over by now."""
    parked = read_parking(place)
    return None if parked is None else override(place.root, spec, parked)


def current_parking(place: Place) -> Parked | None:
    """Return the parking that is in force; nothing is changed."""
    parked = read_parking(place)
    return parked if parked is not None and commit_in(place.root) == parked.bad else None


def park(place: Place, specs: Sequence[Spec], bad: str, good: str, folder: str, wall: float) -> Phrase | None:
    """Let every launch use ``folder`` while ``bad`` lies in the project; why not, where that cannot be.

    Raises ``Failure`` like ``replace_whole``; then nothing is parked.
    """
    parked = Parked(bad, good, os.path.abspath(folder), wall)
    for spec in specs:
        way = override(place.root, spec, parked)
        if way is None or ("PYTHONSAFEPATH" in way.variables and not _understands_safe_path(spec)):
            command = " ".join(spec.command[:1])
            return Phrase("rollback.cannot-park", commit=good[:7], command=os.path.basename(command))
    make_private_folder(place.private)
    data = json.dumps(parked._asdict()).encode("ascii") + b"\n"
    replace_whole(os.path.join(place.private, NAME), data)
    return None


def end_parking(place: Place) -> None:
    """Launch as ever from now on; the parked files stay until ``sweep``, a living bot may still need them."""
    remove(os.path.join(place.private, NAME))


def sweep(place: Place) -> list[str]:
    """Remove parked versions that nothing runs from any more; return those kept because a bot wrote into them."""
    from vigie.ship.back.release_folder import PARKED, releases_in, remove_release

    names = releases_in(place.root)
    if not names:
        return []
    from vigie.engines import programs

    parked = current_parking(place)
    used = [] if parked is None else [parked.folder]
    used += [word for program in programs.own_programs().values() for word in program.arguments]
    used += _held_by(place)
    kept = []
    for name in names:
        whole = os.path.join(os.path.abspath(os.path.join(place.root, PARKED)), name)
        if any(word == whole or word.startswith(whole + os.sep) for word in used):
            continue
        if (path := remove_release(place.root, name)) is not None:
            kept.append(path)
    return kept


def read_parking(place: Place) -> Parked | None:
    """Return what the file says, None when there is none that can be believed or its folder is gone."""
    value = read_json(os.path.join(place.private, NAME)).value
    if not isinstance(value, dict):
        return None
    texts = [value.get(name) for name in ("bad", "good", "folder")]
    since = value.get("since")
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(since, (int, float)):
        return None
    parked = Parked(str(texts[0]), str(texts[1]), str(texts[2]), float(since))
    return parked if os.path.isdir(parked.folder) else None


def override(root: str, spec: Spec, parked: Parked) -> Override | None:
    """Return how ``spec`` is launched from a parked version; None when its command names nothing of it."""
    runs = command_line.understand(spec.command)
    script = runs.script if runs is not None and not runs.module else None
    beside = _Beside(root, spec.directory, parked.folder)
    command = tuple(
        beside.path(word, first=number == 0, script=word == script)
        for number, word in enumerate(spec.command)
    )
    variables: dict[str, str] = {}
    if runs is not None and runs.module and runs.kind in ("python", "pypy"):
        if not beside.has_module(runs.script or ""):
            return None  # somebody else's module: where it looks for the bot's code is its own affair
        variables["PYTHONSAFEPATH"] = "1"
        variables["PYTHONPATH"] = os.pathsep.join(beside.python_path())
    elif command == spec.command or (script is not None and script in command):
        return None
    elif runs is not None and runs.kind in ("python", "pypy"):
        # before installed packages, one of which may be a link to this very project
        variables["PYTHONPATH"] = os.pathsep.join(beside.python_path())
    return Override(command, variables, parked.good, parked.folder)


def with_variables(environment: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a parked bot: search paths go before what is there, others replace it."""
    whole = {**environment, **variables}
    before = environment.get("PYTHONPATH")
    if before and "PYTHONPATH" in variables:
        whole["PYTHONPATH"] = os.pathsep.join((variables["PYTHONPATH"], before))
    return whole


class _Beside:
    """Finds in a parked version what a command names in the project."""

    def __init__(self, root: str, directory: str, folder: str) -> None:
        self._root = os.path.realpath(root)
        self._directory = os.path.realpath(directory)
        self._folder = os.path.realpath(folder)

    def path(self, word: str, first: bool, script: bool) -> str:
        """Return the word, or where the file that it names lies in the parked version."""
        if not word or word.startswith("-") or (first and os.path.dirname(word) == ""):
            return word  # an option, or a program that is looked for elsewhere
        named = os.path.join(self._directory, word)
        real = os.path.join(os.path.realpath(os.path.dirname(named)), os.path.basename(named))
        found = self._inside(os.path.normpath(real))
        if found is None or not (os.path.isfile(found) or (script and os.path.isdir(found))):
            return word
        return found

    def has_module(self, module: str) -> bool:
        """Whether a Python module, or a package, of this name lies there."""
        here = self._inside(self._directory)
        if here is None or not module:
            return False
        base = os.path.join(here, *module.split("."))
        return any(
            os.path.isfile(path) and self._is_ours(path)
            for path in (f"{base}.py", os.path.join(base, "__main__.py"))
        )

    def python_path(self) -> list[str]:
        """Return where Python shall look first: the bot's folder there, and the usual ``src``."""
        here = self._inside(self._directory) or self._folder
        places = (here, os.path.join(here, "src"), os.path.join(self._folder, "src"))
        return list(dict.fromkeys(place for place in places if os.path.isdir(place)))

    def _inside(self, real: str) -> str | None:
        """Return the same place in the parked version, None for one outside the project or only linked there."""
        if real != self._root and not real.startswith(self._root + os.sep):
            return None
        found = os.path.normpath(os.path.join(self._folder, os.path.relpath(real, self._root)))
        return found if self._is_ours(found) else None

    def _is_ours(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real == self._folder or real.startswith(self._folder + os.sep)


def _understands_safe_path(spec: Spec) -> bool:
    """Ask the bot's own Python whether it is new enough; one that does not answer is not."""
    from vigie.ship.git import process_group

    try:
        outcome = process_group.run(
            (spec.command[0], "-I", "-S", "-c", _ASK_VERSION), spec.directory, dict(os.environ), b"", 20.0
        )
    except OSError:
        return False
    return outcome.code == 0


def _held_by(place: Place) -> list[str]:
    """Return the parked folders that living bots were given by their environment, as far as the ledgers tell."""
    from vigie.engines.base import Identity
    from vigie.engines.liveness import lives
    from vigie.records.ledger import read_ledger
    from vigie.ship.back.release_folder import NAME_LENGTH, PARKED

    found = []
    for name in os.listdir(place.private):
        ledger = read_ledger(place.private, name.removesuffix(".json")) if name.endswith(".json") else None
        recorded, commit = (ledger or {}).get("identity"), (ledger or {}).get("commit")
        if not isinstance(recorded, list) or len(recorded) != 3 or not isinstance(commit, str):
            continue
        if lives(Identity(*recorded)):
            found.append(os.path.join(os.path.abspath(place.root), PARKED, commit[:NAME_LENGTH]))
    return found
