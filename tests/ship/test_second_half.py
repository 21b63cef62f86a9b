"""After the push: proving, the way back, parking; and what --resume, --undo and --dry-run make of a run.

The bot is a file that says how it is; its code decides whether it lives (``tests/ship/kill/acting_bot.py``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.ship.kill.acting_bot import EDIT, ActingBot
from tests.ship.kill.world import CHOSEN, World, bytes_of, make_overtaken, make_world, staged_beside
from tests.ship.workshop import Transcript
from vigie.problems import Failure, Refusal
from vigie.ship.carry import carry
from vigie.ship.course import empty_plan
from vigie.ship.interrupted import Left, interrupted_run, settle
from vigie.ship.journal import BEGUN, Journal
from vigie.ship.report import ShipReport
from vigie.ship.request import ShipRequest
from vigie.ship.resume import resume
from vigie.ship.undo import undo

MESSAGE = "fix: what is shipped"


class Desk:
    """Somebody ships from a world, on a clock that sleeping moves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told = Transcript()
        self.bot = ActingBot(str(world.repo.path), world.note)
        self.asked: list[str] = []
        self.answer = False
        self._now = 0.0

    def _sleep(self, seconds: float) -> None:
        self._now += seconds

    def _ask(self, key: str) -> bool:
        self.asked.append(key)
        return self.answer

    def request(self, **asked: Any) -> ShipRequest:
        """What is asked."""
        folder = self.world.folder
        return ShipRequest(str(self.world.repo.path), folder=folder, prove=2.0, prove_deadline=20.0, **asked)

    def ship(self, **asked: Any) -> ShipReport:
        """Ship what is chosen."""
        asked = {"message": MESSAGE, "files": CHOSEN, **asked}
        return carry(self.request(**asked), self.bot, self.told, lambda: self._now, self._sleep)

    def resume(self, **asked: Any) -> ShipReport:
        """Go on with the latest run."""
        return resume(self.request(**asked), self.bot, self.told, lambda: self._now, self._sleep)

    def undo(self) -> str | None:
        """Take the latest commit back."""
        return undo(empty_plan(self.request()), self.world.folder, self._sleep)

    def asking(self) -> Any:
        """A person is there."""
        return self._ask


@pytest.fixture
def good(tmp_path: Path) -> Desk:
    """Return a desk on which good code lies."""
    return Desk(make_world(tmp_path / "world"))


@pytest.fixture
def broken(tmp_path: Path) -> Desk:
    """Return a desk on which code lies that kills the bot."""
    return Desk(make_world(tmp_path / "world", broken=True))


def test_new_code_that_holds_is_remembered_as_proven(good: Desk) -> None:
    """Restarted, watched for the whole window, and noted."""
    report = good.ship(restart="always")
    assert report.ok and report.restarted
    assert good.bot.state()["known"] == [["proven", good.world.repo.head]]
    assert good.bot.running_commit() == good.world.repo.head
    assert "proof.proven" in good.told.keys


def test_a_bot_that_is_left_alone_is_not_proven_anew(good: Desk) -> None:
    """Nothing new runs, so there is nothing to watch."""
    report = good.ship()
    assert report.ok and not report.restarted
    assert good.bot.state()["known"] == []
    assert "proof.begin" not in good.told.keys


def test_a_bot_that_was_replaced_meanwhile_is_proven_though_nobody_restarted_it_here(good: Desk) -> None:
    """A monitor has brought up another process, with the new code."""
    ship = good.bot.is_online

    def replaced() -> bool:
        if "ship.push" in good.told.keys:
            good.bot.restart()
        return ship()

    good.bot.is_online = replaced  # type: ignore[method-assign]
    assert good.ship().ok
    assert "proof.proven" in good.told.keys


