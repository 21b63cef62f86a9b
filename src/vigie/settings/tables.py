"""The tables of ``vigie.toml``: which bots there are, and whether every key is a known one."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.messages import Phrase
from vigie.problems import UsageProblem
from vigie.settings import schema
from vigie.settings.bot_names import check_names
from vigie.settings.origin import FromToml, blame, toml_text
from vigie.settings.toml_file import TomlFile

_BOT_KEYS = tuple(setting.name for setting in schema.BOT)
_TOP_KEYS = (schema.LANGUAGE.name, schema.START_SPACING.name)
_SHIP_KEYS = tuple(setting.name for setting in schema.SHIP)

_HOMES = dict.fromkeys(_SHIP_KEYS, "[ship]") | dict.fromkeys(_BOT_KEYS, "[bot]")


def top_table(toml: TomlFile) -> FromToml:
    """Return the file's outermost table; raises ``UsageProblem`` for a key that has no business there."""
    top = _table(toml, ())
    _check_keys(top, schema.TOP)
    return top


def ship_table(toml: TomlFile) -> FromToml | None:
    """Return ``[ship]`` if there is one; raises ``UsageProblem`` if it is no table or has an unknown key."""
    if "ship" not in toml.table:
        return None
    ship = _table(toml, ("ship",))
    _check_keys(ship, _SHIP_KEYS)
    return ship


def bot_tables(toml: TomlFile) -> tuple[FromToml, ...]:
    """Return ``[bot]``, or each of ``[bots.NAME]``; empty when the file speaks of no bot.

    Raises ``UsageProblem`` when both are there, when there is ``[bots]`` and no bot in it, when a name cannot
    be a bot's, or when a table holds an unknown key.
    """
    if "bots" not in toml.table:
        bots = [_table(toml, ("bot",))] if "bot" in toml.table else []
    else:
        several = _table(toml, ("bots",))
        if "bot" in toml.table:
            raise UsageProblem("settings.bot-and-bots", place=several.place())
        bots = [_one_of_several(toml, several, name) for name in several.items]
        if not bots:
            raise UsageProblem("settings.no-bots", place=several.place())
        check_names(bots)
    for bot in bots:
        _check_keys(bot, _BOT_KEYS)
    return tuple(bots)


def _table(toml: TomlFile, keys: tuple[str, ...]) -> FromToml:
    found = FromToml(toml, (), toml.table)
    for key in keys:
        found = FromToml(toml, (*found.keys, key), found.items[key])
    if not isinstance(found.value, dict):
        raise blame(found, Phrase("settings.allowed-table", table=".".join(keys)))
    return found


def _one_of_several(toml: TomlFile, several: FromToml, name: str) -> FromToml:
    if not isinstance(several.items[name], dict):
        raise _unknown_key(several, name, Phrase("settings.under-a-bot"))
    return _table(toml, ("bots", name))


def _check_keys(table: FromToml, known: Sequence[str]) -> None:
    for name in table.items:
        if name not in known:
            raise _unknown_key(table, name, _advice(name, known))


def _unknown_key(table: FromToml, name: str, advice: Phrase) -> UsageProblem:
    return UsageProblem(
        "settings.unknown-key",
        place=FromToml(table.file, (*table.keys, name), None).place(),
        name=toml_text(name),
        table=f"[{table.name}]" if table.keys else Phrase("settings.top"),
        advice=advice,
    )


def _advice(name: str, known: Sequence[str]) -> Phrase:
    from vigie.settings.nearest import nearest

    if name in _HOMES:
        return Phrase("settings.belongs-under", name=name, home=_HOMES[name])
    if name in _TOP_KEYS:
        return Phrase("settings.belongs-on-top", name=name)
    close = nearest(name, known)
    if close is None:
        return Phrase("settings.known-keys", known=", ".join(known))
    return Phrase("settings.did-you-mean", nearest=close)
