"""What would be published is what is searched: real repositories, real commits."""

from __future__ import annotations

import os
import random
import sys
from hashlib import sha256

import pytest

from tests.ship.secrets.made import discord, pem, slack, telegram
from tests.ship.workshop import Repo, bare_repository
from vigie.messages import say
from vigie.problems import Failure, Refusal
from vigie.ship.git import process_group
from vigie.ship.git.command import Git
from vigie.ship.git.index import Difference, staged_differences
from vigie.ship.secrets import scan as scan_room
from vigie.ship.secrets.scan import (
    NOTHING_ALLOWED,
    Allowed,
    Finding,
    Large,
    OwnValues,
    Scan,
    load_allowed,
    own_values,
    refuse,
    scan_changes,
    scan_unpushed,
)

TOKEN = discord(random.Random(1))
OTHER = telegram(random.Random(2))
HASH = sha256(TOKEN.encode()).hexdigest()
NOTHING = OwnValues({})
KNOWN = ("refs/remotes/origin/main",)


def staged(repo: Repo, git: Git) -> dict[str, Difference]:
    """Stage all and return what differs."""
    repo.git("add", "-A")
    return staged_differences(git, repo.head)


def look(repo: Repo, git: Git, message: str = "text", own: OwnValues = NOTHING) -> Scan:
    """Scan all that could be committed now."""
    return scan_changes(git, staged(repo, git), message, own, NOTHING_ALLOWED)


def history(repo: Repo, git: Git, own: OwnValues = NOTHING, allowed: Allowed = NOTHING_ALLOWED) -> Scan:
    """Scan what the remote lacks."""
    return scan_unpushed(git, repo.head, KNOWN, own, allowed)


def commit(repo: Repo, message: str = "text") -> str:
    """Commit all and return its name."""
    repo.git("add", "-A")
    repo.git("commit", "--allow-empty", "-m", message)
    return repo.head


def places(scan: Scan) -> list[tuple[str, int, str]]:
    """Return path, line and kind of each finding."""
    return [(one.path, one.line, one.kind) for one in scan.findings]


