"""What a person allows, and what looks like it and is not."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from tests.ship.secrets.made import discord, pem
from tests.ship.workshop import Repo
from vigie.ship.git.command import Git
from vigie.ship.secrets.allowed import NOTHING_ALLOWED, Allowed, hashes, load_allowed
from vigie.ship.secrets.examine import MOST, examine
from vigie.ship.secrets.own_values import OwnValues

TOKEN = discord(random.Random(1))
HASH = sha256(TOKEN.encode()).hexdigest()
NOTHING = OwnValues({})


def lines(text: str, allowed: Allowed = NOTHING_ALLOWED) -> list[int]:
    """Return the lines of what is refused."""
    return [one.line for one in examine(text.encode(), NOTHING, allowed).secrets]


@pytest.mark.parametrize(
    "comment",
    [
        "# vigie: allow-secret",
        "# an old one, vigie: allow-secret",
        "// vigie: allow-secret",
        "; vigie: allow-secret",
        "<!-- vigie: allow-secret -->",
        "/* vigie: allow-secret */",
        "-- vigie: allow-secret",
        "#vigie:allow-secret",
    ],
)
def test_a_comment_allows_its_line(comment: str) -> None:
    """In whatever language; the next line is another matter."""
    assert lines(f"a = '{TOKEN}'  {comment}\n") == []
    assert lines(f"a = '{TOKEN}'  {comment}\nb = '{TOKEN}'\n") == [2]
    assert lines(f"{comment}\nb = '{TOKEN}'\n") == [2]


@pytest.mark.parametrize(
    "text", ["vigie: allow-secret", "# vigie: allow-secrets", "# allow-secret", "# vigie : allow"]
)
def test_what_is_no_such_comment(text: str) -> None:
    """Only the words themselves, and only in a comment."""
    assert lines(f"a = '{TOKEN}' {text}\n") == [1]


def test_a_key_of_several_lines_is_allowed_on_its_first() -> None:
    """Where it begins."""
    key = pem(random.Random(2))
    assert lines(f"x = 1\n{key}\n") == [2]
    assert lines(f"x = 1\n# vigie: allow-secret {key}\n") == []


def test_allowed_ones_do_not_hide_others() -> None:
    """However many of them come first, in the list or by comment."""
    token = discord(random.Random(9))
    marked = f"a = '{TOKEN}'  # vigie: allow-secret\n" * (MOST * 3)
    listed = f"a = '{TOKEN}'\n" * (MOST * 3)
    assert lines(marked + token) == [MOST * 3 + 1]
    assert lines(listed + token, Allowed(lambda: frozenset({HASH}))) == [MOST * 3 + 1]
    assert len(lines(listed)) == MOST


def test_the_list_as_people_write_it() -> None:
    """Comments, empty lines, capitals, Windows' line ends and mark; anything else is passed over."""
    text = f"# ours\r\n\r\n{HASH.upper()}  # bot.py:3\r\n{HASH[:-1]}\r\nnonsense\r\n"
    assert hashes(b"\xef\xbb\xbf" + text.encode()) == {HASH}


def test_the_list_counts_as_it_is_committed(repo: Repo, git: Git) -> None:
    """In the tree that is to be published; what lies on disk says nothing."""
    repo.write(".vigie-allow", HASH + "\n")
    assert HASH not in load_allowed(git, "HEAD", "")
    repo.git("add", ".vigie-allow")
    tree = repo.git("write-tree")
    repo.write(".vigie-allow", "")
    assert HASH in load_allowed(git, tree, "")
    assert HASH not in load_allowed(git, tree, "bots/one/")


def test_the_list_of_a_project_in_a_folder(repo: Repo, git: Git) -> None:
    """It lies in the project's folder, not at the top."""
    repo.write("bots/one/.vigie-allow", f"{HASH} # ours\n")
    repo.git("add", "-A")
    assert HASH in load_allowed(git, repo.git("write-tree"), "bots/one/")


def test_the_list_is_read_when_it_is_needed(repo: Repo) -> None:
    """An ordinary run has no question for it, and asks nothing."""

    def fail() -> frozenset[str]:
        raise AssertionError

    assert lines("x = 1\n", Allowed(fail)) == []
