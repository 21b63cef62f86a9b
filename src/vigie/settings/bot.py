"""One bot: each setting from the strongest source that has it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from vigie.core.spec import Spec
from vigie.settings import schema
from vigie.settings.default_command import default_command
from vigie.settings.sources import strongest

if TYPE_CHECKING:
    from vigie.settings.origin import FromToml, Origin
    from vigie.settings.sources import Variables


def read_bot(name: str, root: str, table: FromToml | None, variables: Variables, alone: bool) -> Spec:
    """Return what is asked for the bot called ``name``, whose table in ``vigie.toml`` is ``table``.

    ``alone``: no other bot shares the project, so that the variables which mean one bot mean this one.
    Raises ``UsageProblem`` for a value that its setting does not allow.
    """
    origins: dict[str, Origin] = {}
    for setting in schema.BOT:
        origin = strongest(setting, variables if alone or not setting.one_bot else None, table)
        if origin is not None:
            origins[setting.name] = origin
    spec = Spec(name)._replace(**_values(origins))
    if alone:
        spec = spec._replace(health_url=_moved(spec.health_url, origins.get("health_url"), variables))
    directory = os.path.normpath(os.path.join(root, os.path.expanduser(spec.directory)))
    _check_directory(directory, origins.get("directory"))
    _check_backoff(spec, origins)
    return spec._replace(directory=directory, command=spec.command or default_command((directory, root)))


def _values(origins: dict[str, Origin]) -> dict[str, Any]:
    if not origins:
        return {}
    from vigie.settings.origin import read

    rows = {setting.name: setting for setting in schema.BOT}
    return {name: read(rows[name], origin) for name, origin in origins.items()}


def _moved(url: str, origin: Origin | None, variables: Variables) -> str:
    """Return ``url`` at the port that a variable names, when that is stronger than the URL's own ``origin``.

    Within one source the whole URL is stronger. ``PORT`` counts in the project's ``.env`` only: in an
    environment it is often meant for somebody else.
    """
    by_variable = origin is not None and origin.is_text
    port = variables.in_environment(schema.HEALTH_PORT)
    if port is None and not by_variable:
        port = variables.in_env_file(schema.HEALTH_PORT) or variables.in_env_file(schema.PORT)
    if port is None or (by_variable and variables.in_environment(schema.HEALTH_CHECK_URL)):
        return url
    from vigie.messages import Phrase
    from vigie.settings.health_url import read_port, with_port
    from vigie.settings.origin import NotAllowedError, blame

    try:
        return with_port(url, read_port(port.value))
    except NotAllowedError as wrong:
        raise blame(
            port, wrong.allowed, wrong.found, Phrase("settings.port-of", setting="health_url")
        ) from None


def _check_directory(directory: str, origin: Origin | None) -> None:
    if origin is None or os.path.isdir(directory):
        return
    from vigie.messages import Phrase
    from vigie.settings.origin import blame

    found = Phrase("settings.found-no-folder", path=repr(directory))
    raise blame(origin, Phrase("settings.allowed-folder"), found)


def _check_backoff(spec: Spec, origins: dict[str, Origin]) -> None:
    if spec.backoff_initial <= spec.backoff_max:
        return
    from vigie.messages import Phrase
    from vigie.settings.origin import blame

    if "backoff_max" in origins:
        raise blame(
            origins["backoff_max"],
            Phrase("settings.allowed-at-least", other="backoff_initial", limit=f"{spec.backoff_initial:g}"),
        )
    raise blame(
        origins["backoff_initial"],
        Phrase("settings.allowed-at-most", other="backoff_max", limit=f"{spec.backoff_max:g}"),
    )
