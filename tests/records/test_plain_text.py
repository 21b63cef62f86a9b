"""Text from outside can neither forge a line nor command a terminal."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.records.plain_text import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Vérification de l'état : œuf, 日本, 🤖", "Vérification de l'état : œuf, 日本, 🤖"),
        ("délai\u00a0: 5\u202fs\n", "délai\u00a0: 5\u202fs\\n"),
        ("a\nb", "a\\nb"),
        ("a\r\n[OK] forged", "a\\r\\n[OK] forged"),
        ("a\u2028b\u0085c\x0bd\x0ce", "a\\u2028b\\x85c\\x0bd\\x0ce"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("left\u202eright", "left\\u202eright"),
        ("C:\\new", "C:\\new"),
        ("\udcff", "\\udcff"),
        ("", ""),
    ],
)
def test_one_line_shows_what_cannot_be_seen(text: str, shown: str) -> None:
    """Letters of every language stay; line ends, escapes and signs that turn the direction become visible."""
    assert one_line(text) == shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("plain é", "plain é"),
        ("\x1b[31mred\x1b[0m and \x1b[1;38;5;9mbold\x1b[m", "red and bold"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never closed", "0;never closed"),
        ("\x1b(Bplain\x1b=\x1b>", "plain"),
        ("\x9b2Jcleared", "cleared"),
        ("10%\r20%\r", "10% 20%"),
        ("hidden error\rOK", "hidden error OK"),
        ("a\tb\x08\x00c\x7f", "a bc"),
        ("\x1b", ""),
        ("\x1b[", ""),
        ("délai\u00a0: 5\u202fs\x1b[0m", "délai\u00a0: 5\u202fs"),
        ("\u202eright", "right"),
    ],
)
def test_printable_leaves_what_a_person_would_read(text: str, read: str) -> None:
    """Sequences vanish whole, text that they would hide stays."""
    assert printable(text) == read


@given(st.text())
def test_neither_ever_lets_a_control_sign_through(text: str) -> None:
    """Whatever comes in, what comes out is one line and nothing a terminal obeys."""
    for made in (one_line(text), printable(text)):
        assert len(made.splitlines()) <= 1
        assert all(sign.isprintable() or sign in "\u00a0\u202f" for sign in made)


@pytest.mark.parametrize("piece", ["\x1b]", "\x1b[", "\x1b[1;", "\x1b", "\x1b]a\x07", "\x1bP", "\x9d;"])
def test_no_text_takes_long(piece: str) -> None:
    """A line made to confuse the search costs no more time than another one."""
    begun = time.perf_counter()
    printable(piece * 30_000)
    assert time.perf_counter() - begun < 1.0
