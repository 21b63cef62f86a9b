"""Where a push goes."""

from __future__ import annotations

import pytest

from tests.ship.workshop import Repo
from vigie.problems import Failure
from vigie.ship.git.command import Git
from vigie.ship.remote.target import Target, choose_target, read_configuration, set_upstream, tracked_ref

ORIGIN = {"remote.origin.url": "u"}
FORK = {"remote.fork.url": "u"}
FOLLOWS = {"branch.main.remote": "origin", "branch.main.merge": "refs/heads/main"}


@pytest.mark.parametrize(
    ("configuration", "remote", "ref", "sets_upstream"),
    [
        ({**ORIGIN, **FOLLOWS}, "origin", "refs/heads/main", False),
        (ORIGIN, "origin", "refs/heads/main", True),
        (FORK, "fork", "refs/heads/main", True),
        ({**ORIGIN, **FORK}, "origin", "refs/heads/main", True),
        ({**ORIGIN, **FORK, "remote.pushdefault": "fork"}, "fork", "refs/heads/main", True),
        ({**ORIGIN, **FORK, **FOLLOWS, "remote.pushdefault": "fork"}, "fork", "refs/heads/main", False),
        ({**ORIGIN, **FORK, **FOLLOWS, "branch.main.pushremote": "fork"}, "fork", "refs/heads/main", False),
        (
            {**ORIGIN, "branch.main.remote": ".", "branch.main.merge": "refs/heads/x"},
            "origin",
            "refs/heads/main",
            True,
        ),
        ({**ORIGIN, **FOLLOWS, "branch.main.merge": "refs/heads/x"}, "origin", "refs/heads/main", False),
        (
            {**ORIGIN, **FOLLOWS, "branch.main.merge": "refs/heads/x", "push.default": "upstream"},
            "origin",
            "refs/heads/x",
            False,
        ),
        ({"remote.a.b.url": "u"}, "a.b", "refs/heads/main", True),
    ],
    ids=[
        "what it follows",
        "the only one",
        "the only one, whatever its name",
        "origin among several",
        "the default for pushes",
        "the default for pushes, following another",
        "the branch's own",
        "following a local branch",
        "begun from another branch",
        "push.default upstream",
        "a dot in the name",
    ],
)
def test_target(configuration: dict[str, str], remote: str, ref: str, sets_upstream: bool) -> None:
    """The choice is git's own, and never a branch that was only the starting point."""
    target = choose_target(configuration, "refs/heads/main")
    assert target == Target(remote, ref, sets_upstream, own_ssh=False)


def test_without_a_remote() -> None:
    """There is nowhere to push to."""
    with pytest.raises(Failure) as caught:
        choose_target({"push.default": "simple"}, "refs/heads/main")
    assert caught.value.key == "ship.no-remote"


def test_several_remotes_and_no_choice() -> None:
    """Nothing is guessed; all are named."""
    with pytest.raises(Failure) as caught:
        choose_target({"remote.b.url": "u", "remote.a.pushurl": "u"}, "refs/heads/main")
    assert caught.value.key == "ship.which-remote"
    assert caught.value.values == {"remotes": "a, b"}


def test_own_ssh_is_noticed() -> None:
    """A configured ssh command is not replaced."""
    assert choose_target({**ORIGIN, "core.sshcommand": "ssh -i k"}, "refs/heads/main").own_ssh


def test_an_address_as_remote_is_shown_without_its_password() -> None:
    """``branch.main.remote`` may be an address."""
    target = choose_target({"branch.main.remote": "https://a:b@h/x"}, "refs/heads/main")
    assert target.shown == "https://***@h/x/main"


def test_configuration_is_read_from_git(repo: Repo, git: Git) -> None:
    """Names with capitals, dots and slashes, and of several values the last."""
    repo.git("config", "branch.Feature/X.1.pushRemote", "fork")
    repo.git("config", "--add", "remote.origin.url", "second")
    repo.git("config", "Push.Default", "simple")
    repo.git("config", "user.secret", "x")
    configuration = read_configuration(git)
    assert configuration["branch.Feature/X.1.pushremote"] == "fork"
    assert configuration["remote.origin.url"] == "second"
    assert configuration["push.default"] == "simple"
    assert configuration["branch.main.merge"] == "refs/heads/main"
    assert "user.secret" not in configuration


def test_upstream_is_set(repo: Repo, git: Git) -> None:
    """Afterwards ``git status`` and ``git pull`` know where the branch belongs."""
    repo.git("switch", "-c", "new/branch")
    repo.git("push", "origin", "new/branch")
    assert set_upstream(git, Target("origin", "refs/heads/new/branch", True, False), "refs/heads/new/branch")
    assert repo.git("rev-parse", "--abbrev-ref", "@{upstream}") == "origin/new/branch"


def test_upstream_that_cannot_be_written(repo: Repo, git: Git) -> None:
    """Somebody else holds the configuration."""
    repo.write(".git/config.lock")
    assert not set_upstream(git, Target("origin", "refs/heads/main", True, False), "refs/heads/main")


@pytest.mark.parametrize(
    ("lines", "ref"),
    [
        (["+refs/heads/*:refs/remotes/origin/*"], "refs/remotes/origin/topic/x"),
        (["refs/heads/topic/x:refs/elsewhere/x"], "refs/elsewhere/x"),
        (["+refs/heads/topic/*:refs/remotes/origin/t-*"], "refs/remotes/origin/t-x"),
        (["+refs/heads/t*/x:refs/remotes/o/t*"], "refs/remotes/o/topic"),
        (["+refs/heads/main:refs/remotes/origin/main"], None),
        (["+refs/heads/main:refs/a", "+refs/heads/*:refs/b/*"], "refs/b/topic/x"),
        (["+refs/heads/*:refs/remotes/origin/*", "^refs/heads/topic/*"], None),
        (["+refs/heads/*:refs/remotes/origin/*", "^refs/heads/other"], "refs/remotes/origin/topic/x"),
        (["refs/heads/topic/x"], None),
        ([], None),
    ],
)
def test_where_git_remembers_what_a_remote_has(repo: Repo, lines: list[str], ref: str | None) -> None:
    """As the remote's fetch lines say, which people narrow, rename and take away."""
    repo.git("config", "--unset-all", "remote.origin.fetch")
    for line in lines:
        repo.git("config", "--add", "remote.origin.fetch", line)
    target = Target("origin", "refs/heads/topic/x", sets_upstream=False, own_ssh=False)
    assert tracked_ref(Git(str(repo.path)), target) == ref
    if ref is not None:
        # git is of the same opinion
        repo.git("push", "-q", "origin", "HEAD:refs/heads/topic/x")
        repo.git("fetch", "-q")
        assert repo.git("rev-parse", ref) == repo.head


def test_an_address_is_remembered_nowhere(repo: Repo, remote: Repo) -> None:
    """A remote that is only an address has no fetch lines."""
    target = Target(str(remote.path), "refs/heads/main", sets_upstream=False, own_ssh=False)
    assert tracked_ref(Git(str(repo.path)), target) is None
