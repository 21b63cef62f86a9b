"""What is text and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.ship.secrets.encoding import as_text

TEXT = "réglages: 'x'\r\nnext\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_texts_come_in_one_encoding(encoding: str) -> None:
    """Without the mark, lines as they were."""
    assert as_text(TEXT.encode(encoding)) == TEXT.encode()


def test_other_texts_stay_as_they_are() -> None:
    """Tokens are ASCII in all of them."""
    assert as_text(TEXT.encode("cp1252")) == TEXT.encode("cp1252")


def test_the_rest_is_no_text() -> None:
    """A NUL near the beginning tells it, as it tells git; far behind it tells nothing."""
    assert as_text(b"\x7fELF\0\1\2\0\0\0") is None
    assert as_text(b"x" * 8_000 + b"\0") is not None


@given(st.binary(max_size=100))
def test_nothing_is_too_strange(content: bytes) -> None:
    """Broken marks and halves of letters too."""
    as_text(content)
    as_text(b"\xff\xfe" + content)
