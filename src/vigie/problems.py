"""What can go wrong in a way a person should read about: found, expected, what to do next.

Raised anywhere, caught in one place (``cli.errors``), which looks the sentences up in the reader's
language. A problem carries keys and values, never a finished sentence, so that JSON, the log and both
languages all tell the same story.
"""

from __future__ import annotations

DONE = 0
FAILED = 1
USAGE = 2
REFUSED = 3
SHIPPED_OFFLINE = 4
SHIPPED_ROLLED_BACK = 5
INTERRUPTED = 130


class Problem(Exception):  # noqa: N818  (what a person reads about; Failure and Refusal say which kind)
    """Something expected went wrong; ``exit_code`` is the contract's (CONTRACT.md, "Exit codes").

    ``key`` names the sentence ``<key>`` in the catalogue, and ``<key>.hint`` the advice that follows it.
    The JSON error code is the part of the key after the first dot.
    """

    exit_code = FAILED

    def __init__(self, key: str, **values: object) -> None:
        """Remember which sentence to say and the values it names."""
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """Return the key and its values, for developers and failing tests only."""
        return f"{self.key} {self.values}" if self.values else self.key

    @property
    def code(self) -> str:
        """The kebab-case word for ``error.code`` in JSON."""
        return self.key.partition(".")[2] or self.key


class Failure(Problem):
    """The operation was tried and did not succeed: exit 1."""


class UsageProblem(Problem):
    """Wrong arguments or settings; nothing was done: exit 2."""

    exit_code = USAGE


class Refusal(Problem):
    """Going on could lose work, kill a stranger or run two at once; nothing was done: exit 3."""

    exit_code = REFUSED
