"""The commit's message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.problems import UsageProblem
from vigie.ship.choose.selection import Selection
from vigie.ship.message import WIDTH, check_message, default_message, subject


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (
            Selection(modified=("commands.py", "point_system.py")),
            "chore: update commands.py, point_system.py",
        ),
        (Selection(added=("new.py",)), "feat: add new.py"),
        (Selection(removed=("old.py",)), "chore: remove old.py"),
        (Selection(added=("new.py",), modified=("bot.py",)), "chore: update new.py, bot.py"),
        (Selection(modified=("README.md",)), "docs: update README.md"),
        (Selection(added=("docs/a.md",)), "docs: add docs/a.md"),
        (Selection(modified=("README.md", "bot.py")), "chore: update README.md, bot.py"),
        (Selection(added=("tests/test_bot.py", "conftest.py")), "test: add tests/test_bot.py, conftest.py"),
        (Selection(modified=("pkg/bot_test.py",)), "test: update pkg/bot_test.py"),
        (Selection(modified=("contest.py",)), "chore: update contest.py"),
        (Selection(removed=("two\nlines.py",)), "chore: remove two\\nlines.py"),
    ],
)
def test_default_message_says_what_the_names_tell(selection: Selection, message: str) -> None:
    """Type and verb follow from the files; never more than that."""
    assert default_message(selection) == message


def test_many_files_are_counted() -> None:
    """As many names as fit, and how many more."""
    names = tuple(f"module_{number}.py" for number in range(20))
    message = default_message(Selection(modified=names))
    assert message == "chore: update module_0.py, module_1.py, module_2.py and 17 more"


def test_long_names_are_shortened() -> None:
    """First the folders go, then the name."""
    folder = "a_long_folder_name/" * 4
    assert default_message(Selection(added=(folder + "x.py",))) == "feat: add x.py"
    assert default_message(Selection(added=(folder + "x.py", "y.py"))) == "feat: add x.py and 1 more"
    assert default_message(Selection(added=("x" * 80,))) == "feat: add 1 file"
    assert default_message(Selection(added=("x" * 80, "y"))) == "feat: add 2 files"


def test_the_projects_folder_goes_without_saying() -> None:
    """In a bigger repository names are told as the person knows them."""
    assert default_message(Selection(modified=("bots/one/a.py",)), "bots/one/") == "chore: update a.py"


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.integers(0, 2))
def test_default_message_is_always_one_short_line(names: list[str], kind: int) -> None:
    """Whatever the names are."""
    kinds: list[tuple[str, ...]] = [(), (), ()]
    kinds[kind] = tuple(names)
    added, modified, removed = kinds
    message = default_message(Selection(added, modified, removed))
    assert len(message) <= WIDTH
    assert message.isprintable()


@pytest.mark.parametrize("message", ["", "  ", "\n\t\n", "a\0b"])
def test_a_message_that_git_would_not_take(message: str) -> None:
    """An empty message given on purpose is a mistake, not a wish for the default."""
    with pytest.raises(UsageProblem) as caught:
        check_message(message)
    assert caught.value.key == "ship.message-empty"


def test_any_other_message_is_untouched() -> None:
    """It is the person's."""
    assert check_message("#1: \"quoted\" $x `y` 'z'\n\nbody") == "#1: \"quoted\" $x `y` 'z'\n\nbody"


def test_subject_stands_for_the_message() -> None:
    """Its first line that says something."""
    assert subject("\n  fix: it  \n\nlong story\n") == "fix: it"
    assert subject("fix\x1b[31m") == "fix\\x1b[31m"