def told(caught: pytest.ExceptionInfo[Refusal], language: str) -> str:
    """Return everything that is said of a refusal."""
    problem = caught.value
    lines = [say(language, "ship.said", line=line) for line in problem.values["output"]]  # type: ignore[attr-defined]
    hint = say(language, f"{problem.key}.hint", **problem.values)
    return "\n".join((say(language, problem.key, **problem.values), *lines, hint))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Write down every git command that is run."""
    seen: list[tuple[str, ...]] = []
    run = process_group.run

    def counted(command: tuple[str, ...], *rest: object) -> process_group.Outcome:
        seen.append(command)
        return run(command, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(process_group, "run", counted)
    return seen


# what is about to be committed


def test_a_token_in_what_is_staged(repo: Repo, git: Git) -> None:
    """Told with its file, line, kind, four characters and its hash."""
    repo.write("bot.py", f"import x\n\nx.run('{TOKEN}')\n")
    found = look(repo, git).findings
    assert found == (Finding("bot.py", 3, "discord-token", TOKEN[:4] + "...", HASH, None, None),)


def test_what_is_staged_counts_not_what_lies_on_disk(repo: Repo, git: Git) -> None:
    """A file may have changed since."""
    repo.write("bot.py", f"x.run('{TOKEN}')\n")
    differences = staged(repo, git)
    repo.write("bot.py", "clean\n")
    assert places(scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)) == [
        ("bot.py", 1, "discord-token")
    ]
    differences = staged(repo, git)
    repo.write("bot.py", f"x.run('{TOKEN}')\n")
    assert places(scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)) == []


def test_what_is_taken_out_is_not_published(repo: Repo, git: Git) -> None:
    """A file that goes, and one whose mode alone changes, bring nothing."""
    repo.write("bot.py", f"x.run('{TOKEN}')\n")
    commit(repo)
    os.remove(repo.path / "bot.py")
    assert look(repo, git) == Scan((), ())
    repo.git("checkout", "-q", "HEAD", "--", "bot.py")
    repo.git("update-index", "--chmod=+x", "bot.py")
    assert scan_changes(git, staged_differences(git, repo.head), "", NOTHING, NOTHING_ALLOWED) == Scan((), ())


def test_one_content_in_two_files_is_told_twice(repo: Repo, git: Git) -> None:
    """Both must be cleaned."""
    for name in ("a.py", "b.py"):
        repo.write(name, TOKEN)
    assert places(look(repo, git)) == [("a.py", 1, "discord-token"), ("b.py", 1, "discord-token")]


def test_the_message_is_published_too(repo: Repo, git: Git) -> None:
    """It has no path."""
    assert places(look(repo, git, f"new token\n\n{TOKEN}")) == [("", 3, "discord-token")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_where_a_link_points_is_published(repo: Repo, git: Git) -> None:
    """git keeps the words of a link as its content."""
    os.symlink(f"/srv/{TOKEN}/x", repo.path / "link")
    assert places(look(repo, git)) == [("link", 1, "discord-token")]


def test_submodules_are_passed_over(repo: Repo, git: Git) -> None:
    """Their commits lie in another repository, and are none of ours even if they are here."""
    theirs = repo.git("commit-tree", "-m", TOKEN, "HEAD^{tree}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{theirs},module")
    differences = staged_differences(git, repo.head)
    assert differences
    assert scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED) == Scan((), ())
    repo.git("commit", "-m", "module")
    assert history(repo, git) == Scan((), ())


def test_names_of_any_spelling(repo: Repo, git: Git) -> None:
    """Spaces, quotes, patterns, other letters."""
    names = ["a b.py", "réglages.py", "[x].py", "-x.py"] + (
        [] if sys.platform == "win32" else ['q".py', "n\nl.py", ":x"]
    )
    for name in names:
        repo.write(name, TOKEN)
    assert sorted(one.path for one in look(repo, git).findings) == sorted(names)
    commit(repo)
    assert sorted(one.path for one in history(repo, git).findings) == sorted(names)


def test_a_secret_in_the_name_of_a_file_is_found_and_not_shown(repo: Repo, git: Git) -> None:
    """The name is published as well, and would be shown."""
    repo.write(f"dumps/{TOKEN}.txt", TOKEN)
    scan = look(repo, git)
    assert [one.line for one in scan.findings] == [0, 1]
    assert all(TOKEN[4:] not in one.path for one in scan.findings)
    with pytest.raises(Refusal) as caught:
        refuse(scan)
    assert TOKEN[4:] not in told(caught, "en") + str(caught.value) + repr(scan)


def test_an_own_value_in_the_name_of_a_file_is_not_shown_in_any_form(repo: Repo, git: Git) -> None:
    """As an address writes it, for instance."""
    repo.write("dumps/k7xQ%2B2pLw9mZ4.txt", "x")
    (found,) = look(repo, git, own=OwnValues({"T": "k7xQ+2pLw9mZ4"})).findings
    assert (found.path, found.line) == ("dumps/k7xQ....txt", 0)


def test_own_values_are_found_and_named(repo: Repo, git: Git) -> None:
    """By their variable."""
    own = own_values({"DB_PASSWORD": "k7xQ2pLw9mZ4", "PORT": "8003"})
    repo.write("bot.py", "port = 8003\nconnect('k7xQ2pLw9mZ4')\n")
    (found,) = look(repo, git, own=own).findings
    assert (found.line, found.kind, found.variable, found.shown) == (2, "own-value", "DB_PASSWORD", "k7xQ...")


def test_files_that_are_no_text(repo: Repo, git: Git) -> None:
    """Letters that happen to fit mean nothing there; keys and own values do."""
    own = own_values({"DB_PASSWORD": "k7xQ2pLw9mZ4"})
    (repo.path / "a.bin").write_bytes(b"\0\1" + TOKEN.encode())
    (repo.path / "b.bin").write_bytes(b"\0\1" + b"k7xQ2pLw9mZ4")
    (repo.path / "c.bin").write_bytes(b"\0\1" + pem(random.Random(1)).encode())
    found = [("b.bin", 0, "own-value"), ("c.bin", 0, "private-key")]
    assert sorted(places(look(repo, git, own=own))) == found


def test_a_large_text_is_searched_for_keys_and_own_values(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every rule would take long."""
    monkeypatch.setattr("vigie.ship.secrets.examine.LARGEST_TEXT", 1000)
    own = own_values({"DB_PASSWORD": "k7xQ2pLw9mZ4"})
    repo.write("data.csv", "x\n" * 1000 + TOKEN + "\nk7xQ2pLw9mZ4\n")
    assert places(look(repo, git, own=own)) == [("data.csv", 1002, "own-value")]


