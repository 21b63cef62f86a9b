"""What reading the settings gives: a project, its bots, how it ships; and which bots a command means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vigie.core.spec import Spec
from vigie.plain import Plain
from vigie.problems import UsageProblem

if TYPE_CHECKING:
    from typing import Literal

CONFIG_NAME = "vigie.toml"
ENV_NAME = ".env"


class Secrets(dict[str, str]):
    """Variables whose values must not be seen: printing it tells how many there are and nothing else."""

    def __repr__(self) -> str:
        """Say how many values are hidden."""
        return f"<{len(self)} hidden>"

    __str__ = __repr__


class Bot(Plain):
    """One bot: what was asked for it, and the variables of the project's ``.env``.

    ``environment`` is to be added to the bot's own environment, where it is the weaker of the two: a
    variable that is already set there keeps its value.
    """

    spec: Spec
    environment: dict[str, str]


class ShipSettings(Plain):
    """``[ship]``: ``restart`` is ``if-down``, ``always`` or ``never``; ``rollback``: undo what fails.

    ``test``: a command that must succeed before anything is committed, within ``test_timeout`` seconds.
    ``prove``: seconds that new code must stay healthy without a break; ``prove_deadline``: seconds it has for
    that in all.
    """

    restart: Literal["if-down", "always", "never"] = "if-down"
    rollback: bool = False
    test: tuple[str, ...] = ()
    test_timeout: float = 300.0
    prove: float = 30.0
    prove_deadline: float = 120.0


class Project(Plain):
    """Everything asked for in one folder.

    ``root`` is absolute; ``config_path`` is its ``vigie.toml`` if it has one; ``language`` is ``fr`` or
    ``en`` when somebody chose one, else None.
    """

    root: str
    config_path: str | None
    language: str | None
    bots: tuple[Bot, ...]
    ship: ShipSettings


def pick(project: Project, names: Sequence[str]) -> tuple[Bot, ...]:
    """Return the bots named, each once and in the order named; all of them when none is named.

    Raises ``UsageProblem`` for a name that no bot has.
    """
    if not names:
        return project.bots
    by_name = {bot.spec.name: bot for bot in project.bots}
    for name in names:
        if name not in by_name:
            raise _unknown(name, list(by_name))
    return tuple(by_name[name] for name in dict.fromkeys(names))


def _unknown(name: str, known: list[str]) -> UsageProblem:
    from vigie.messages import Phrase
    from vigie.settings.nearest import nearest

    close = nearest(name, known)
    if close is None:
        advice = Phrase("settings.known-bots", known=", ".join(known))
    else:
        advice = Phrase("settings.did-you-mean", nearest=close)
    return UsageProblem("settings.unknown-bot", name=repr(name), advice=advice)
