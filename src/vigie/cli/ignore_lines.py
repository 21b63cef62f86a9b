"""What has to be added to a ``.gitignore`` that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterable


def missing_lines(existing: bytes, wanted: Iterable[str]) -> tuple[str, ...] | None:
    """Return those of ``wanted`` that ``existing`` does not hold yet; None when it is not UTF-8 text.

    ``logs`` counts as ``logs/``: it ignores the folder too. A NUL is the mark of UTF-16, which Windows
    PowerShell 5.1 writes with ``>`` and which git does not understand.
    """
    try:
        text = existing.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    present = {line.strip().rstrip("/") for line in text.splitlines()}
    return tuple(line for line in wanted if line.rstrip("/") not in present)


def addition(existing: bytes, lines: Iterable[str], comment: str) -> bytes:
    """Return what to append to ``existing``, in its line ends to make it hold ``lines`` under ``comment``."""
    end = "\r\n" if existing.count(b"\r\n") * 2 > existing.count(b"\n") else "\n"
    block = "".join(line + end for line in (f"# {comment}", *lines))
    if not existing:
        return block.encode()
    gap = end if existing.endswith(b"\n") else end * 2
    return (gap + block).encode()
