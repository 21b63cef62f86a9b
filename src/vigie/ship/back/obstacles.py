"""What is in the way of a fast-forward: everything of the person's that it would touch.

git looks too, but lets ignored files go without a word where a folder becomes a file, and names what it
finds in sentences only. So everything is looked at beforehand, and git's own guards are the second lock.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from vigie.ship.back.on_disk import FOLDER, SUBMODULE, entries_on_disk, keeps_file_modes, same
from vigie.ship.git.command import Git
from vigie.ship.git.index import ABSENT_MODE, Difference, Entry, staged_differences, tree_differences


class Look(NamedTuple):
    """How the folder stands between two commits: each path that they differ in belongs to one group, or none.

    A path in none of them is still as the older commit has it.
    """

    differences: Mapping[str, Difference]
    disk: Mapping[str, Entry]
    staged: Mapping[str, Entry]
    """The index, where it differs from the older commit."""
    arrived: frozenset[str]
    """The disk has the newer version already (or has it gone already)."""
    in_the_way: tuple[str, ...]
    """Neither the older nor the newer version: the person's own, or a file half written."""

    @property
    def to_align(self) -> dict[str, Entry]:
        """What the index must be told before git looks: otherwise it would take the newer files for edits."""
        return {
            path: self.differences[path].new
            for path in self.arrived
            if self.staged.get(path, self.differences[path].old) != self.differences[path].new
        }

    @property
    def begun(self) -> bool:
        """Whether anything of the newer version is there."""
        return bool(self.arrived) or any(
            entry == self.differences[path].new for path, entry in self.staged.items()
        )


def look(git: Git, top: str, old: str, new: str) -> Look:
    """Compare the folder and the index with both commits; ``git`` is at ``top``."""
    differences = tree_differences(git, old, new)
    width = len(old)
    disk = entries_on_disk(git, top, differences, width)
    staged = {
        path: difference.new
        for path, difference in staged_differences(git, old).items()
        if path in differences
    }
    modes, case = keeps_file_modes(git), _ignores_case(git)
    arrived, in_the_way = set[str](), set[str]()
    for path, difference in differences.items():
        index = staged.get(path, difference.old)
        lies = disk[path]
        if index not in (difference.old, difference.new):
            in_the_way.add(path)
        elif SUBMODULE in (difference.old.mode, difference.new.mode):
            continue  # its files are a repository of their own, looked after apart
        elif same(lies, difference.new, modes):
            arrived.add(path)
        elif same(lies, difference.old, modes) or (lies.mode == ABSENT_MODE and index == difference.old):
            # what is missing will be written again, or is gone already: nothing of anybody's is lost
            if index == difference.new != difference.old:
                in_the_way.add(path)
        elif lies.mode == FOLDER:
            in_the_way.update(_strangers(top, path, differences))
        elif not (case and _is_the_other_spelling(path, lies, differences)):
            in_the_way.add(path)
    in_the_way.update(_files_for_folders(top, differences))
    return Look(differences, disk, staged, frozenset(arrived), tuple(sorted(in_the_way)))


def _strangers(top: str, path: str, differences: Mapping[str, Difference]) -> Iterator[str]:
    """Yield what lies in the folder ``path`` and does not go with the older version: a file shall stand there."""
    for folder, folders, names in os.walk(os.path.join(top, path)):
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*names, *linked):
            inside = os.path.relpath(os.path.join(folder, name), top).replace(os.sep, "/")
            if inside not in differences or differences[inside].new.mode != ABSENT_MODE:
                yield inside


def _files_for_folders(top: str, differences: Mapping[str, Difference]) -> Iterator[str]:
    """Yield what stands where a folder of the newer version must be, unless it goes with the older one."""
    asked = set()
    for path, difference in differences.items():
        if difference.new.mode == ABSENT_MODE:
            continue
        above = os.path.dirname(path)
        while above and above not in asked:
            asked.add(above)
            place = os.path.join(top, above)
            leaves = above in differences and differences[above].new.mode == ABSENT_MODE
            if os.path.lexists(place) and (os.path.islink(place) or not os.path.isdir(place)) and not leaves:
                yield above
            above = os.path.dirname(above)


def _ignores_case(git: Git) -> bool:
    return git.query("config", "--type=bool", "--get", "core.ignorecase").out.strip() == b"true"


def _is_the_other_spelling(path: str, lies: Entry, differences: Mapping[str, Difference]) -> bool:
    """Whether what lies there is the same file under its older spelling, where the disk knows no case."""
    return any(
        other != path and other.casefold() == path.casefold() and difference.old.content == lies.content
        for other, difference in differences.items()
        if difference.new.mode == ABSENT_MODE
    )
