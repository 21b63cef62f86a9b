"""A folder and an environment -> everything asked for, or the first thing that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from vigie.core.spec import Spec
from vigie.problems import UsageProblem
from vigie.settings import schema
from vigie.settings.bot import read_bot
from vigie.settings.project import CONFIG_NAME, ENV_NAME, Bot, Project, Secrets, ShipSettings
from vigie.settings.sources import Variables, strongest

if TYPE_CHECKING:
    from vigie.settings.dotenv import EnvFile
    from vigie.settings.origin import FromToml
    from vigie.settings.toml_file import TomlFile


def load(root: str, environ: Mapping[str, str]) -> Project:
    """Return what is asked for in the folder ``root`` (absolute) by ``environ``, ``.env`` and ``vigie.toml``.

    Every bot is given the whole ``.env``. In a project of several bots ``BOT_COMMAND`` and
    ``HEALTH_CHECK_URL`` are refused, since they cannot say which bot they mean; ``HEALTH_PORT`` and ``PORT``
    are left alone there, since bots read these names for themselves. Nor may two bots have one address.

    Raises ``UsageProblem`` for whatever is wrong. A program or script that does not exist is not: that is
    for the launch to find out, ``check`` and ``status`` do without.
    """
    env_file = _env_file(os.path.join(root, ENV_NAME), environ)
    variables = Variables(environ, env_file)
    toml = _toml(os.path.join(root, CONFIG_NAME))
    language = _language(toml, variables)
    tables: dict[str, FromToml | None] = dict(_bot_tables(toml)) or {Spec().name: None}
    alone = len(tables) == 1
    if not alone:
        _refuse_one_bot_variables(variables, tuple(tables))
    spacing, ship = _start_spacing(toml), _ship(toml)
    specs = {
        name: read_bot(name, root, table, variables, alone)._replace(start_spacing=spacing, prove=ship.prove)
        for name, table in tables.items()
    }
    _refuse_shared_health_url(specs, tables)
    if any(spec.after for spec in specs.values()):
        from vigie.settings.start_order import check_start_order

        check_start_order(specs, tables)
    environment = Secrets() if env_file is None else env_file.values
    return Project(
        root=root,
        config_path=None if toml is None else toml.path,
        language=language,
        bots=tuple(Bot(spec, environment) for spec in specs.values()),
        ship=ship,
    )


def _env_file(path: str, environ: Mapping[str, str]) -> EnvFile | None:
    # Some people call their virtual environment .env: a folder of that name is no file of variables.
    if not os.path.lexists(path) or os.path.isdir(path):
        return None
    from vigie.settings.dotenv import read_env_file

    return read_env_file(path, environ)


def _toml(path: str) -> TomlFile | None:
    # A link to nowhere counts, and is an error: somebody meant there to be a file.
    if not os.path.lexists(path):
        return None
    from vigie.settings.toml_file import read_toml

    return read_toml(path)


def _bot_tables(toml: TomlFile | None) -> list[tuple[str, FromToml]]:
    if toml is None:
        return []
    from vigie.settings.tables import bot_tables

    return [(table.keys[-1], table) for table in bot_tables(toml)]


def _refuse_one_bot_variables(variables: Variables, names: tuple[str, ...]) -> None:
    for setting in schema.BOT:
        variable = variables.find(setting.variables[0]) if setting.one_bot else None
        if variable is not None:
            raise UsageProblem(
                "settings.which-bot",
                place=variable.place(),
                setting=setting.name,
                bots=", ".join(names),
                example=names[0],
            )


def _refuse_shared_health_url(specs: Mapping[str, Spec], tables: Mapping[str, FromToml | None]) -> None:
    """Raise ``UsageProblem`` when one address answers for two bots: the dead one would look alive."""
    first: dict[str, str] = {}
    for name, spec in specs.items():
        table, other = tables[name], first.setdefault(spec.health_url, name)
        if table is None or other == name or "://" not in spec.health_url:
            continue
        from vigie.settings.health_url import shown

        raise UsageProblem(
            "settings.shared-health-url",
            place=(table.get("health_url") or table).place(),
            bot=name,
            other=other,
            url=shown(spec.health_url),
        )


def _language(toml: TomlFile | None, variables: Variables) -> str | None:
    table = None
    if toml is not None:
        from vigie.settings.tables import top_table

        table = top_table(toml)
    origin = strongest(schema.LANGUAGE, variables, table)
    if origin is None:
        return None
    from vigie.settings.origin import read

    language: str = read(schema.LANGUAGE, origin)
    return language


def _start_spacing(toml: TomlFile | None) -> float:
    if toml is None or schema.START_SPACING.name not in toml.table:
        return Spec().start_spacing
    from vigie.settings.origin import read
    from vigie.settings.tables import top_table

    origin = top_table(toml).get(schema.START_SPACING.name)
    spacing: float = Spec().start_spacing if origin is None else read(schema.START_SPACING, origin)
    return spacing


def _ship(toml: TomlFile | None) -> ShipSettings:
    if toml is None:
        return ShipSettings()
    from vigie.settings.origin import read
    from vigie.settings.tables import ship_table

    table = ship_table(toml)
    ship = ShipSettings()
    for setting in schema.SHIP:
        origin = strongest(setting, None, table)
        if origin is not None:
            ship = ship._replace(**{setting.name: read(setting, origin)})
    return ship
