"""git over ssh: a real sshd(8), one per connection, with keys and accounts' files of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.needs import need_tool

SETTINGS = """\
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AcceptEnv none
"""

CLIENT = """\
IdentityFile {folder}/user
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile {folder}/known
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking ask
"""


class SshDoor:
    """Hands every connection to an sshd of its own (``sshd -i``), so that no port has to be guessed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.programs = folder / "bin"
        self._sshd = _find_sshd()
        self._running: list[subprocess.Popen[bytes]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        for name in ("host", "user"):
            self.new_key(name)
        (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
        self.configure()
        self.know_host()
        self._write_client()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def new_key(self, name: str, passphrase: str = "") -> None:
        """Make a key pair, in place of the one of this name."""
        for file in (self.folder / name, self.folder / f"{name}.pub"):
            file.unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(self.folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def know_host(self) -> None:
        """Let the person's ssh know the server's key of this moment."""
        kind, key, *_ = (self.folder / "host.pub").read_text().split()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")

    def forget_host(self) -> None:
        """Let the person's ssh never have met the server."""
        (self.folder / "known").write_text("")

    def configure(self, *lines: str) -> None:
        """Set the server's configuration, with ``lines`` added."""
        text = SETTINGS.format(folder=self.folder) + "\n".join((*lines, ""))
        (self.folder / "sshd_config").write_text(text)

    def configure_client(self, *lines: str) -> None:
        """Set the person's ssh configuration, with ``lines`` before ours: the first one counts."""
        text = "\n".join((*lines, CLIENT.format(folder=self.folder)))
        (self.folder / "config").write_text(text)

    def close(self) -> None:
        """Let nobody in any more, and end what was begun."""
        self._listener.close()
        # closing does not wake a thread that waits in accept(); a connection that comes too late does
        self._thread.join()
        for process in self._running:
            _end_tree(process)

    def _write_client(self) -> None:
        self.configure_client()
        self.programs.mkdir()
        ssh = need_tool("ssh")
        program = self.programs / "ssh"
        program.write_text(f'#!/bin/sh\nexec {ssh} -F {self.folder / "config"} "$@"\n')
        program.chmod(0o755)

    def _serve(self) -> None:
        command = [self._sshd, "-i", "-f", str(self.folder / "sshd_config"), "-E", str(self.folder / "log")]
        self._listener.settimeout(0.05)
        while self._listener.fileno() != -1:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.setblocking(True)
                self._running.append(
                    subprocess.Popen(
                        command,
                        stdin=connection.fileno(),
                        stdout=connection.fileno(),
                        stderr=subprocess.DEVNULL,
                        env={"PATH": os.environ["PATH"]},
                        start_new_session=True,
                    )
                )


def _end_tree(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        tree = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        for child in tree:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(tree, timeout=10)
    process.wait()


def _find_sshd() -> str:
    if os.name == "nt":
        pytest.skip("sshd here is a service of the system")
    # It lies where only administrators look.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "/usr/sbin:/usr/local/sbin:/sbin", prepend=":")
        path = need_tool("sshd")
    if getattr(os, "getuid", lambda: None)() == 0:
        # Where sshd locks itself in; the system makes it when it starts the service.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return path


@contextmanager
def ssh_door(folder: Path) -> Iterator[SshDoor]:
    """Open a door in ``folder``."""
    door = SshDoor(folder)
    try:
        yield door
    finally:
        door.close()
