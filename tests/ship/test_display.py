"""What may be shown."""

from __future__ import annotations

import pytest

from vigie.ship.display import MAX_LINES, MAX_WIDTH, last_lines, listed, masked, printable, reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fatal: https://ada:s3cret@example.org/x.git", "fatal: https://***@example.org/x.git"),
        ("https://ghp_abcdef@example.org/x", "https://***@example.org/x"),
        ("http://a:b@c@example.org/x", "http://***@example.org/x"),
        ("ssh://git@example.org/x", "ssh://git@example.org/x"),
        ("ssh://git:pw@example.org/x", "ssh://git:***@example.org/x"),
        ("git@example.org:ada/bot.git", "git@example.org:ada/bot.git"),
        ("https://example.org/x?private_token=abc&y=1", "https://example.org/x?private_token=***&y=1"),
        ("Authorization: Basic YWJjOmRlZg==", "Authorization: Basic ***"),
        ("/home/ada/github.git", "/home/ada/github.git"),
    ],
)
def test_credentials_in_addresses_are_masked(text: str, shown: str) -> None:
    """No password, and no token that stands for one, is ever shown."""
    assert masked(text) == shown


def test_only_the_last_lines_are_shown() -> None:
    """A hook's flood is cut to its end, line by line and letter by letter."""
    output = "\n".join(f"line {number} " + "x" * 1000 for number in range(100)).encode()
    lines = last_lines(output)
    assert len(lines) == MAX_LINES
    assert lines[-1].startswith("line 99 ")
    assert all(len(line) == MAX_WIDTH for line in lines)


def test_lines_cannot_play_with_the_terminal() -> None:
    """Colours, titles, progress bars and bells of a hook or a server are taken out."""
    output = b"\x1b[31mred\x1b[0m\r\n10%\r50%\r100%\n\x1b]0;title\x07bell\x07\n\n\xff\n"
    assert last_lines(output) == ("red", "100%", "bell\\x07", "�")


def test_the_cause_is_found_among_advice() -> None:
    """git names the cause first and then explains at length."""
    assert reason(b"remote: counting\nfatal: no space left\nPlease make sure\n") == "no space left"
    assert reason(b"hint: something\nerror: it failed\n") == "it failed"
    assert reason(b"only words\n") == "only words"
    assert reason(b"") == ""


def test_names_are_printable() -> None:
    """A new line or bytes that are no text cannot break a line of output."""
    assert printable("a\nb\udce9é") == "a\\nb\\udce9é"


def test_long_lists_are_shortened() -> None:
    """Ten names, then how many more."""
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(13)]).endswith("9, ... (+3)")