def test_the_first_commit_of_all(tmp_path: object, repo: Repo, git: Git) -> None:
    """There is nothing to compare with."""
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.write("bot.py", TOKEN)
    repo.git("add", "-A")
    empty = repo.git("hash-object", "-t", "tree", "/dev/null") if sys.platform != "win32" else None
    differences = staged_differences(git, empty or "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
    assert ("bot.py", 1, "discord-token") in places(
        scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)
    )
    first = commit(repo)
    assert {one.commit for one in scan_unpushed(git, first, (), NOTHING, NOTHING_ALLOWED).findings} == {first}


# what earlier commits would publish


def test_a_secret_added_and_taken_out_again_still_counts(repo: Repo, git: Git) -> None:
    """It lies in the history that a push sends; the commit that brought it is named."""
    repo.write("bot.py", f"\n{TOKEN}\n")
    guilty = commit(repo)
    repo.write("bot.py", "clean\n")
    commit(repo)
    (found,) = history(repo, git).findings
    assert (found.path, found.line, found.commit) == ("bot.py", 2, guilty)


def test_what_the_remote_has_is_not_looked_at(repo: Repo, git: Git) -> None:
    """It is too late for it; whether the remote is named by a ref, a pattern or a commit."""
    repo.write("bot.py", TOKEN)
    commit(repo)
    repo.git("push", "-q")
    assert history(repo, git) == Scan((), ())
    repo.write("new.py", "clean\n")
    published = repo.head
    commit(repo)
    for known in (KNOWN, ("refs/remotes/origin/*",), (published,), ("refs/remotes/gone/x", published)):
        assert scan_unpushed(git, repo.head, known, NOTHING, NOTHING_ALLOWED) == Scan((), ()), known
    assert scan_unpushed(git, repo.head, (), NOTHING, NOTHING_ALLOWED).findings


def test_a_secret_in_many_commits_is_told_once(repo: Repo, git: Git) -> None:
    """With the oldest, which is the one to take back."""
    repo.write("bot.py", f"{TOKEN}\n")
    oldest = commit(repo)
    for number in range(4):
        repo.write("bot.py", "\n" * number + f"{TOKEN}\n{number}\n")
        commit(repo)
    assert [one.commit for one in history(repo, git).findings] == [oldest]


def test_messages_of_commits_are_searched(repo: Repo, git: Git) -> None:
    """Also one in another encoding."""
    guilty = commit(repo, f"token is {TOKEN}")
    (found,) = history(repo, git).findings
    assert (found.path, found.commit) == ("", guilty)
    value = "clé-k7xQ2pLw9mZ4"
    (repo.path / "message").write_bytes(f"as {value}\n".encode("latin-1"))
    repo.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "--allow-empty", "-F", "message")
    assert {one.kind for one in history(repo, git, OwnValues({"T": value})).findings} == {
        "discord-token",
        "own-value",
    }


def test_a_merge_brings_what_neither_side_has(repo: Repo, git: Git) -> None:
    """And what its sides brought is told with the commit that did."""
    repo.git("checkout", "-q", "-b", "side")
    repo.write("side.py", OTHER)
    aside = commit(repo)
    repo.git("checkout", "-q", "main")
    repo.write("main.py", "clean\n")
    commit(repo)
    repo.git("merge", "-q", "--no-commit", "side")
    repo.write("merged.py", TOKEN)
    merge = commit(repo)
    assert {(one.path, one.commit) for one in history(repo, git).findings} == {
        ("side.py", aside),
        ("merged.py", merge),
    }


