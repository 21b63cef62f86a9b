"""Asking one bot must stay light: `check` as a whole may take no longer than importing ``http.client``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.probes.servers import Server, answer, answering

HEAVY = {
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "email",
    "encodings.idna",
    "http",
    "http.client",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "psutil",
    "re",
    "shlex",
    "signal",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "traceback",
    "urllib",
    "urllib.parse",
}

ASK = """
import sys
import typing
import socket
before = set(sys.modules)  # some versions of typing load re; socket loads what it must
import vigie.probes.drive
import vigie.probes.http
import vigie.probes
from vigie.core.spec import Spec
[answer] = vigie.probes.drive.ask_all([vigie.probes.probe_for(Spec(health_url=sys.argv[1]))], [10])
assert answer.reason == sys.argv[2], answer
print(*sorted(set(sys.modules) - before))
"""


def loaded(url: str, reason: str) -> set[str]:
    """Return the modules that asking ``url`` loads in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK, url, reason],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_asking_over_http_loads_nothing_heavy(host: str) -> None:
    """Neither to import the probe nor to ask with it."""
    with Server(answering(answer())) as server:
        modules = loaded(server.url(host=host), "answered")
    assert not modules & HEAVY
    ours = {name for name in modules if name.split(".")[0] == "vigie"}
    assert modules - ours <= {"__future__", "errno", "select", "time"}
    assert not {"vigie.probes.tls", "vigie.probes.lookup", "vigie.probes.exec"} & ours


def test_asking_the_process_loads_not_even_the_other_probes() -> None:
    """The registry imports what a URL asks for and nothing else."""
    assert "vigie.probes.exec" not in loaded("none", "not-running")
