"""The bot's program, as words that no shell ever sees."""

from __future__ import annotations

import pytest

from vigie.settings.command import read_command, split_words
from vigie.settings.origin import NotAllowedError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("python start.py", ["python", "start.py"]),
        ("  python   -u\tstart.py\n", ["python", "-u", "start.py"]),
        ("\"/opt/my bot/python\" 'start it.py'", ["/opt/my bot/python", "start it.py"]),
        ('python "l\'été.py"', ["python", "l'été.py"]),
        ("a\\ b", ["a b"]),
        ("python -c 'a; b && c | d > e # f'", ["python", "-c", "a; b && c | d > e # f"]),
        ("echo $HOME `id` * # no comment", ["echo", "$HOME", "`id`", "*", "#", "no", "comment"]),
        ("python ''", ["python", ""]),
    ],
)
def test_a_text_is_split_as_a_posix_shell_splits_words(text: str, words: list[str]) -> None:
    """Quotes and backslashes hold words together; nothing else means anything."""
    assert read_command(text, windows=False) == tuple(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("C:\\bots\\python.exe start.py", ["C:\\bots\\python.exe", "start.py"]),
        (
            '"C:\\Program Files\\Python\\python.exe" "start it.py"',
            ["C:\\Program Files\\Python\\python.exe", "start it.py"],
        ),
        ("C:\\Users\\O'Brien\\start.exe", ["C:\\Users\\O'Brien\\start.exe"]),
    ],
)
def test_on_windows_backslashes_stay(text: str, words: list[str]) -> None:
    """Paths survive, and an apostrophe is a letter."""
    assert read_command(text, windows=True) == tuple(words)


def test_a_list_is_taken_word_for_word() -> None:
    """Nothing in a list is split or replaced, not even a line end in an argument."""
    assert read_command(["python", "-c", "a\nb", "", "x y"]) == ("python", "-c", "a\nb", "", "x y")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("python 'open", "found-open-quote"),
        ('python "open', "found-open-quote"),
        ("", "found-nothing"),
        ("   ", "found-nothing"),
        ([], "found-nothing"),
        ([""], "found-nothing"),
        (["python", 3], "found-not-text"),
        ([["python"]], "found-not-text"),
        (["python", "a\0b"], "found-control"),
        (["C:\temp\bot.exe"], "found-control"),
    ],
)
def test_what_is_no_command_is_described_and_not_repeated(value: object, found: str) -> None:
    """People write tokens into commands: an error tells what is wrong, never the command."""
    with pytest.raises(NotAllowedError) as caught:
        read_command(value)
    assert caught.value.found is not None
    assert f"settings.{found}" in repr(caught.value.found)


@pytest.mark.parametrize("value", [3, True, None, {"a": 1}])
def test_another_type_is_no_command(value: object) -> None:
    """A number or a table is refused."""
    with pytest.raises(NotAllowedError) as caught:
        read_command(value)
    assert caught.value.allowed.key == "settings.allowed-command"


def test_an_open_quote_splits_into_nothing() -> None:
    """The one thing that cannot be split."""
    assert split_words("a 'b") is None
