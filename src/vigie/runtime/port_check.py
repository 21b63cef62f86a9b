"""Before a launch: nobody else may already answer where the bot will be asked.

Otherwise the old process, or a stranger, would answer for the new one and everything would look well.
"""

from __future__ import annotations

from vigie.core.spec import Spec
from vigie.engines import custody
from vigie.engines.base import LaunchError

LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "::", "[::]")  # noqa: S104  (compared, not bound)


def require_free_port(spec: Spec) -> None:
    """Raise ``LaunchError`` (refused) when somebody listens on the bot's own port."""
    port = local_port(spec.health_url)
    if port is None or custody.free(port):
        return
    seen = [listener for listener in custody.listeners(port) if listener.pid is not None]
    if not seen:
        raise LaunchError("engine.port-taken-unseen", refused=True, port=port)
    stranger = seen[0]
    raise LaunchError(
        "engine.port-taken", refused=True, port=port, pid=stranger.pid, program=stranger.program
    )


def local_port(url: str) -> int | None:
    """Return the port of this machine that ``url`` asks, or None when it asks elsewhere or no port at all."""
    if url.startswith("tcp://"):
        rest, default = url[6:], 0
    elif url.startswith("https://"):
        rest, default = url[8:], 443
    elif url.startswith("http://"):
        rest, default = url[7:], 80
    else:
        return None
    authority = rest.partition("/")[0].partition("?")[0]
    if authority.startswith("["):
        host, _, tail = authority.partition("]")
        host, port = host + "]", tail.lstrip(":")
    else:
        host, _, port = authority.partition(":")
    if host.lower() not in LOCAL:
        return None
    return int(port) if port.isdigit() else default or None