def test_a_replaced_commit_hides_nothing(repo: Repo, git: Git) -> None:
    """A push sends the real objects, whatever git shows here."""
    repo.write("bot.py", TOKEN)
    guilty = commit(repo)
    repo.git("checkout", "-q", "HEAD~1")
    repo.write("bot.py", "clean\n")
    clean = commit(repo)
    repo.git("checkout", "-q", "main")
    repo.git("replace", guilty, clean)
    assert [one.commit for one in history(repo, git).findings] == [guilty]


def test_a_commit_that_does_not_exist_is_not_taken_for_clean(git: Git) -> None:
    """Nothing found because nothing was looked at would be a lie."""
    with pytest.raises(Failure):
        scan_unpushed(git, "1" * 40, KNOWN, NOTHING, NOTHING_ALLOWED)


def test_more_commits_than_one_process_compares(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portion by portion, none lost in between."""
    monkeypatch.setattr("vigie.ship.secrets.unpublished.PORTION", 2)
    monkeypatch.setattr("vigie.ship.secrets.blobs.PORTION_COUNT", 2)
    monkeypatch.setattr("vigie.ship.secrets.blobs.PORTION", 100)
    tokens = [discord(random.Random(seed)) for seed in range(7)]
    guilty = []
    for number, token in enumerate(tokens):
        repo.write(f"{number}.py", token)
        guilty.append(commit(repo))
    assert [one.commit for one in history(repo, git).findings] == guilty


def test_an_answer_too_large_for_one_process(repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files in many commits are compared in smaller portions; contents are read by their sizes."""
    guilty = []
    for number in range(4):
        for name in range(20):
            repo.write(f"{name}.py", discord(random.Random(number)))
        guilty.append(commit(repo))
    monkeypatch.setattr(process_group, "MAX_OUTPUT", 6_000)
    monkeypatch.setattr("vigie.ship.secrets.blobs.PORTION", 1_000)
    assert [one.commit for one in history(repo, git).findings[::20]] == guilty
    for number in range(100):
        repo.write(f"new{number}.py", f"{discord(random.Random(number))}")
    monkeypatch.undo()
    differences = {path: one for path, one in staged(repo, git).items() if path < "new2"}
    monkeypatch.setattr(process_group, "MAX_OUTPUT", 1_000)
    monkeypatch.setattr("vigie.ship.secrets.blobs.PORTION", 300)
    found = scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)
    assert {one.path for one in found.findings} == set(differences)


def test_a_shallow_clone(repo: Repo, remote: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its history ends somewhere; what was made here is searched, nothing is fetched."""
    commit(repo)
    repo.git("push", "-q")
    place = tmp_path_factory.mktemp("clone") / "bot"
    repo.git("clone", "-q", "--depth=1", remote.path.as_uri(), str(place))
    clone = Repo(place)
    git = Git(str(place))
    clone.write("bot.py", TOKEN)
    guilty = commit(clone)
    assert [one.commit for one in history(clone, git).findings] == [guilty]


@pytest.mark.parametrize("filtered", ["blob:none", "tree:0"])
def test_a_partial_clone_fetches_nothing(
    filtered: str, repo: Repo, remote: Repo, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was made here is searched, with the remote in reach and out of reach."""
    repo.write("old.py", "old\n")
    commit(repo)
    repo.write("old.py", "newer\n")
    commit(repo)
    repo.git("push", "-q")
    remote.git("config", "uploadpack.allowFilter", "true")
    place = tmp_path_factory.mktemp("clone") / "bot"
    repo.git("clone", "-q", f"--filter={filtered}", remote.path.as_uri(), str(place))
    clone, git = Repo(place), Git(str(place))
    lacking = repo.git("rev-parse", "HEAD~1:old.py")
    clone.write("bot.py", TOKEN)
    differences = staged(clone, git)
    old, new = differences["bot.py"]
    differences["back.py"] = Difference(old, new._replace(content=lacking))
    for url in (remote.path.as_uri(), str(place / "nowhere")):
        clone.git("config", "remote.origin.url", url)
        found = scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)
        assert places(found) == [("bot.py", 1, "discord-token")]
        assert lacking not in clone.git("cat-file", "--batch-all-objects", "--batch-check")
    guilty = commit(clone)
    assert [one.commit for one in history(clone, git).findings] == [guilty]