def test_code_that_fails_makes_room_for_what_ran_before(broken: Desk) -> None:
    """Exit 5: a new commit takes it back, the remote hears of it, and the work beside is as it was."""
    world = broken.world
    before, first = staged_beside(world.repo), world.repo.head
    report = broken.ship(restart="always", rollback=True)
    assert (report.exit_code, report.rolled_back, report.online_after) == (5, True, True)
    bad = report.commit
    assert world.repo.git("log", "--format=%s").split("\n")[0] == f'Revert "{MESSAGE}"'
    assert world.repo.git("diff", "--name-only", first, "HEAD") == ""
    assert world.remote.git("rev-parse", "main") == world.repo.head
    assert (world.repo.path / "bot.py").read_text() == "print('works')\n"
    assert (world.repo.path / "gone.py").exists()
    assert staged_beside(world.repo) == before
    assert (world.repo.path / "data.json").read_text() == '{"live": 1}\n'
    known = broken.bot.state()["known"]
    assert known == [["failed", bad], ["proven", world.repo.head], ["rolled-back", world.repo.head]]
    steps = {step.name: step for step in report.steps}
    assert not steps["rollback"].skipped and not steps["restart"].skipped
    assert not steps["verify"].ok
    assert report.problem is not None and report.problem.key == "ship.new-code-failed"


def test_without_being_asked_to_nobody_goes_back(broken: Desk) -> None:
    """Exit 4, the bad version stays in place, and how to go back is told."""
    report = broken.ship(restart="always")
    assert (report.exit_code, report.rolled_back) == (4, False)
    assert "ship.back-offer" in broken.told.keys
    assert broken.world.repo.head == report.commit


@pytest.mark.parametrize("answer", [True, False])
def test_at_a_terminal_the_person_is_asked(broken: Desk, answer: bool) -> None:
    """Yes goes back, no leaves it."""
    broken.answer = answer
    report = broken.ship(restart="always", ask=broken.asking())
    assert broken.asked == ["ship.back-ask"]
    assert report.exit_code == (5 if answer else 4)


def test_a_bot_that_was_offline_before_is_not_blamed_on_the_new_code(broken: Desk) -> None:
    """Going back would cure nothing."""
    state = broken.bot.state()
    broken.bot._write({**state, "online": False})
    report = broken.ship(rollback=True)
    assert report.exit_code == 4
    assert "ship.back-was-offline" in broken.told.keys
    assert broken.world.repo.head == report.commit


def test_a_machine_without_a_network_blames_nobody(broken: Desk) -> None:
    """Whatever fails now may fail for want of it."""
    broken.bot.has_way_out = lambda: False  # type: ignore[method-assign]
    report = broken.ship(restart="always", rollback=True)
    assert report.exit_code == 4
    assert "ship.back-unknown" in broken.told.keys
    assert broken.bot.state()["known"] == []


def test_the_way_back_that_was_offered_can_be_taken_later(broken: Desk) -> None:
    """Exit 4 said which version worked and what to type: typed, it goes back without launching the bad one again."""
    first = broken.world.repo.head
    assert broken.ship(restart="always").exit_code == 4
    assert broken.ship(files=None, restart="always", message="nothing").exit_code == 4
    restarts = broken.bot.state()["pid"]
    report = broken.ship(files=("bot.py",), rollback=True)
    assert (report.exit_code, report.rolled_back) == (5, True)
    assert broken.bot.state()["pid"] == restarts + 1
    assert broken.world.repo.git("diff", "--name-only", first, "HEAD", "--", "bot.py", "gone.py") == ""
    assert report.problem is not None and report.problem.key == "ship.new-code-failed"


def test_a_mend_that_fails_as_well_goes_back_to_what_worked(broken: Desk) -> None:
    """The bot is offline since the first failure: what had worked before that is still known."""
    first = broken.world.repo.head
    assert broken.ship(restart="always").exit_code == 4
    broken.world.repo.write("bot.py", "print('broken again')\n")
    report = broken.ship(files=("bot.py",), rollback=True, message="fix: not yet")
    assert (report.exit_code, report.rolled_back) == (5, True)
    assert broken.world.repo.git("diff", "--name-only", first, "HEAD") == ""


def test_new_code_that_did_not_run_is_not_blamed(good: Desk) -> None:
    """Somebody keeps the old version up: exit 4, nothing is remembered as bad, and nothing is taken back."""
    good.bot.restart = lambda: True  # type: ignore[method-assign]
    report = good.ship(restart="always", rollback=True)
    assert (report.exit_code, report.rolled_back) == (4, False)
    assert "ship.back-did-not-run" in good.told.keys
    assert good.bot.state()["known"] == []
    assert good.world.repo.head == report.commit


