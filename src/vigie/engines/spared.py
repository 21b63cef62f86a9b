"""Which processes a bot may leave behind on purpose: told by the names of what they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from vigie.engines import command_line
from vigie.engines.base import Spare


def names_of(arguments: Sequence[str], title: str = "") -> set[str]:
    """Return every name by which a person may know a program: its own, its script's or module's, its title.

    A program that writes its own title (``redis-server *:6379``) shows that in place of its arguments; its
    first word is then the name.
    """
    found = {title}
    if arguments and arguments[0]:
        found |= {_base(arguments[0]), _base(arguments[0].split(" ")[0]).rstrip(":")}
        runs = command_line.understand(arguments)
        if runs is not None and runs.script is not None:
            found.add(runs.script if runs.module else _base(runs.script))
    return found - {""}


def allows(spare: Spare, arguments: Sequence[str], title: str = "") -> bool:
    """Whether ``spare`` names what runs with these arguments, and it is not the bot itself."""
    if not spare.names or _is_the_bot(arguments, spare.command):
        return False
    return not {_plain(name) for name in names_of(arguments, title)}.isdisjoint(map(_plain, spare.names))


def _is_the_bot(arguments: Sequence[str], command: Sequence[str]) -> bool:
    if not arguments or not command:
        return False
    words, wanted = tuple(arguments), tuple(command)
    # a script started by its own name shows up behind its interpreter
    if words[1:] == wanted or words[-len(wanted) :] == wanted:
        return True
    return words[1:] == wanted[1:] and command_line.kind_of(words[0]) == command_line.kind_of(wanted[0])


def _base(path: str) -> str:
    return os.path.basename(path.replace("\\", "/") if sys.platform == "win32" else path)


if sys.platform == "win32":

    def _plain(name: str) -> str:
        return name.lower().removesuffix(".exe")

else:
    from vigie.engines import identity as identities
    from vigie.engines import process_table, process_tree
    from vigie.engines.base import Identity

    def _plain(name: str) -> str:
        return name

    def among(table: process_tree.Table, found: Iterable[int], spare: Spare, leader: int = 0) -> set[int]:
        """Return those of ``found`` that are spared, and who goes with them; never ``leader``, the bot itself.

        Raises ``OSError`` when nothing can be looked at: no descriptor left.
        """
        if not spare.names:
            return set()
        roots = {pid for pid in found if pid != leader and _allowed(pid, spare)}
        if not roots:
            return set()
        led = [row.pid for row in table.values() if row.group in roots or row.session in roots]
        return process_tree.descendants(table, [*roots, *led]) - {leader}

    def without(table: process_tree.Table, proven: set[Identity], spare: Spare) -> set[Identity]:
        """Return the ``proven`` that live in ``table`` and are not spared. Raises ``OSError``."""
        living = {
            who for who in proven if (row := table.get(who.pid)) is not None and identities.of_row(row) == who
        }
        allowed = among(table, {who.pid for who in living}, spare)
        return {who for who in living if who.pid not in allowed}

    if sys.platform == "linux":

        def _allowed(pid: int, spare: Spare) -> bool:
            try:
                title = process_table.read_small(f"/proc/{pid}/comm").rstrip(b"\n")
                words = process_table.read_small(f"/proc/{pid}/cmdline").split(b"\0")
            except OSError as error:
                process_table.refuse_blindness(error)
                return False
            return allows(spare, [os.fsdecode(word) for word in words[:-1] or words], os.fsdecode(title))

    else:

        def _allowed(pid: int, spare: Spare) -> bool:
            import psutil

            try:
                process = psutil.Process(pid)
                return allows(spare, process.cmdline(), process.name())
            except (psutil.Error, OSError):
                return False