# what is allowed


def test_the_committed_list_lets_pass(repo: Repo, git: Git) -> None:
    """In what is staged, in history and in messages."""
    repo.write("bot.py", TOKEN)
    repo.write(".vigie-allow", f"{HASH}  # a test bot\n")
    allowed = load_allowed(git, repo.git("write-tree"), "")
    assert scan_changes(git, staged(repo, git), TOKEN, NOTHING, allowed).findings
    allowed = load_allowed(git, repo.git("write-tree"), "")
    assert scan_changes(git, staged(repo, git), TOKEN, NOTHING, allowed) == Scan((), ())
    commit(repo, TOKEN)
    assert history(repo, git, allowed=allowed) == Scan((), ())


def test_a_comment_now_allows_the_same_secret_in_older_commits(repo: Repo, git: Git) -> None:
    """Otherwise a commit that was made by hand could never be published; in other files it is refused."""
    repo.write("bot.py", f"{TOKEN}\n")
    commit(repo)
    repo.write("bot.py", f"{TOKEN}  # vigie: allow-secret\n")
    repo.write("also.py", f"{TOKEN}\n")
    both = look(repo, git) + history(repo, git)
    assert places(both) == [("also.py", 1, "discord-token")]
    os.remove(repo.path / "also.py")
    refuse(look(repo, git) + history(repo, git))
    commit(repo)
    refuse(history(repo, git))


# sizes