def test_there_is_one_way_back_only(broken: Desk) -> None:
    """The old code fails as well: told, and no further step back is taken by itself."""
    broken.bot.restart = lambda: False  # type: ignore[method-assign]
    report = broken.ship(restart="always", rollback=True)
    assert (report.exit_code, report.rolled_back) == (4, False)
    assert broken.told.keys.count("ship.back-begin") == 1
    assert "ship.back-not-back" in broken.told.keys


def test_edits_in_the_way_let_the_good_version_run_beside_them(broken: Desk) -> None:
    """Nothing of the person's is touched; what ran before runs from a folder of its own, until the next version."""
    world = broken.world
    broken.bot = ActingBot(str(world.repo.path), world.note, edited="new file.py")
    report = broken.ship(restart="always", rollback=True)
    assert (report.exit_code, report.rolled_back) == (5, True)
    assert (world.repo.path / "new file.py").read_text() == EDIT
    assert world.repo.head == report.commit
    parked = broken.bot.state()["parked"]
    assert Path(parked["folder"], "bot.py").read_text() == "print('works')\n"
    assert "ship.back-parked" in broken.told.keys
    world.repo.write("bot.py", "print('mended')\n")
    again = broken.ship(files=("bot.py",))
    assert again.ok and again.restarted, (
        "what is parked is replaced by the next version, whatever the setting"
    )
    assert broken.bot.running_commit() == world.repo.head


def test_the_way_back_does_not_need_the_remote(broken: Desk) -> None:
    """It is gone by the time: the bot is back all the same, and it is said that the remote does not know."""
    world = broken.world
    restart = broken.bot.restart

    def and_the_remote_goes() -> bool:
        if world.remote.path.exists():
            world.remote.path.rename(world.base / "moved.git")
        return restart()

    broken.bot.restart = and_the_remote_goes  # type: ignore[method-assign]
    report = broken.ship(restart="always", rollback=True)
    assert report.exit_code == 5
    assert "ship.back-not-pushed" in broken.told.keys


def test_a_dry_run_shows_all_and_does_nothing(good: Desk) -> None:
    """Every path with its sign, the message, the remote, the bot; not a byte is changed, not even in .git."""
    world = good.world
    before = world.repo.snapshot()
    report = good.ship(dry_run=True)
    assert (report.exit_code, report.commit, report.pushed) == (0, None, False)
    assert world.repo.snapshot() == before
    shown = [line for line in good.told.lines if line.startswith("[INFO]   ")]
    assert shown == ["[INFO]   + new file.py", "[INFO]   ~ bot.py", "[INFO]   - gone.py"]
    assert good.told.keys[-2:] == ["ship.dry-run-done", "ship.rule"]
    assert "ship.would-leave" in good.told.keys
    assert os.listdir(world.folder) == []


def test_a_dry_run_refuses_what_the_run_would_refuse(good: Desk) -> None:
    """A secret in a file: exit 3, and where it lies."""
    good.world.repo.write("bot.py", "x = 's7Kq9ZpX2mVw4TbRnL3e'\n")
    report = good.ship(dry_run=True, own={"TOKEN": "s7Kq9ZpX2mVw4TbRnL3e"})
    assert report.exit_code == 3
    assert report.problem is not None and report.problem.key == "secret.found"
    assert any("bot.py:1" in line for line in good.told.lines)
    assert not any("s7Kq9ZpX" in line for line in good.told.lines)


@pytest.mark.parametrize(
    ("file", "text", "key"),
    [
        ("bot.py", "x = 's7Kq9ZpX2mVw4TbRnL3e'\n", "secret.found"),
        ("bot.py", "def broken(:\n", "preflight.syntax"),
    ],
)
def test_what_must_not_go_out_is_refused_before_anything(good: Desk, file: str, text: str, key: str) -> None:
    """Exit 3: nothing is committed, staged or pushed, and the bot is left alone."""
    world = good.world
    world.repo.write(file, text)
    before, files = world.repo.snapshot(), bytes_of(world.repo)
    report = good.ship(restart="always", own={"TOKEN": "s7Kq9ZpX2mVw4TbRnL3e"})
    assert (report.exit_code, report.commit, report.restarted) == (3, None, False)
    assert report.problem is not None and report.problem.key == key
    after = {path: data for path, data in world.repo.snapshot().items() if "/.vigie/" not in path}
    assert after == {path: data for path, data in before.items() if "/.vigie/" not in path}
    assert bytes_of(world.repo) == files


