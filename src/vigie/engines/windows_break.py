"""Sends Ctrl-Break to a bot, from a little process of its own: the polite request to stop.

Windows delivers Ctrl-Break only within one console, and a process has one console at a time. A bot has its
own hidden one; for us to go there we would have to leave the user's terminal. So this helper goes instead,
sends and ends. It is started by ``ask``, in the background: nobody waits for it.

A bot that was not launched by us may share its console with the user's shell, which Ctrl-Break must not
reach: then nothing is sent unless everybody on that console descends from the bot.
"""

from __future__ import annotations

import sys
from collections.abc import Collection

from vigie.engines import _winapi
from vigie.engines import windows_handle as handles
from vigie.engines import windows_process as processes
from vigie.engines import windows_spawn as spawning
from vigie.engines import windows_tree as tree
from vigie.engines.base import Identity

assert sys.platform == "win32", "Ctrl-Break is Windows'"  # noqa: S101  (mypy skips the rest elsewhere)

GO = "import sys; sys.path.insert(0, sys.argv[1]); from vigie.engines.windows_break import main; main()"
"""Finds this very code again wherever it lies, also where the interpreter would not look for it."""

OWN_CONSOLE = "own"
"""Third argument: the bot was launched by us, with a console of its own that only its family is on."""

BUT_FOR = "but-for="

MOST_ON_CONSOLE = 4096


def ask(identity: Identity, *, own_console: bool, but_for: Collection[int] = ()) -> None:
    """Start the helper for this process; a few milliseconds. Raises ``OSError`` when that is impossible.

    ``but_for``: who must not be asked as well; one of these on the bot's console, and nothing is sent.
    """
    import os
    from subprocess import list2cmdline

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    # isolated and without site-packages: nothing of the bot's folder or environment gets a say
    words = [sys.executable, "-I", "-S", "-c", GO, root, str(identity.pid), str(identity.started)]
    words += [OWN_CONSOLE] if own_console else []
    line = list2cmdline([*words, BUT_FOR + ",".join(map(str, but_for))] if but_for else words)
    access, share = _winapi.GENERIC_READ | _winapi.GENERIC_WRITE, _winapi.FILE_SHARE_READ
    with handles.open_file(
        "NUL", access, share | _winapi.FILE_SHARE_WRITE, create=False, inherit=True
    ) as nothing:
        spawning.spawn(spawning.Start(sys.executable, line, None, None, nothing, nothing)).close()


def main() -> None:
    """Be the helper: ``ROOT PID STARTED [own] [but-for=PID,...]``.

    Exits 0 once Ctrl-Break was sent, 1 when it must not be.
    """
    identity = Identity(int(sys.argv[2]), int(sys.argv[3]), "")
    lists = [word[len(BUT_FOR) :] for word in sys.argv[4:] if word.startswith(BUT_FOR)]
    but_for = {int(pid) for numbers in lists for pid in numbers.split(",")}
    sent = send(identity, own_console=OWN_CONSOLE in sys.argv[4:], but_for=but_for)
    raise SystemExit(0 if sent else 1)


def send(identity: Identity, *, own_console: bool, but_for: Collection[int] = ()) -> bool:
    """Go to the console of ``identity`` and send Ctrl-Break to its group; return whether that was done.

    Leaves our own console for good.
    """
    held = processes.open_living(identity)
    if held is None:
        return False
    with held:
        _winapi.FreeConsole()
        handles.check(_winapi.AttachConsole(identity.pid))
        if not own_console and not _family_only(identity):
            return False
        if but_for and not _on_console().isdisjoint(but_for):
            return False
        # also reaches, by a quirk of Windows, the whole console when the process leads no group
        handles.check(_winapi.GenerateConsoleCtrlEvent(_winapi.CTRL_BREAK_EVENT, identity.pid))
        return True


def _family_only(identity: Identity) -> bool:
    import os

    there = _on_console()
    if not there:
        return False
    family = {identity.pid, os.getpid(), *(member.pid for member in tree.descendants(identity))}
    return family.issuperset(there)


def _on_console() -> set[int]:
    numbers = (_winapi.DWORD * MOST_ON_CONSOLE)()
    count = _winapi.GetConsoleProcessList(numbers, MOST_ON_CONSOLE)
    return set(numbers[:count]) if 0 < count <= MOST_ON_CONSOLE else set()