def test_sizes_that_github_warns_of_and_refuses(
    repo: Repo, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a commit of which nothing is left; not read, only measured."""
    for room in (scan_room, sys.modules["vigie.ship.secrets.blobs"]):
        monkeypatch.setattr(room, "WARN", 5_000)
    monkeypatch.setattr("vigie.ship.secrets.finding.REFUSED", 10_000)
    repo.write("edge.txt", "x" * 5_000)
    repo.write("big.txt", "y" * 10_000)
    scan = look(repo, git)
    assert scan.large == (Large("big.txt", 10_000, None),) and not scan.large[0].refused
    refuse(scan)
    repo.write("huge.txt", "z" * 10_001)
    guilty = commit(repo)
    os.remove(repo.path / "huge.txt")
    commit(repo)
    scan = history(repo, git)
    assert sorted(scan.large) == [Large("big.txt", 10_000, guilty), Large("huge.txt", 10_001, guilty)]
    with pytest.raises(Refusal) as caught:
        refuse(scan)
    assert caught.value.key == "secret.file-too-large"
    assert (
        "huge.txt" in told(caught, "fr")
        and guilty[:10] in told(caught, "en")
        and "big.txt" not in told(caught, "fr")
    )


@pytest.mark.slow
def test_a_file_of_more_than_100_mib(repo: Repo, git: Git) -> None:
    """In its real size: refused, whether its size on disk is small or not."""
    with open(repo.path / "data.bin", "wb") as file:
        file.truncate(104_857_601)
    differences = staged(repo, git)
    for _ in range(2):
        scan = scan_changes(git, differences, "", NOTHING, NOTHING_ALLOWED)
        assert scan.large == (Large("data.bin", 104_857_601),) and scan.large[0].refused
        os.truncate(repo.path / "data.bin", 10)


# saying no


def test_a_refusal_tells_all_but_the_secret(repo: Repo, git: Git) -> None:
    """File, line, kind, four characters, how it is made worthless, the row that would allow it."""
    own = own_values({"DB_PASSWORD": "k7xQ2pLw9mZ4"})
    repo.write("bot.py", f"a\nrun('{TOKEN}')\n'k7xQ2pLw9mZ4'\n")
    with pytest.raises(Refusal) as caught:
        refuse(look(repo, git, f"{OTHER}", own))
    assert caught.value.key == "secret.found" and caught.value.exit_code == 3
    assert caught.value.values["files"] == "bot.py"
    for language in ("fr", "en"):
        text = told(caught, language)
        assert f"bot.py:2 {say(language, 'secret.kind-discord-token')} {TOKEN[:4]}..." in text
        assert "bot.py:3" in text and "DB_PASSWORD" in text and "k7xQ..." in text
        assert "https://discord.com/developers/applications" in text and "@BotFather" in text
        assert f"{HASH}  # bot.py:2" in text
        for secret in (TOKEN, OTHER, "k7xQ2pLw9mZ4"):
            assert secret[:5] not in text


def test_commits_alone_have_another_advice(repo: Repo, git: Git) -> None:
    """How to take the commit back without losing a file."""
    repo.write("bot.py", TOKEN)
    guilty = commit(repo)
    with pytest.raises(Refusal) as caught:
        refuse(history(repo, git))
    assert caught.value.key == "secret.in-unpushed"
    for language in ("fr", "en"):
        text = told(caught, language)
        assert f"git reset --soft {guilty[:10]}~1" in text and "vigie ship --undo" in text
    repo.write("more.py", OTHER)
    with pytest.raises(Refusal) as caught:
        refuse(look(repo, git) + history(repo, git))
    assert caught.value.key == "secret.found"


def test_too_many_to_tell(repo: Repo, git: Git) -> None:
    """The first ones, and how many more there are."""
    for number in range(30):
        repo.write(f"{number:02}.py", slack(random.Random(number)))
    with pytest.raises(Refusal) as caught:
        refuse(look(repo, git))
    text = told(caught, "en")
    assert "00.py:1" in text and "29.py:1" not in text and "and 10 more" in text


def test_nothing_secret_is_in_any_record(repo: Repo, git: Git) -> None:
    """Nor in what an error or a log would print of it."""
    own = own_values({"DB_PASSWORD": "k7xQ2pLw9mZ4"})
    repo.write("bot.py", f"{TOKEN}\nk7xQ2pLw9mZ4\n")
    scan = look(repo, git, own=own)
    with pytest.raises(Refusal) as caught:
        refuse(scan)
    seen = f"{scan!r}{scan}{own!r}{own}{caught.value!r}{caught.value}{caught.value.values}"
    assert TOKEN[4:] not in seen and "Q2pLw9mZ4" not in seen


# what it costs


def test_an_ordinary_ship_costs_two_processes(repo: Repo, git: Git, calls: list[tuple[str, ...]]) -> None:
    """One for what is staged, one to see that nothing else waits."""
    repo.write("bot.py", "print('new')\n")
    differences = staged(repo, git)
    calls.clear()
    found = scan_changes(
        git, differences, "text", own_values({"T": "k7xQ2pLw9mZ4"}), load_allowed(git, repo.head, "")
    )
    refuse(found + history(repo, git))
    assert len(calls) == 2
    calls.clear()
    assert scan_unpushed(git, repo.head, (repo.head,), NOTHING, NOTHING_ALLOWED) == Scan((), ())
    assert calls == []


def test_nothing_of_the_repository_changes(repo: Repo, git: Git) -> None:
    """Looking is all that is done."""
    repo.write("bot.py", TOKEN)
    commit(repo)
    repo.write("more.py", OTHER)
    differences = staged(repo, git)
    before = repo.snapshot()
    scan_changes(git, differences, "", NOTHING, load_allowed(git, repo.head, ""))
    history(repo, git, allowed=load_allowed(git, repo.head, ""))
    assert repo.snapshot() == before


def test_a_bare_remote_that_is_new(repo: Repo, git: Git, tmp_path: object) -> None:
    """Before the first push everything is new."""
    bare_repository(repo.path.parent / "empty.git")
    repo.write("bot.py", TOKEN)
    guilty = commit(repo)
    found = scan_unpushed(
        git, repo.head, ("refs/remotes/empty/*", "refs/remotes/empty/main"), NOTHING, NOTHING_ALLOWED
    )
    assert [one.commit for one in found.findings] == [guilty]
