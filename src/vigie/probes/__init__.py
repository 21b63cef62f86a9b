"""ASKS "are you well?". ``probe_for`` is the registry: a health URL's form -> a probe."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vigie.core.spec import Spec
    from vigie.probes.conversation import Conversation


def probe_for(
    spec: Spec,
    pid: int | None = None,
    age: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> Conversation:
    """Open the conversation that ``spec.health_url`` asks for.

    ``pid`` and ``age`` (seconds since launch) are what is known of the process; only ``none`` needs them.
    ``environment`` holds the variables of the project's ``.env``; only ``exec:`` needs them.
    """
    url = spec.health_url
    if url == "none":
        from vigie.probes.process import ask_process

        return ask_process(pid, age)
    if url.startswith("exec:"):
        from vigie.probes.exec import ask_command

        return ask_command(url[len("exec:") :], spec.directory, environment)
    if url.startswith("tcp://"):
        from vigie.probes.tcp import ask_tcp

        return ask_tcp(url)
    from vigie.probes.http import ask_http

    return ask_http(url, spec.health_status)