@pytest.mark.parametrize(("code", "exit_code"), [(0, 0), (7, 3)])
def test_the_projects_own_test_decides(good: Desk, code: int, exit_code: int) -> None:
    """It runs on exactly what will be committed, in a folder apart."""
    source = "import os, sys; assert os.path.exists('new file.py'); assert not os.path.exists('notes.txt'); "
    report = good.ship(test=("python3", "-c", f"{source}sys.exit({code})"))
    assert report.exit_code == exit_code
    if code:
        assert report.problem is not None and report.problem.key == "preflight.test-failed"


def unpushed(desk: Desk) -> ShipReport:
    """Ship while the remote is away."""
    desk.world.repo.git("remote", "set-url", "origin", str(desk.world.base / "nowhere.git"))
    report = desk.ship()
    desk.world.repo.git("remote", "set-url", "origin", str(desk.world.remote.path))
    assert (report.exit_code, report.pushed) == (1, False)
    return report


def test_resume_pushes_what_could_not_be_pushed(good: Desk) -> None:
    """That very commit, once the remote is back."""
    sha = unpushed(good).commit
    report = good.resume()
    assert report.ok and report.pushed and report.commit == sha
    assert good.world.remote.git("rev-parse", "main") == sha
    with pytest.raises(Failure) as caught:
        good.resume()
    assert caught.value.key == "ship.nothing-to-resume"


def test_resume_pushes_also_when_the_bot_had_to_be_restarted(good: Desk) -> None:
    """The push failed, the bot was down and was brought up: what is left to do is the push."""
    good.bot._write({**good.bot.state(), "online": False})
    sha = unpushed(good).commit
    assert good.bot.is_online()
    report = good.resume()
    assert report.ok and report.pushed
    assert good.world.remote.git("rev-parse", "main") == sha


def test_undo_takes_back_what_nobody_has_seen(good: Desk) -> None:
    """The branch and the index are as before, and no file was touched."""
    world = good.world
    files, head, status = bytes_of(world.repo), world.repo.head, world.repo.status()
    sha = unpushed(good).commit
    assert good.undo() == sha
    assert (bytes_of(world.repo), world.repo.head) == (files, head)
    assert world.repo.status() == status
    with pytest.raises(Failure) as caught:
        good.undo()
    assert caught.value.key == "ship.nothing-to-undo"


def test_undo_leaves_what_others_may_have_seen(good: Desk) -> None:
    """It is on the remote: exit 3, nothing done."""
    good.ship()
    with pytest.raises(Refusal) as caught:
        good.undo()
    assert caught.value.key == "ship.undo-pushed"


def test_undo_leaves_what_more_was_built_on(good: Desk) -> None:
    """Somebody has committed on top of it."""
    unpushed(good)
    good.world.repo.git("commit", "-qam", "on top")
    with pytest.raises(Refusal) as caught:
        good.undo()
    assert caught.value.key == "ship.undo-overtaken"


def test_undo_of_a_run_that_was_killed_before_its_commit(good: Desk) -> None:
    """It left nothing; the pushed commit of the run before it is none of its business."""
    assert good.ship().ok
    journal = Journal(good.world.folder)
    head = good.world.repo.head
    journal.begin({"pid": 1, "when": "?", "kept": None})
    journal.close()
    assert good.undo() is None
    assert good.world.repo.head == head
    with pytest.raises(Failure) as caught:
        good.undo()
    assert caught.value.key == "ship.nothing-to-undo"


def test_undo_reaches_over_a_run_that_did_nothing(good: Desk) -> None:
    """A second ship had nothing to commit and could not push either: the first one's commit can still go."""
    world = good.world
    head = world.repo.head
    sha = unpushed(good).commit
    world.repo.git("remote", "set-url", "origin", str(world.base / "nowhere.git"))
    assert good.ship(files=("bot.py",)).exit_code == 1
    world.repo.git("remote", "set-url", "origin", str(world.remote.path))
    assert good.undo() == sha
    assert world.repo.head == head


