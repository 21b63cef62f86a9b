"""Pushing over http, to ``git http-backend`` behind a server that can go wrong."""

from __future__ import annotations

import pytest

from tests.ship.pusher import Pusher
from tests.ship.transport.site import ASK, CUT, LOSE, PACK, REFS, SILENT, Fault, Site, site
from tests.ship.workshop import Repo
from vigie.problems import Failure
from vigie.ship.git import environment
from vigie.ship.remote.remote_truth import remote_commit

pytestmark = pytest.mark.slow


def there(remote: Repo) -> str:
    """Return the commit the remote is at."""
    return remote.git("rev-parse", "main")


def credentials(web: Site, user: str) -> str:
    """Return the address of the repository with a user and a password in it."""
    return web.address.replace("//", f"//{user}@") + "/github.git"


def test_push_over_http(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """The commit arrives, in one try."""
    assert pusher.push()
    assert there(remote) == repo.head
    assert not pusher.push()
    assert web.asked == [REFS, PACK, REFS]


def test_the_right_password(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """Stored credentials are used; here a helper of the person's has them."""
    web.password = "right"
    repo.git("config", "credential.helper", "!f() { echo username=ada; echo password=right; }; f")
    assert pusher.push()
    assert there(remote) == repo.head


@pytest.mark.parametrize("given", ["", "ada:s3cret"], ids=["none", "wrong"])
def test_no_or_a_wrong_password(pusher: Pusher, web: Site, repo: Repo, given: str) -> None:
    """Told at once, without another try, and without the password."""
    web.password = "right"
    if given:
        repo.git("remote", "set-url", "origin", credentials(web, given))
    problem = pusher.refused()
    assert problem.key == "ship.push-authentication"
    assert "s3cret" not in str(problem.values)
    assert pusher.slept == []


@pytest.mark.parametrize("begun", [REFS, PACK])
@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_server_that_is_ill_for_a_moment(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo, begun: str, status: int
) -> None:
    """The next try succeeds, also when the commits were on their way already."""
    web.faults[begun] = [status, status]
    assert pusher.push()
    assert pusher.slept == [2.0, 5.0]
    assert there(remote) == repo.head


def test_a_server_that_stays_ill(pusher: Pusher, web: Site, remote: Repo) -> None:
    """Three tries, and then it is told; the commit is kept."""
    web.always = {REFS: 502, ASK: 502}
    before = there(remote)
    problem = pusher.refused()
    assert problem.key == "ship.push-network"
    assert "502" in str(problem.values["detail"])
    assert web.asked.count(REFS) == 3
    assert there(remote) == before


@pytest.mark.parametrize(
    ("begun", "status", "key"),
    [
        (REFS, 401, "ship.push-authentication"),
        (REFS, 403, "ship.push-authentication"),
        (REFS, 404, "ship.push-repository-absent"),
        (PACK, 401, "ship.push-authentication"),
        (PACK, 403, "ship.push-authentication"),
        (PACK, 404, "ship.push-repository-absent"),
        (PACK, 413, "ship.push-too-large"),
    ],
)
def test_a_server_that_says_no(pusher: Pusher, web: Site, begun: str, status: int, key: str) -> None:
    """What another try cannot change is not tried again, even if the no comes after the commits were sent."""
    web.faults[begun] = [status]
    assert pusher.refused().key == key
    assert pusher.slept == []
    assert web.asked.count(begun) == 1


def test_a_success_that_was_never_told(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """The line is cut after the commits arrived: the remote is asked, and nothing is sent twice."""
    web.faults[PACK] = [LOSE]
    assert pusher.push()
    assert there(remote) == repo.head
    assert web.asked.count(PACK) == 1
    assert pusher.slept == []
    assert repo.git("rev-parse", "origin/main") == repo.head


def test_a_success_that_was_never_told_and_cannot_be_asked(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo
) -> None:
    """The next try finds it there already; it counts as pushed all the same."""
    web.faults[PACK] = [LOSE]
    web.faults[ASK] = [500]
    assert pusher.push()
    assert there(remote) == repo.head
    assert web.asked.count(PACK) == 1
    assert pusher.slept == [2.0]


def test_a_line_that_is_cut_before_anything_arrived(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo
) -> None:
    """The remote is asked, does not have it, and the next try brings it."""
    web.faults[PACK] = [CUT]
    assert pusher.push()
    # A question takes two requests.
    assert web.asked == [REFS, PACK, ASK, ASK, REFS, PACK]
    assert there(remote) == repo.head


def test_a_transfer_in_which_nothing_moves(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up long before the deadline, and tried again."""
    monkeypatch.setitem(environment.QUIET_HTTP, "GIT_HTTP_LOW_SPEED_TIME", "1")
    web.faults[PACK] = [SILENT]
    assert pusher.push(deadline=300.0)
    assert pusher.slept == [2.0]
    assert there(remote) == repo.head


def test_a_repository_that_has_moved(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """A server's redirection is followed, as git does."""
    web.moved = f"{web.address}/there"
    assert pusher.push()
    assert there(remote) == repo.head


def test_a_branch_that_another_push_holds(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """The server's lock goes away by itself, and the next try succeeds."""
    lock = remote.path / "refs/heads/main.lock"
    lock.write_text("")
    pusher.on_sleep = lock.unlink
    assert pusher.push()
    assert pusher.slept == [2.0]
    assert there(remote) == repo.head


@pytest.mark.parametrize(
    ("hook", "rule"), [("pre-receive", "pre-receive hook declined"), ("update", "hook declined")]
)
def test_a_hook_of_the_server(pusher: Pusher, web: Site, remote: Repo, hook: str, rule: str) -> None:
    """A rule that says no says it once; its words reach the person."""
    remote.hook(hook, "echo 'no pushes on Fridays: cannot lock ref' >&2", "exit 1")
    problem = pusher.refused()
    assert problem.key == "ship.push-rejected"
    assert problem.values["rule"] == rule
    assert "no pushes on Fridays" in str(problem.values["output"])
    assert pusher.slept == []


def test_a_repository_that_is_not_on_the_site(pusher: Pusher, web: Site, repo: Repo) -> None:
    """A wrong name is no matter of patience."""
    repo.git("remote", "set-url", "origin", f"{web.address}/nowhere.git")
    assert pusher.refused().key == "ship.push-repository-absent"
    assert pusher.slept == []


def test_what_the_remote_has(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """Asked of the server, not of what git remembers."""
    repo.git("update-ref", "refs/remotes/origin/main", repo.head)
    assert remote_commit(pusher.git, pusher.target, 20.0) == there(remote) != repo.head
    assert remote_commit(pusher.git, pusher.target._replace(ref="refs/heads/other"), 20.0) is None


def test_a_name_that_ends_like_the_branch_is_not_the_branch(pusher: Pusher, web: Site, remote: Repo) -> None:
    """git's own patterns would also fit ``refs/heads/x/refs/heads/new``."""
    remote.git("update-ref", "refs/heads/x/refs/heads/new", there(remote))
    assert remote_commit(pusher.git, pusher.target._replace(ref="refs/heads/new"), 20.0) is None


def test_where_a_push_goes_is_asked_not_where_a_fetch_comes_from(
    pusher: Pusher, web: Site, repo: Repo, remote: Repo, closed_port: int
) -> None:
    """A remote may have an address of its own for pushes."""
    repo.git("remote", "set-url", "--push", "origin", repo.git("remote", "get-url", "origin"))
    repo.git("remote", "set-url", "origin", f"http://127.0.0.1:{closed_port}/fetch.git")
    web.faults[PACK] = [LOSE]
    assert pusher.push()
    assert pusher.slept == []
    assert there(remote) == repo.head


@pytest.mark.parametrize(
    ("fault", "cause"), [(401, "authentication"), (404, "repository-absent"), (500, "network")]
)
def test_a_remote_that_cannot_be_asked(pusher: Pusher, web: Site, fault: Fault, cause: str) -> None:
    """That is no answer, and never taken for "it has nothing"."""
    web.always = {ASK: fault}
    with pytest.raises(Failure) as caught:
        remote_commit(pusher.git, pusher.target, 20.0)
    assert caught.value.key == "ship.push-unasked"
    assert caught.value.values["cause"] == cause


def test_several_places_must_agree(pusher: Pusher, web: Site, repo: Repo, remote: Repo) -> None:
    """With two addresses for pushes, a commit is there only when both have it."""
    first = repo.git("remote", "get-url", "origin")
    repo.git("remote", "set-url", "--push", "origin", first)
    empty = remote.path.parent / "second.git"
    repo.git("clone", "--bare", str(repo.path), str(empty))
    repo.git("remote", "set-url", "--push", "--add", "origin", str(empty))
    assert remote_commit(pusher.git, pusher.target, 20.0) is None
    Repo(empty).git("update-ref", "refs/heads/main", there(remote))
    assert remote_commit(pusher.git, pusher.target, 20.0) == there(remote)


def test_the_server_is_over_with_the_test(remote: Repo) -> None:
    """A site that is closed answers nobody: the tests above really ask it."""
    with site(remote) as server:
        address = server.address
    assert Repo(remote.path).git("ls-remote", f"{address}/{remote.path.name}", check=False) == ""
