"""The table of settings agrees with everything it speaks of."""

from __future__ import annotations

import pytest

from vigie.core.spec import Spec
from vigie.settings import ShipSettings, schema, value
from vigie.settings.schema import Setting


def test_every_wish_about_a_bot_is_a_setting() -> None:
    """Each field of a bot's spec can be set, but its name, a trial's length, and what all bots share."""
    assert {setting.name for setting in schema.BOT} == set(Spec.__annotations__) - {
        "name",
        "prove",
        "start_spacing",
    }


def test_every_wish_about_shipping_is_a_setting() -> None:
    """The same for ``[ship]``."""
    assert {setting.name for setting in schema.SHIP} == set(ShipSettings.__annotations__)


@pytest.mark.parametrize("setting", schema.BOT, ids=lambda setting: setting.name)
def test_the_default_is_that_of_the_core(setting: Setting) -> None:
    """A default stands in one place and is the same everywhere."""
    assert setting.default == Spec()._asdict()[setting.name]


@pytest.mark.parametrize("setting", schema.SHIP, ids=lambda setting: setting.name)
def test_the_default_is_that_of_shipping(setting: Setting) -> None:
    """The same for ``[ship]``."""
    assert setting.default == ShipSettings()._asdict()[setting.name]


@pytest.mark.parametrize(
    "setting",
    [setting for setting in schema.BOT + schema.SHIP if setting.default],
    ids=lambda setting: setting.name,
)
def test_a_default_could_be_written_down(setting: Setting) -> None:
    """Every default is itself an allowed value."""
    written = setting.default
    if setting.kind == schema.STATUS:
        written = "200-299"
    elif isinstance(written, tuple):
        written = list(written)
    assert value.read(setting, written, False) == setting.default


def test_the_variables_are_the_contracts() -> None:
    """Exactly these variables mean something."""
    found = {
        setting.name: setting.variables for setting in (*schema.BOT, schema.LANGUAGE) if setting.variables
    }
    assert found == {
        "command": ("BOT_COMMAND",),
        "health_url": ("HEALTH_CHECK_URL", "HEALTH_PORT", "PORT"),
        "check_interval": ("CHECK_INTERVAL",),
        "check_timeout": ("CHECK_TIMEOUT",),
        "start_grace": ("START_GRACE",),
        "stop_timeout": ("STOP_TIMEOUT",),
        "language": ("VIGIE_LANG",),
    }
