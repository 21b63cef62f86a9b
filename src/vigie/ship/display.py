"""What of git's words and of file names may be shown: no secret, no control character, not without end."""

from __future__ import annotations

import re

MAX_LINES = 20
MAX_WIDTH = 300

SHORT = 10
"""Digits of a commit's name shown to people."""

# Compiled when they are first needed: most runs never need them.
_ESCAPES = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b."
_WEB_USER = r"(?i)\b((?:https?|ftps?)://)[^/\s]+@"
_WITH_USER = r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@]*):[^/\s]+@"
_PARAMETER = r"(?i)([?&][^=&\s]*(?:token|key|secret|passw|auth)[^=&\s]*=)[^&\s'\"]+"
_HEADER = r"(?i)(\bauthorization:\s*\S+\s+)\S+"


def masked(text: str) -> str:
    """Hide the credentials in every address of ``text``.

    The name before the ``@`` of a web address goes too: it is often the token itself.
    """
    text = re.sub(_WEB_USER, r"\1***@", text)
    text = re.sub(_WITH_USER, r"\1:***@", text)
    text = re.sub(_PARAMETER, r"\1***", text)
    return re.sub(_HEADER, r"\1***", text)


def last_lines(output: bytes) -> tuple[str, ...]:
    """Return the last lines that say something, at most ``MAX_LINES`` of ``MAX_WIDTH`` characters."""
    # A progress bar rewrites its line after each carriage return: only the last state is of interest.
    rows = (row.rstrip("\r").rpartition("\r")[2] for row in output.decode(errors="replace").split("\n"))
    lines = [re.sub(_ESCAPES, "", masked(row)).rstrip() for row in rows]
    return tuple(printable(line.expandtabs())[:MAX_WIDTH] for line in lines if line)[-MAX_LINES:]


def reason(output: bytes) -> str:
    """Return the line of git's complaints that names the cause: its first fatal or error, else the last."""
    lines = last_lines(output)
    for mark in ("fatal: ", "error: "):
        for line in lines:
            if line.startswith(mark):
                return line.removeprefix(mark)
    return lines[-1] if lines else ""


def printable(text: str) -> str:
    """Return ``text`` with what cannot be printed written as an escape (new line, bytes that are no text)."""
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def listed(names: tuple[str, ...] | list[str], most: int = 10) -> str:
    """Return names in one line: ``a.py, b.py``; beyond ``most`` only how many more there are."""
    shown = [printable(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"... (+{len(names) - most})")
    return ", ".join(shown)
