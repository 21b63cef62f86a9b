"""Guards for every test: never the real home, nothing beyond loopback, no setting from the outside."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.needs import need_tool as _need_tool

HOMES = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
)

SETTINGS = (
    "BOT_COMMAND",
    "CHECK_INTERVAL",
    "CHECK_TIMEOUT",
    "HEALTH_CHECK_URL",
    "HEALTH_PORT",
    "NO_COLOR",
    "PORT",
    "START_GRACE",
    "STOP_TIMEOUT",
)
"""Variables that mean something to the product and would change what a test sees."""

OUTSIDE_PREFIXES = ("VIGIE_", "GIT_")

LOOPBACK_NAMES = ("", "localhost", "::1", "::", "0.0.0.0")


def is_loopback(host: object) -> bool:
    """Whether ``host`` stays here; ``.invalid`` never resolves (RFC 6761) and is allowed too."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    name = name.lower().rstrip(".").partition("%")[0]
    if name in LOOPBACK_NAMES or name.startswith(("127.", "::ffff:127.")):
        return True
    return name.endswith((".localhost", ".invalid"))


def stay_on_loopback(event: str, args: tuple[object, ...]) -> None:
    """Audit hook: refuse a connection, a datagram or a name that leaves this machine."""
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise PermissionError(f"a test reached beyond loopback: {address!r}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_loopback(args[0]):
        raise PermissionError(f"a test looked up a name beyond loopback: {args[0]!r}")


sys.addaudithook(stay_on_loopback)


@pytest.fixture(scope="session", autouse=True)
def home_is_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point the home folder to a temporary one and forget settings of the person who runs the tests."""
    home = str(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in HOMES:
            patch.setenv(name, home)
        for name in list(os.environ):
            foreign = name.startswith(OUTSIDE_PREFIXES) and not name.startswith("VIGIE_TEST_")
            if name in SETTINGS or foreign:
                patch.delenv(name)
        # a machine-wide git configuration could sign commits, run hooks or rewrite addresses
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        yield


@pytest.fixture
def need_tool() -> Callable[[str], str]:
    """Give the function that returns a tool's path, skips without it, and fails without it on CI."""
    return _need_tool
