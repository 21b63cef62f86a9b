"""``logs``: what bots print, from their own files; ``-f`` goes on as they grow."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from vigie.problems import DONE, Failure, UsageProblem
from vigie.records.bot_log import EVER, Follower, follow, last_lines, line_begin, pieces
from vigie.runtime.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vigie.cli.main import Context

DEFAULT_LINES = 50
MOST_LINES = 1_000_000

PREFIX_COLOURS = ("36", "33", "32", "35", "34", "31")
"""One for each bot, in turn."""

LONGEST_HELD = 65_536
"""Bytes of an unfinished line that wait for their line end, when several bots are shown."""


def run(context: Context) -> int:
    """Show what bots printed last; exit 0, 1 when none has printed yet, 130 when Ctrl-C ends the following."""
    request = context.request
    following = request.given("--follow")
    if following and context.output.as_json:
        raise UsageProblem("logs.follow-json")
    since = request.value("--since")
    count = _count(request.value("--lines"), None if since is not None else DEFAULT_LINES)
    place = Place(context.project.root)
    logs = [_Log(place, bot.spec.name) for bot in context.bots]
    if since is not None:
        from vigie.cli.since import moment

        begin = moment(since, time.time())
        for log in logs:
            log.begin_at(begin)
    if not following and not any(os.path.exists(log.path) for log in logs):
        raise Failure("logs.nothing-yet", path=logs[0].path)
    if context.output.as_json:
        context.output.json(_as_json(logs, count))
        return DONE
    try:
        _show(logs, count, following)
    except BrokenPipeError:
        # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


class _Log:
    """One bot's log: where it lies, and from which position on it is wanted."""

    def __init__(self, place: Place, name: str) -> None:
        self.name = name
        self.path = place.bot_log(name)
        self.note = place.log_note(name)
        self.since = EVER
        self._marks = place.log_marks(name)

    def begin_at(self, moment: float) -> None:
        """Want only what was printed since this moment (epoch seconds), or a little earlier."""
        from vigie.records.log_marks import position_at

        position = position_at(self._marks, moment)
        self.since = EVER if position is None else line_begin(self.path, position, self.note)


class _Lines:
    """Writes the bytes of one log; with a prefix, whole lines only, so that bots do not mix within one."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._held = b""
        self._ended = True

    def write(self, data: bytes) -> None:
        if not self._prefix:
            self._ended = data.endswith(b"\n")
            _write(data)
            return
        *lines, self._held = (self._held + data).split(b"\n")
        if len(self._held) > LONGEST_HELD:
            lines.append(self._held)
            self._held = b""
        _write(b"".join(self._prefix + line + b"\n" for line in lines))

    def end(self) -> None:
        """Give what is left the line end that it lacks."""
        if self._held:
            self.write(b"\n")
        elif not self._ended:
            _write(b"\n")


def _show(logs: list[_Log], count: int | None, following: bool) -> None:
    writers = [_Lines(prefix) for prefix in _prefixes([log.name for log in logs])]
    if not following:
        for log, writer in zip(logs, writers, strict=True):
            for piece in pieces(log.path, count, log.note, log.since):
                writer.write(piece)
            writer.end()
        return
    followers = [Follower(log.path, count, log.note, log.since) for log in logs]
    for place, data in follow(followers, time.sleep):
        writers[place].write(data)


def _as_json(logs: list[_Log], count: int | None) -> dict[str, object]:
    """Return one object: ``bots`` for any number of them; ``bot`` and ``lines`` too when it is one."""
    most = MOST_LINES if count is None else count
    bots = [{"bot": log.name, "lines": last_lines(log.path, most, log.since, log.note)} for log in logs]
    return {**bots[0], "bots": bots} if len(bots) == 1 else {"bots": bots}


def _count(text: str | None, default: int | None) -> int | None:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9 or int(text) > MOST_LINES:
        raise UsageProblem("logs.lines", found=text, most=MOST_LINES)
    return int(text)


def _prefixes(names: list[str]) -> Iterator[bytes]:
    """Yield what stands before each line: nothing for one bot; colours only for a terminal that wants them."""
    from vigie.cli.output import has_colour

    width = max(map(len, names))
    coloured = has_colour(sys.stdout)
    for number, name in enumerate(names):
        text = f"{name:<{width}} |"
        if coloured:
            text = f"\x1b[{PREFIX_COLOURS[number % len(PREFIX_COLOURS)]}m{text}\x1b[0m"
        yield f"{text} ".encode() if len(names) > 1 else b""


def _write(data: bytes) -> None:
    """Pass a bot's bytes on as they are; a console of Windows gets letters, whatever its code page is."""
    out = sys.stdout
    if out is None:
        return  # started with a closed standard output
    if sys.platform == "win32" and out.isatty():
        out.write(data.decode("utf-8", "replace"))
    else:
        out.buffer.write(data)
    out.flush()
