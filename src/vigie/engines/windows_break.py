"""Sends Ctrl-Break to a bot, from a little process of its own: the polite request to stop.

Windows delivers Ctrl-Break only within one console, and a process has one console at a time. A bot has its
own hidden one; for us to go there we would have to leave the user's terminal. So this helper goes instead,
sends and ends. It is started by ``ask``, in the background: nobody waits for it.

A bot that was not launched by us may share its console with the user's shell, which Ctrl-Break must not
reach: then nothing is sent unless everybody on that console descends from the bot.
"""

from __future__ import annotations

import sys

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

MOST_ON_CONSOLE = 4096


def ask(identity: Identity, *, own_console: bool) -> None:
    """Start the helper for this process; a few milliseconds. Raises ``OSError`` when that is impossible."""
    import os
    from subprocess import list2cmdline

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    # isolated and without site-packages: nothing of the bot's folder or environment gets a say
    words = [sys.executable, "-I", "-S", "-c", GO, root, str(identity.pid), str(identity.started)]
    line = list2cmdline([*words, OWN_CONSOLE] if own_console else words)
    access, share = _winapi.GENERIC_READ | _winapi.GENERIC_WRITE, _winapi.FILE_SHARE_READ
    with handles.open_file(
        "NUL", access, share | _winapi.FILE_SHARE_WRITE, create=False, inherit=True
    ) as nothing:
        spawning.spawn(spawning.Start(sys.executable, line, None, None, nothing, nothing)).close()


def main() -> None:
    """Be the helper: ``ROOT PID STARTED [own]``. Exits 0 once Ctrl-Break was sent, 1 when it must not be."""
    identity = Identity(int(sys.argv[2]), int(sys.argv[3]), "")
    raise SystemExit(0 if send(identity, own_console=OWN_CONSOLE in sys.argv[4:]) else 1)


def send(identity: Identity, *, own_console: bool) -> bool:
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
        # also reaches, by a quirk of Windows, the whole console when the process leads no group
        handles.check(_winapi.GenerateConsoleCtrlEvent(_winapi.CTRL_BREAK_EVENT, identity.pid))
        return True


def _family_only(identity: Identity) -> bool:
    import os

    numbers = (_winapi.DWORD * MOST_ON_CONSOLE)()
    count = _winapi.GetConsoleProcessList(numbers, MOST_ON_CONSOLE)
    if not 0 < count <= MOST_ON_CONSOLE:
        return False
    family = {identity.pid, os.getpid(), *(member.pid for member in tree.descendants(identity))}
    return family.issuperset(numbers[:count])
