"""What git may know of the surroundings."""

from __future__ import annotations

import pytest

from vigie.ship.git.environment import QUIET_HTTP, QUIET_SSH, cleaned, connection, has_own_ssh


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS", "GIT_TRACE", "git_dir"]
)
def test_variables_that_lead_git_astray_are_dropped(name: str) -> None:
    """What a hook or an editor left behind does not move us to another repository."""
    assert name not in cleaned({name: "x"})


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "GIT_SSH_COMMAND",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_CONFIG_GLOBAL",
        "GIT_SSL_CAINFO",
    ],
)
def test_who_the_person_is_and_how_they_connect_is_kept(name: str) -> None:
    """Identity, the place of the configuration and the way to connect are the person's."""
    assert cleaned({name: "x"})[name] == "x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", ""),
        ("SSH_ASKPASS", ""),
        ("SSH_ASKPASS_REQUIRE", "never"),
        ("GCM_INTERACTIVE", "never"),
    ],
)
def test_nothing_may_ask(name: str, value: str) -> None:
    """Every known asker is silenced, whatever was set."""
    assert cleaned({name: "/usr/bin/ask"})[name] == value


def test_sentences_are_english_and_letters_stay_the_persons() -> None:
    """git's own sentences are read here, but hooks keep the person's encoding."""
    environment = cleaned({"LC_ALL": "fr_FR.UTF-8", "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"})
    assert "LC_ALL" not in environment
    assert environment["LC_CTYPE"] == "fr_FR.UTF-8"
    assert environment["LC_MESSAGES"] == "C"
    assert environment["LANGUAGE"] == "C"
    assert "LC_CTYPE" not in cleaned({"LANG": "fr_FR.UTF-8"})


def test_own_ssh_is_recognised() -> None:
    """A person's ssh is used as it is."""
    assert has_own_ssh({"GIT_SSH_COMMAND": "ssh -i key"})
    assert has_own_ssh({"GIT_SSH": "plink"})
    assert not has_own_ssh({"GIT_SSH": ""})


def test_a_connection_asks_nothing_and_does_not_wait_for_the_dead() -> None:
    """Over ssh and http alike; how the person connects over ssh stays theirs, wherever they said so."""
    assert connection({}, own_ssh=False) == {**QUIET_HTTP, "GIT_SSH_COMMAND": QUIET_SSH}
    assert connection({}, own_ssh=True) == QUIET_HTTP
    assert connection({"GIT_SSH_COMMAND": "ssh -i key"}, own_ssh=False) == QUIET_HTTP
