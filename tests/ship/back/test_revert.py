"""The commit that leads back: made aside, signed like the person's own, telling where it goes and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ship.back.crossroads import Crossroads
from vigie.problems import Failure, Refusal
from vigie.ship.back.revert import build_way_back


def test_it_stands_on_the_bad_one_and_holds_the_good_one(crossroads: Crossroads) -> None:
    """Several versions lie between; the person is its author, and the reason is told."""
    repo = crossroads.repo
    new = crossroads.built(why="The bot died after 12 s.")
    assert repo.git("rev-parse", f"{new}^@") == crossroads.bad
    assert repo.git("rev-parse", f"{new}^{{tree}}") == repo.git("rev-parse", f"{crossroads.good}^{{tree}}")
    assert repo.git("log", "-1", "--format=%an <%ae> %cn", new) == "Ada <ada@example.org> Ada"
    assert repo.git("log", "-1", "--format=%B", new).rstrip().split("\n") == [
        'Revert "bad: "it" broke"',
        "",
        f"Back to {crossroads.good[:12]}, the last version that ran well:",
        "    good: it works",
        "",
        "The bot died after 12 s.",
    ]


def test_nothing_of_the_person_is_touched_and_no_hook_runs(crossroads: Crossroads) -> None:
    """Not the branch, the index or a file; it needs no remote either."""
    repo = crossroads.repo
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction"):
        repo.hook(name, f"touch '{crossroads.scratch}/ran'; exit 1")
    repo.git("remote", "set-url", "origin", str(crossroads.scratch / "gone"))
    before = repo.snapshot()
    crossroads.built()
    assert repo.snapshot() == before
    assert not (crossroads.scratch / "ran").exists()


def test_a_letter_that_is_not_ascii_stays_one(crossroads: Crossroads) -> None:
    """Whatever encoding the person's own messages have."""
    repo = crossroads.repo
    repo.git("commit", "--allow-empty", "--only", "-m", "été")
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    new = build_way_back(
        crossroads.git,
        crossroads.repository,
        repo.head,
        crossroads.good,
        crossroads.room(),
        {"why": "à cause"},
    )
    raw = repo.git("cat-file", "-p", new)
    assert 'Revert "été"' in raw
    assert "à cause" in raw
    assert "encoding" not in raw


def test_signing_is_respected(crossroads: Crossroads) -> None:
    """With a signer it is signed; with a broken one it is not made, least of all unsigned."""
    repo = crossroads.repo
    signer = crossroads.scratch / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----'\n"
    )
    signer.chmod(0o755)
    repo.git("config", "commit.gpgsign", "true")
    repo.git("config", "gpg.program", str(signer))
    assert "gpgsig" in repo.git("cat-file", "-p", crossroads.built())
    signer.write_text("#!/bin/sh\necho 'no key' >&2\nexit 2\n")
    before = repo.snapshot()
    with pytest.raises(Failure) as caught:
        crossroads.built()
    assert caught.value.key == "ship.commit-unsigned"
    assert repo.snapshot() == before


def test_a_signing_setting_that_nobody_understands_never_means_unsigned(crossroads: Crossroads) -> None:
    """A typing error there is told."""
    crossroads.repo.git("config", "commit.gpgsign", "yess")
    with pytest.raises(Failure):
        crossroads.built()


def test_what_is_not_there_or_is_the_same_is_told(crossroads: Crossroads) -> None:
    """A version of another repository; one with the very same files."""
    repository, git, good = crossroads.repository, crossroads.git, crossroads.good
    with pytest.raises(Failure) as caught:
        build_way_back(git, repository, crossroads.bad, "1" * 40, crossroads.room())
    assert caught.value.key == "rollback.version-missing"
    with pytest.raises(Refusal) as refused:
        build_way_back(git, repository, good, good, crossroads.room())
    assert refused.value.key == "rollback.same-files"


def test_it_works_in_a_linked_worktree(crossroads: Crossroads, tmp_path: Path) -> None:
    """There ``.git`` is a file."""
    from vigie.ship.git.command import Git
    from vigie.ship.git.repository import find_repository

    side = tmp_path / "side"
    crossroads.repo.git("worktree", "add", "-b", "other", str(side), crossroads.bad)
    git = Git(str(side))
    new = build_way_back(git, find_repository(git), crossroads.bad, crossroads.good, crossroads.room())
    assert crossroads.repo.git("rev-parse", f"{new}^") == crossroads.bad
