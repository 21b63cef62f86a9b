"""A small UTF-8 text file that a person wrote."""

from __future__ import annotations

import errno
import os
from stat import S_ISREG

from vigie.messages import Phrase
from vigie.problems import UsageProblem

LIMIT = 1 << 20
"""Bytes. A settings file has a few thousand; what is larger is none, and may never end (``/dev/zero``)."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Opening a pipe otherwise waits until somebody writes into it, for ever if need be."""


def read_text(path: str) -> str:
    """Return the text, line ends as LF, without the byte order mark that Windows editors put first.

    Raises ``UsageProblem`` when it cannot be read, is no regular file (what a pipe or device holds cannot be
    read twice, or never ends), is too large, is not UTF-8 or holds a NUL (which no variable, path or argument
    can).
    """
    try:
        with open(path, "rb", opener=_open) as file:
            kind = os.fstat(file.fileno()).st_mode
            raw = file.read(LIMIT + 1) if S_ISREG(kind) else None
    except OSError as error:
        raise UsageProblem("settings.unreadable-file", file=path, detail=_why(path, error)) from None
    if raw is None:
        irregular = Phrase("settings.is-no-regular-file")
        raise UsageProblem("settings.unreadable-file", file=path, detail=irregular)
    if len(raw) > LIMIT:
        raise UsageProblem("settings.file-too-large", file=path, limit="1 MiB")
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageProblem("settings.not-utf8", file=path, line=_line(raw, error.start)) from None
    if "\0" in text:
        raise UsageProblem("settings.not-utf8", file=path, line=_line(raw, raw.index(0)))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | _WITHOUT_WAITING)


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1


def _why(path: str, error: OSError) -> Phrase | str:
    # Windows calls opening a folder a matter of permission.
    if os.path.isdir(path):
        return Phrase("settings.is-folder")
    if error.errno == errno.ENXIO:
        return Phrase("settings.is-no-regular-file")  # a socket, which cannot even be opened
    if isinstance(error, PermissionError):
        return Phrase("settings.no-permission")
    if isinstance(error, FileNotFoundError):
        return Phrase("settings.dead-link")
    return error.strerror or type(error).__name__
