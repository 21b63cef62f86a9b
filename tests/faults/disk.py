"""What a power cut may leave of files that were written: every state that POSIX allows.

Recorded are the calls that change a folder's files. Data that was not synced may be there, be missing, be torn or
be zeros; a name that was made, moved or removed since the folder was synced last may have changed or not, one
independently of the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest

Entries = dict[str, int]
MOST_PENDING = 7
"""Changes of names looked at independently; older ones are taken to have reached the disk."""


class Disk:
    """One folder as the system shows it and as the disk may have it."""

    def __init__(self, folder: str) -> None:
        """Begin empty."""
        self.folder = folder
        self.cuts: list[tuple[str, Entries, list[tuple[str, str, int]], dict[int, tuple[bytes, bytes]]]] = []
        self._durable: Entries = {}
        self._pending: list[tuple[str, str, int]] = []
        self._shown: Entries = {}
        self._data: dict[int, tuple[bytes, bytes]] = {}
        """What was synced of each file, and what it holds."""
        self._open: dict[int, int] = {}
        self._files = 0

    @contextmanager
    def recording(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Record what happens inside."""
        acts = {name: getattr(os, name) for name in ("open", "write", "close", "fsync", "replace", "unlink")}
        with patch.context() as inner:
            for name, act in acts.items():
                inner.setattr(os, name, self._wrapped(name, act))
            yield

    def _wrapped(self, name: str, act: Any) -> Any:
        def acted(*values: Any, **named: Any) -> Any:
            result = act(*values, **named)
            if getattr(self, f"_on_{name}")(result, *values[:2]):
                entries, pending = dict(self._durable), list(self._pending)
                self.cuts.append((f"{name} {values[:1]}", entries, pending, dict(self._data)))
            return result

        return acted

    def _inside(self, path: Any) -> str | None:
        inside = isinstance(path, str) and os.path.dirname(path) == self.folder
        return os.path.basename(path) if inside else None

    def _change(self, how: str, name: str, number: int) -> None:
        self._pending.append((how, name, number))
        _apply(self._shown, how, name, number)

    def _on_open(self, descriptor: int, path: Any, flags: int) -> bool:
        name = self._inside(path)
        if path == self.folder:
            self._open[descriptor] = 0
        elif name is not None and flags & os.O_CREAT and name not in self._shown:
            self._files += 1
            self._data[self._files] = (b"", b"")
            self._open[descriptor] = self._files
            self._change("link", name, self._files)
            return True
        return False

    def _on_write(self, written: int, descriptor: int, data: Any) -> bool:
        number = self._open.get(descriptor)
        if number:
            synced, held = self._data[number]
            self._data[number] = (synced, held + bytes(data)[:written])
        return bool(number)

    def _on_fsync(self, _result: None, descriptor: int) -> bool:
        number = self._open.get(descriptor)
        if number == 0:
            self._durable, self._pending = dict(self._shown), []
        elif number:
            self._data[number] = (self._data[number][1],) * 2
        return number is not None

    def _on_close(self, _result: None, descriptor: int) -> bool:
        self._open.pop(descriptor, None)
        return False

    def _on_replace(self, _result: None, source: str, target: str) -> bool:
        name, old = self._inside(target), self._inside(source)
        if name is None or old is None:
            return False
        number = self._shown[old]
        self._pending += [("move", f"{old}/{name}", number)]
        _apply(self._shown, "move", f"{old}/{name}", number)
        return True

    def _on_unlink(self, _result: None, path: str) -> bool:
        name = self._inside(path)
        if name is not None:
            self._change("unlink", name, 0)
        return name is not None

    def states(self, names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, bytes | None]]]:
        """Yield every state that any cut may leave: where, and what these files hold (None: not there)."""
        for where, durable, pending, data in self.cuts:
            for entries in _foldings(durable, pending):
                found = [_contents(data, entries.get(name)) for name in names]
                for contents in product(*found):
                    yield where, dict(zip(names, contents, strict=True))


def _apply(entries: Entries, how: str, name: str, number: int) -> None:
    if how == "link":
        entries[name] = number
    elif how == "unlink":
        entries.pop(name, None)
    else:
        old, new = name.split("/")
        entries.pop(old, None)
        entries[new] = number


def _foldings(durable: Entries, pending: list[tuple[str, str, int]]) -> Iterator[Entries]:
    old, new = pending[:-MOST_PENDING], pending[-MOST_PENDING:]
    for chosen in product((False, True), repeat=len(new)):
        entries = dict(durable)
        for change in [*old, *(one for one, took in zip(new, chosen, strict=True) if took)]:
            _apply(entries, *change)
        yield entries


def _contents(data: dict[int, tuple[bytes, bytes]], number: int | None) -> set[bytes | None]:
    if number is None:
        return {None}
    synced, held = data[number]
    if synced == held:
        return {held}
    return {synced, held, b"", held[: len(held) // 2], bytes(len(held))}