def test_a_run_that_was_killed_is_told_once(good: Desk) -> None:
    """The next run says what it found, and then does its own work."""
    journal = Journal(good.world.folder)
    journal.begin({"pid": 1, "when": "2026-02-08 19:45:32", "message": "x", "files": None})
    journal.note("precheck", BEGUN, {"online": True})
    journal.close()
    assert interrupted_run(good.world.folder) is not None
    assert good.ship().ok
    assert good.told.keys.count("ship.settled-nothing") == 1
    assert interrupted_run(good.world.folder) is None


def cut_off(desk: Desk, *steps: bytes) -> None:
    """Let the latest run's journal end before the first line that holds one of these."""
    path = Path(desk.world.folder, "journal")
    kept = []
    for line in path.read_bytes().splitlines():
        if any(step in line for step in steps):
            break
        kept.append(line)
    path.write_bytes(b"\n".join(kept) + b"\n")


def settled(desk: Desk) -> Left:
    """Settle what the journal tells."""
    story = interrupted_run(desk.world.folder)
    assert story is not None
    plan = empty_plan(desk.request())
    return settle(plan.git, plan.repository, story, desk.world.folder, desk._sleep)


@pytest.mark.parametrize("how", ["--hard", "--soft"])
def test_what_somebody_took_away_after_the_kill_is_not_put_back(good: Desk, how: str) -> None:
    """The commit had landed; its owner has reset it since: index and branch stay as they are."""
    world = good.world
    assert good.ship().ok
    cut_off(good, b'"exit_code"')
    world.repo.git("reset", "-q", how, "HEAD~1")
    before = world.repo.snapshot()
    assert settled(good) is Left.NOTHING
    assert world.repo.snapshot() == before


def test_an_index_that_a_power_cut_left_behind_follows(good: Desk) -> None:
    """The branch reached the disk and the index did not: it would hold the commit's reversal."""
    world = good.world
    old = (world.repo.path / ".git" / "index").read_bytes()
    assert good.ship().ok
    cut_off(good, b'"land", "state": "done"')
    (world.repo.path / ".git" / "index").write_bytes(old)
    assert "bot.py" in world.repo.git("diff", "--cached", "--name-only")
    assert settled(good) is Left.PUSH
    assert world.repo.git("diff", "--cached", "--name-only") == "staged.py"


def test_a_commit_that_was_rebased_since_is_not_looked_for(tmp_path: Path) -> None:
    """It landed, and became another one on top of what others had pushed: index and branch stay as they are."""
    desk = Desk(make_overtaken(tmp_path / "world"))
    assert desk.ship(rebase=True).ok
    cut_off(desk, b'"exit_code"')
    before = desk.world.repo.snapshot()
    assert settled(desk) is Left.BOT
    assert desk.world.repo.snapshot() == before


def test_a_killed_way_back_is_completed_before_anything_else(broken: Desk) -> None:
    """The next ship first brings the good version online, and then does what was asked of it."""
    world = broken.world
    first = world.repo.head
    assert broken.ship(restart="always", rollback=True).exit_code == 5
    cut_off(broken, b'"back", "state": "done"')
    broken.bot._write({**broken.bot.state(), "online": False})
    broken.told.keys.clear()
    world.repo.write("staged.py", "5\n")
    report = broken.ship(files=("staged.py",), message="feat: more")
    assert report.ok
    assert broken.told.keys.index("ship.back-done") < broken.told.keys.index("ship.committed")
    assert world.repo.git("diff", "--name-only", first, "HEAD") == "staged.py"


def test_what_does_not_lie_before_the_bad_version_is_no_good_one(broken: Desk) -> None:
    """The bot ran something from another history: the version before ours is what is brought back."""
    repo = broken.world.repo
    first = repo.head
    tree = repo.git("rev-parse", "HEAD^{tree}")
    other = repo.git("commit-tree", "-m", "elsewhere", repo.git("mktree", "--missing") or tree)
    broken.bot._write({**broken.bot.state(), "commit": other})
    assert broken.ship(restart="always", rollback=True).exit_code == 5
    assert repo.git("diff", "--name-only", first, "HEAD") == ""


