"""git over http: ``git http-backend`` (git-http-backend(1)) behind a small server that can go wrong."""

from __future__ import annotations

import base64
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ship.workshop import Repo

REFS = "refs"
"""A push begins: the server tells its branches."""
PACK = "pack"
"""A push sends its commits."""
ASK = "ask"
"""Somebody asks what the server has."""

LOSE = "lose"
"""Do what was asked, and cut the line before saying so."""
CUT = "cut"
"""Cut the line before anything was done."""
SILENT = "silent"
"""Say nothing."""
STALL = "stall"
"""Begin to answer, then say nothing more."""

Fault = int | str


class Site(http.server.ThreadingHTTPServer):
    """Serves the bare repositories of one folder; ``faults`` are the next answers that go wrong, by request."""

    daemon_threads = False

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.folder = folder
        self.faults: dict[str, list[Fault]] = {REFS: [], PACK: [], ASK: []}
        self.always: dict[str, Fault] = {}
        self.password: str | None = None
        self.moved: str | None = None
        self.asked: list[str] = []
        self.over = threading.Event()
        self.waiting = threading.Event()

    @property
    def address(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self.server_port}"

    def fault(self, kind: str) -> Fault | None:
        """Return what goes wrong with this request, None when all is well."""
        self.asked.append(kind)
        return self.faults[kind].pop(0) if self.faults[kind] else self.always.get(kind)


class _Request(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        body = self._body()
        path, _, query = self.path.partition("?")
        if self.server.moved is not None and not path.startswith("/there/"):
            return self._say(301, ("Location", f"{self.server.moved}{self.path}"))
        if not self._known():
            return self._say(401, ("WWW-Authenticate", 'Basic realm="GitHub"'))
        kind = _kind(path, query)
        fault = self.server.fault(kind)
        if isinstance(fault, int):
            return self._say(fault)
        if fault in (SILENT, STALL):
            if fault == STALL:
                self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/x-git-receive-pack-")
                self.wfile.write(b"advertisement\r\n\r\n001f# service=git-receive-pack\n0000")
                self.wfile.flush()
            self.server.waiting.set()
            self.server.over.wait()
            return None
        if fault == CUT:
            return None
        answer = self._backend(path.removeprefix("/there"), query, body)
        if fault == LOSE:
            return None
        head, _, content = answer.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        return None

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _known(self) -> bool:
        if self.server.password is None:
            return True
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).decode() == f"ada:{self.server.password}"

    def _say(self, status: int, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", "0")):
            self.send_header(name, value)
        self.end_headers()

    def _backend(self, path: str, query: str, body: bytes) -> bytes:
        variables = {
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            **{name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ},
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "ada",
            "REMOTE_ADDR": "127.0.0.1",
        }
        git = shutil.which("git")
        assert git is not None
        # Without a home git would refuse a folder that belongs to another account; it is ours here.
        done = subprocess.run(
            [git, "-c", "safe.directory=*", "http-backend"],
            input=body,
            env=variables,
            capture_output=True,
            check=False,
        )
        return done.stdout


def _kind(path: str, query: str) -> str:
    if path.endswith("/git-receive-pack"):
        return PACK
    return REFS if "git-receive-pack" in query else ASK


@contextmanager
def site(remote: Repo) -> Iterator[Site]:
    """Serve the folder in which ``remote`` lies; pushing to it is allowed."""
    remote.git("config", "http.receivepack", "true")
    with Site(remote.path.parent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
