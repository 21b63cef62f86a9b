"""Looks before the commit whether what is to be committed can run at all: it compiles, and its tests pass.

The bytes that will be committed are what counts, not those on disk, which somebody may still be editing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from vigie.problems import Failure, Refusal
from vigie.ship.display import last_lines, printable
from vigie.ship.git.command import Git
from vigie.ship.git.environment import KEPT
from vigie.ship.git.index import ABSENT_MODE, Difference
from vigie.ship.git.process_group import Outcome, run
from vigie.ship.proof.masking import masked_values
from vigie.ship.proof.syntax import Fault, first_fault, interpreter, is_our_own, is_python, source_fault
from vigie.ship.request import Tell

LARGEST_IN_PROCESS = 256 * 1024
"""Bytes of one file that our own Python compiles here; a crash of its parser must not be ours."""

FEW = 20
"""Files that are compiled here rather than by another process, which takes some 20 ms to start."""

_FILE = "100"
"""How the modes of regular files begin (``100644``, ``100755``); links and submodules hold no code."""

_NOT_AS_IT_RUNS = (b"version https://git-lfs.github.com/spec/", b"\0GITCRYPT\0")
"""A filter of git's has stored something else than the code that the folder holds."""

SHOWN = 20
"""Lines of a failed test that are shown, as many of them complaints as half of that."""


def compile_changed(
    git: Git,
    differences: Mapping[str, Difference],
    programs: Sequence[tuple[tuple[str, ...], str]],
    folder: str,
    blobs: Mapping[str, bytes] | None = None,
) -> int:
    """Compile every Python file that is new or other in the tree to be committed; return how many there are.

    ``git`` stands at the top folder. ``programs`` are the bots' commands and folders: a file is compiled by the
    Python of every bot in whose folder it lies, by all of them when it lies in none. ``folder`` is ours alone.
    ``blobs``: contents that were read already, by name. Nothing of theirs is run. Raises ``Refusal``
    ``preflight.syntax`` (``file``, ``line``, ``what``) or ``preflight.syntax-nowhere``, ``Failure`` when git
    cannot tell a content.
    """
    names = {
        path: difference.new.content
        for path, difference in sorted(differences.items())
        if is_python(path) and difference.new.mode.startswith(_FILE) and difference.new.mode != ABSENT_MODE
    }
    if not names:
        return 0
    known = blobs or {}
    missing = sorted({name for name in names.values() if name not in known})
    contents = {**known, **dict(_read(git, missing))}
    sources = {
        path: contents[name] for path, name in names.items() if not contents[name].startswith(_NOT_AS_IT_RUNS)
    }
    for command, directory, paths in _who_compiles_what(git.directory, sources, programs):
        fault = _fault({path: sources[path] for path in paths}, command, directory, folder)
        if fault is not None:
            raise _refusal(fault)
    return len(sources)


