"""Where settings are looked for, strongest first: environment, ``.env``, ``vigie.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigie.settings.dotenv import EnvFile
    from vigie.settings.origin import FromToml, FromVariable, Origin
    from vigie.settings.schema import Setting


class Variables:
    """The variables a project is set with; a blank one counts as unset."""

    __slots__ = ("_env_file", "_environ")

    def __init__(self, environ: Mapping[str, str], env_file: EnvFile | None) -> None:
        """Look in ``environ`` and in the project's ``.env`` if it has one."""
        self._environ = environ
        self._env_file = env_file

    def in_environment(self, name: str) -> FromVariable | None:
        """Return the environment's variable of this name."""
        value = self._environ.get(name, "")
        if not value.strip():
            return None
        from vigie.settings.origin import FromVariable

        return FromVariable(name, value, value)

    def in_env_file(self, name: str) -> FromVariable | None:
        """Return the variable of this name in the ``.env``."""
        file = self._env_file
        if file is None or not file.values.get(name, "").strip():
            return None
        from vigie.settings.origin import FromVariable

        _, written, line = file.written[name]
        return FromVariable(name, file.values[name], written, file.path, line)

    def find(self, name: str) -> FromVariable | None:
        """Return the stronger of the two."""
        return self.in_environment(name) or self.in_env_file(name)


def strongest(setting: Setting, variables: Variables | None, table: FromToml | None) -> Origin | None:
    """Return the strongest value there is for ``setting``, or None when its default holds.

    ``variables``: None when they may not speak for it. ``table``: the table of ``vigie.toml`` it belongs in.
    """
    if variables is not None and setting.variables:
        variable = variables.find(setting.variables[0])
        if variable is not None:
            return variable
    return None if table is None else table.get(setting.name)