OWN = {"TOKEN": "s7Kq9ZpX2mVw4TbRnL3e"}


def test_a_secret_that_a_hook_adds_is_found(good: Desk) -> None:
    """Nobody had looked at that before the hook ran: refused, exit 3, nothing landed."""
    repo = good.world.repo
    head = repo.head
    repo.hook("pre-commit", f"echo 'x = \"{OWN['TOKEN']}\"' > made.py", "git add made.py")
    report = good.ship(own=OWN)
    assert (report.exit_code, repo.head) == (3, head)
    assert report.problem is not None and report.problem.key == "secret.found"
    assert not (repo.path / "made.py").exists()


def test_a_secret_in_an_earlier_unpushed_commit_is_found(good: Desk) -> None:
    """It was taken out again, and would be published all the same."""
    repo = good.world.repo
    repo.write("old.py", f"x = '{OWN['TOKEN']}'\n")
    repo.git("add", "old.py")
    repo.git("commit", "-qm", "with it", "--", "old.py")
    repo.git("rm", "-q", "old.py")
    repo.git("commit", "-qm", "without it", "--", "old.py")
    head = repo.head
    report = good.ship(own=OWN)
    assert (report.exit_code, repo.head) == (3, head)
    assert report.problem is not None and report.problem.key == "secret.in-unpushed"


def test_a_pre_push_hook_sees_an_ordinary_repository_and_disturbs_nobody(good: Desk) -> None:
    """It may stash and check out what it likes: the running folder is another one."""
    world = good.world
    seen = world.base / "seen"
    words = ("git rev-parse --show-toplevel", "git symbolic-ref --short HEAD", "cat")
    world.repo.hook(
        "pre-push", *(f"{word} >> '{seen}'" for word in words), "git checkout -q -- . && git stash -q -u"
    )
    before = bytes_of(world.repo)
    report = good.ship()
    assert report.ok
    top, branch, pushed = seen.read_text().splitlines()
    assert (top != str(world.repo.path), branch) == (True, "main")
    assert pushed.split()[1] == report.commit
    assert bytes_of(world.repo) == before
    assert world.repo.git("stash", "list") == ""


def test_data_do_not_go_back_with_the_code(broken: Desk) -> None:
    """A tracked data.json was committed with the bad code: its newest content stays, here and in the commit."""
    repo = broken.world.repo
    report = broken.ship(restart="always", rollback=True, files=(*CHOSEN, "data.json"))
    assert report.exit_code == 5
    assert (repo.path / "data.json").read_text() == '{"live": 1}\n'
    assert repo.git("show", "HEAD:data.json") == '{"live": 1}'
    assert "print('works')" in (repo.path / "bot.py").read_text()
    assert "ship.back-data-stays" in broken.told.keys


def test_what_runs_beside_the_folder_writes_its_data_into_it(broken: Desk) -> None:
    """The parked version has the code of before and the data of now, also where it finds them beside its code."""
    world = broken.world
    broken.bot = ActingBot(str(world.repo.path), world.note, edited="new file.py")
    report = broken.ship(restart="always", rollback=True, files=(*CHOSEN, "data.json"))
    assert report.exit_code == 5
    beside = Path(broken.bot.state()["parked"]["folder"], "data.json")
    assert beside.read_text() == '{"live": 1}\n'
    beside.write_text('{"live": 2}\n')
    assert (world.repo.path / "data.json").read_text() == '{"live": 2}\n'


def test_a_trial_that_was_cut_short_can_still_be_taken_back(broken: Desk) -> None:
    """Killed while the new code was being started: what ran before is known to the next run."""
    first = broken.world.repo.head
    assert broken.ship(restart="always").exit_code == 4
    cut_off(broken, b'"restart"')
    report = broken.ship(files=("bot.py",), rollback=True)
    assert (report.exit_code, report.rolled_back) == (5, True)
    assert broken.world.repo.git("diff", "--name-only", first, "HEAD") == ""