def _read(git: Git, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each blob; git-cat-file(1): ``name type size``, content, new line."""
    if not names:
        return
    answer = git.ask("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode("ascii"))
    place = 0
    for name in names:
        end = answer.find(b"\n", place)
        head = answer[place:end].split(b" ")
        if end < 0 or len(head) != 3:  # "name missing": it was written a moment ago
            detail = answer[place:end].decode("ascii", "replace")
            raise Failure("ship.git-failed", verb="cat-file", code=0, detail=detail)
        begin = end + 1
        place = begin + int(head[2]) + 1
        yield name, answer[begin : place - 1]


def _who_compiles_what(
    top: str, paths: Iterable[str], programs: Sequence[tuple[tuple[str, ...], str]]
) -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    """Yield each Python once, with all that it has to compile."""
    real_top = os.path.realpath(top)
    places = [os.path.join(os.path.realpath(directory), "") for _, directory in programs]
    found: dict[tuple[str, ...], tuple[tuple[str, ...], str, list[str]]] = {}
    for path in paths:
        full = os.path.normcase(os.path.join(real_top, *path.split("/")))
        inside = [program for program, place in zip(programs, places, strict=True) if _lies_in(full, place)]
        for command, directory in inside or programs or (((), top),):
            python = tuple(interpreter(tuple(command), directory))
            _, _, mine = found.setdefault(python, (tuple(command), directory, []))
            if path not in mine:
                mine.append(path)
    yield from found.values()


def _lies_in(full: str, place: str) -> bool:
    return full.startswith(os.path.normcase(place))


def _fault(
    sources: Mapping[str, bytes], command: tuple[str, ...], directory: str, folder: str
) -> Fault | None:
    small = len(sources) <= FEW and all(len(source) <= LARGEST_IN_PROCESS for source in sources.values())
    if small and is_our_own(interpreter(command, directory)):
        found = (source_fault(path, source) for path, source in sources.items())
        return next((fault for fault in found if fault is not None), None)
    return _fault_of_other(sources, command, directory, folder)


def _fault_of_other(
    sources: Mapping[str, bytes], command: tuple[str, ...], directory: str, folder: str
) -> Fault | None:
    by_number: dict[str, str] = {}
    os.makedirs(folder, 0o700, exist_ok=True)
    try:
        for path, source in sources.items():
            # a name of our own: theirs may be no name at all on this system
            copy = os.path.join(folder, f"{len(by_number)}.py")
            by_number[copy] = path
            with open(copy, "wb", opener=_private) as file:
                file.write(source)
        fault = first_fault(list(by_number), command, directory)
    finally:
        for copy in by_number:
            try:
                os.unlink(copy)
            except OSError:
                pass
    return None if fault is None else fault._replace(path=by_number[fault.path])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _refusal(fault: Fault) -> Refusal:
    values = {"file": printable(fault.path), "line": fault.line, "what": printable(fault.what)}
    return Refusal("preflight.syntax" if fault.line else "preflight.syntax-nowhere", **values)


def run_test(
    command: tuple[str, ...],
    work: str,
    environment: Mapping[str, str],
    deadline: float,
    tell: Tell,
    *,
    python: str | None = None,
    masked: Iterable[str] = (),
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Run the project's own test in ``work``, which holds exactly what is to be committed; return its seconds.

    Without a shell, in a process group of its own that is ended whole after ``deadline`` seconds.
    ``python``: the bot's, see ``bots_python``; its folder comes first in ``PATH``, as if its virtual environment
    were active. ``masked``: values that are shown nowhere. Raises ``Refusal``
    (``preflight.test-failed``, ``-timeout``, ``-not-started``).
    """
    hidden = tuple(masked)
    shown = printable(masked_values(" ".join(command), hidden))
    tell("INFO", "preflight.testing", {"command": shown, "seconds": deadline})
    began = clock()
    around = _environment(environment, work, python)
    program = _program(command[0], work, around, python)
    try:
        if program is None:
            raise FileNotFoundError
        outcome = run((program, *command[1:]), work, around, b"", deadline)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or ""
        key = "preflight.test-not-started" if why else "preflight.test-not-found"
        raise Refusal(key, command=shown, program=printable(command[0]), detail=why) from error
    if outcome.code is None:
        raise Refusal(
            "preflight.test-timeout", command=shown, seconds=deadline, output=_said(outcome, hidden)
        )
    if outcome.code != 0:
        raise Refusal(
            "preflight.test-failed", command=shown, exit_status=outcome.code, output=_said(outcome, hidden)
        )
    seconds = clock() - began
    tell("OK", "preflight.tested", {"seconds": round(seconds, 1)})
    return seconds


def bots_python(programs: Sequence[tuple[tuple[str, ...], str]], root: str) -> str | None:
    """Return the Python that runs the bots, by its whole path; None when it must be looked up as usual.

    That of the first bot whose command names one by its place, else the project's virtual environment's.
    """
    from vigie.settings.default_command import default_command

    for command, directory in programs:
        found = interpreter(tuple(command), directory)
        if len(found) == 1 and command and os.path.dirname(command[0]) and os.path.isfile(found[0]):
            return found[0]
    folders = (root, *(directory for _, directory in programs))
    found_there = default_command(folders)[0]
    return None if found_there == (sys.executable or "python") else found_there


def _environment(environment: Mapping[str, str], work: str, python: str | None) -> dict[str, str]:
    """Return what the test runs in: no ``GIT_*`` that would lead a git of its own astray; the bot's Python first.

    Code is looked for in ``work`` first: where the project is installed as a link (``pip install -e``), its
    tests would otherwise be played with what lies in the person's folder.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith("GIT_") or name.upper() in KEPT
    }
    places = [place for place in (work, os.path.join(work, "src")) if os.path.isdir(place)]
    kept["PYTHONPATH"] = os.pathsep.join((*places, *filter(None, (kept.get("PYTHONPATH"),))))
    if python is not None:
        beside = os.path.dirname(python)
        kept["PATH"] = os.pathsep.join((beside, *filter(None, (kept.get("PATH", os.defpath),))))
        if os.path.isfile(os.path.join(os.path.dirname(beside), "pyvenv.cfg")):
            kept["VIRTUAL_ENV"] = os.path.dirname(beside)
            kept.pop("PYTHONHOME", None)
    return kept


def _program(name: str, work: str, environment: Mapping[str, str], python: str | None) -> str | None:
    """Return the file to run: the bot's Python for a bare ``python``, one of ``work``, else what ``PATH`` has."""
    if python is not None and name.lower() in ("python", "python3", "python.exe"):
        return python
    if os.path.dirname(name):
        return os.path.join(work, name)
    from shutil import which

    return which(name, path=environment.get("PATH", os.defpath))


def _said(outcome: Outcome, hidden: Iterable[str]) -> tuple[str, ...]:
    """Return the last lines of both outputs, those of complaints last."""
    complaints, results = (_lines(output, hidden) for output in (outcome.err, outcome.out))
    complaints = complaints[-max(SHOWN // 2, SHOWN - len(results)) :]
    return (*results[-(SHOWN - len(complaints)) :], *complaints)


def _lines(output: bytes, hidden: Iterable[str]) -> tuple[str, ...]:
    text = masked_values(output.decode(errors="replace"), hidden)
    return last_lines(text.encode(errors="replace"))
