"""Things one must not commit in the middle of, each begun for real."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Refusal
from vigie.ship.git.command import Git
from vigie.ship.git.operations import require_no_operation
from vigie.ship.git.repository import find_repository


def two_minds(repo: Repo) -> None:
    """Make two branches that changed the same line; ``main`` is checked out."""
    repo.git("switch", "-c", "other")
    repo.write("bot.py", "other\n")
    repo.git("commit", "-am", "other")
    repo.git("switch", "main")
    repo.write("bot.py", "main\n")
    repo.git("commit", "-am", "main")


def merge(repo: Repo) -> None:
    """Stop in a conflict."""
    repo.git("merge", "other", check=False)


def merge_without_conflict(repo: Repo) -> None:
    """Stop before the commit of a merge."""
    repo.git("merge", "--no-commit", "-s", "ours", "other")


def rebase(repo: Repo) -> None:
    """Stop in a conflict, HEAD detached."""
    repo.git("rebase", "other", check=False)


def cherry_pick(repo: Repo) -> None:
    """Stop in a conflict."""
    repo.git("cherry-pick", "other", check=False)


def revert(repo: Repo) -> None:
    """Stop in a conflict."""
    repo.git("revert", "--no-edit", "other", check=False)


def apply_mail(repo: Repo) -> None:
    """Stop at a mail that does not apply."""
    mail = repo.git("format-patch", "-1", "other", "-o", ".git/mail")
    repo.git("am", mail, check=False)


OPERATIONS = [
    (merge, "merge"),
    (merge_without_conflict, "merge"),
    (rebase, "rebase"),
    (cherry_pick, "cherry-pick"),
    (revert, "revert"),
    (apply_mail, "am"),
]


@pytest.mark.parametrize(("begin", "name"), OPERATIONS)
def test_an_operation_in_progress_is_refused_by_its_name(
    repo: Repo, begin: Callable[[Repo], None], name: str
) -> None:
    """Each is told by its own name, so that the advice to abort it is right."""
    two_minds(repo)
    begin(repo)
    with pytest.raises(Refusal) as caught:
        find_repository(Git(str(repo.path)))
    assert caught.value.key == "ship.operation-in-progress"
    assert caught.value.values == {"operation": name}
    repo.git(name, "--abort")
    assert find_repository(Git(str(repo.path))).short_branch == "main"


def test_a_rebase_is_named_before_what_is_done_in_it(repo: Repo) -> None:
    """A pick in a rebase that has stopped: the way out is that of the rebase."""
    two_minds(repo)
    repo.git("rebase", "-X", "ours", "--exec", "false", "other", check=False)
    repo.write("bot.py", "third\n")
    repo.git("commit", "-am", "third")
    repo.git("cherry-pick", "main", check=False)
    repo.git("rev-parse", "--verify", "CHERRY_PICK_HEAD")
    with pytest.raises(Refusal) as caught:
        find_repository(Git(str(repo.path)))
    assert caught.value.values == {"operation": "rebase"}


def test_a_bisection_is_refused(repo: Repo) -> None:
    """A search for a bad commit is not disturbed."""
    repo.git("bisect", "start")
    with pytest.raises(Refusal) as caught:
        find_repository(Git(str(repo.path)))
    assert caught.value.key == "ship.bisect-in-progress"


def test_a_series_between_two_picks_is_refused(repo: Repo) -> None:
    """A series of picks is still going on after one of its conflicts was committed by hand."""
    two_minds(repo)
    repo.git("switch", "other")
    repo.write("bot.py", "more\n")
    repo.git("commit", "-am", "more")
    repo.git("switch", "main")
    repo.git("cherry-pick", "main..other", check=False)
    repo.git("commit", "-am", "resolved")
    with pytest.raises(Refusal) as caught:
        find_repository(Git(str(repo.path)))
    assert caught.value.values == {"operation": "cherry-pick"}


def test_a_quiet_repository_is_fine(repo: Repo, git: Git) -> None:
    """Nothing is in progress in a repository just made."""
    require_no_operation(git, str(repo.path / ".git"))
