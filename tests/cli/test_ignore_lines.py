"""What is added to somebody's ``.gitignore``."""

from __future__ import annotations

import pytest

from vigie.cli.ignore_lines import addition, missing_lines

WANTED = ("logs/", ".env", "*.log")


@pytest.mark.parametrize(
    ("existing", "missing"),
    [
        (b"", ("logs/", ".env", "*.log")),
        (b"logs/\n.env\n*.log\n", ()),
        (b"*.log\r\n.env\r\nlogs/", ()),
        (b"  .env \nlogs\n", ("*.log",)),
        (b"\xef\xbb\xbf.env\n", ("logs/", "*.log")),
        (b"# .env\nmylogs/\n*.logs\n!logs/\n", ("logs/", ".env", "*.log")),
        ("# créé à la main\nlogs/\n".encode(), (".env", "*.log")),
    ],
)
def test_only_what_is_not_there_is_missing(existing: bytes, missing: tuple[str, ...]) -> None:
    """A line counts whatever its line end, outer spaces or final slash; a comment or a lookalike does not."""
    assert missing_lines(existing, WANTED) == missing


@pytest.mark.parametrize("existing", [b"caf\xe9/\n", ".env\n".encode("utf-16"), ".env\n".encode("utf-16-le")])
def test_what_is_not_utf8_text_is_not_judged(existing: bytes) -> None:
    """Latin-1, and the UTF-16 that PowerShell 5.1 writes with ``>``: nothing can be told about its lines."""
    assert missing_lines(existing, WANTED) is None


@pytest.mark.parametrize(
    ("existing", "added"),
    [
        (b"", b"# why\n.env\n*.log\n"),
        (b"a\n", b"\n# why\n.env\n*.log\n"),
        (b"a", b"\n\n# why\n.env\n*.log\n"),
        (b"a\r\nb\r\n", b"\r\n# why\r\n.env\r\n*.log\r\n"),
        (b"a\r\nb\nc\n", b"\n# why\n.env\n*.log\n"),
    ],
)
def test_the_addition_begins_on_a_line_of_its_own_in_the_files_line_ends(
    existing: bytes, added: bytes
) -> None:
    """Nothing is glued to an unfinished last line, and a file of CRLF stays one."""
    assert addition(existing, (".env", "*.log"), "why") == added


@pytest.mark.parametrize("existing", [b"", b"a", b"a\r\nb\r\n", b"\xef\xbb\xbfx\n"])
def test_after_the_addition_nothing_is_missing(existing: bytes) -> None:
    """Adding once is enough."""
    assert missing_lines(existing + addition(existing, WANTED, "why"), WANTED) == ()
