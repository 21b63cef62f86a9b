"""The bots that a command names, and secrets that stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.settings.projects import loaded, told
from vigie.problems import UsageProblem
from vigie.settings import Project, Secrets, pick


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a project of three bots."""
    return loaded(
        tmp_path, "".join(f"[bots.{name}]\nhealth_url = 'none'\n" for name in ("music", "chat", "news"))
    )


def names(project: Project, *wanted: str) -> list[str]:
    """Return the names of the bots picked."""
    return [bot.spec.name for bot in pick(project, wanted)]


def test_no_name_means_all(project: Project) -> None:
    """In the order of the file."""
    assert names(project) == ["music", "chat", "news"]


def test_each_bot_named_is_picked_once_in_the_order_named(project: Project) -> None:
    """Naming one twice does not make it two."""
    assert names(project, "news", "music", "news") == ["news", "music"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("musik", "Did you mean music?"), ("Chat", "Did you mean chat?"), ("weather", "music, chat, news")],
)
def test_an_unknown_name_is_told_with_the_nearest(project: Project, name: str, words: str) -> None:
    """The name, and the bot probably meant, or all there are."""
    with pytest.raises(UsageProblem) as caught:
        pick(project, ["music", name])
    text = told(caught.value)
    assert repr(name) in text
    assert words in text


def test_secrets_are_a_dictionary_that_does_not_talk() -> None:
    """Everything works but showing it."""
    secrets = Secrets(TOKEN="s3cr3t")
    assert secrets["TOKEN"] == "s3cr3t"
    assert {**secrets} == {"TOKEN": "s3cr3t"}
    assert "s3cr3t" not in f"{secrets} {secrets!r} {[secrets]}"
