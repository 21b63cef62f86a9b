"""The whole workflow, on real repositories with a real bare one as GitHub and a pretend bot."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ship.workshop import PretendBot, Repo, Transcript, new_repository
from vigie.problems import Failure, Problem, Refusal, UsageProblem
from vigie.ship.carry import carry
from vigie.ship.report import STEPS, ShipReport, Step
from vigie.ship.request import BotDoor, Restart, ShipRequest

GUIDE = """\
[INFO] ============================================
[INFO] COMMIT INTELLIGENT AVEC AUTO-RESTART
[INFO] ============================================
[INFO] Vérification du statut initial du bot...
[OK] Bot détecté comme EN LIGNE
[INFO] Stage des fichiers...
[INFO] Ajout de tous les fichiers modifiés...
[INFO] Commit: 'fix: Remove asyncio deadlock'
[OK] Commit réussi
[INFO] Push vers GitHub...
[OK] Push réussi
[INFO] Bot était EN LIGNE, vérification post-push...
[OK] Bot toujours EN LIGNE, aucune action nécessaire
[INFO] ============================================
[OK] WORKFLOW TERMINÉ
[INFO] ============================================
"""
"""The guide's example of a run, section B."""


class Workday:
    """Ships from one repository and remembers what was told."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.told = Transcript()
        self.slept: list[float] = []

    def ship(
        self,
        bot: BotDoor,
        message: str | None = "fix: it",
        files: tuple[str, ...] | None = None,
        restart: Restart = "if-down",
        folder: str = "",
    ) -> ShipReport:
        """Ship once, on a clock that counts the times it is read."""
        ticks: Iterator[int] = itertools.count()
        ours = self.repo.path.parent / "ours"
        ours.mkdir(exist_ok=True)
        request = ShipRequest(str(self.repo.path / folder), message, files, restart, folder=str(ours))
        return carry(request, bot, self.told, lambda: float(next(ticks)), self.slept.append)

    def steps(self, report: ShipReport) -> dict[str, Step]:
        """Return the report's steps by name."""
        return {step.name: step for step in report.steps}


@pytest.fixture
def day(repo: Repo) -> Workday:
    """Return a workday in ``repo``."""
    return Workday(repo)


def test_guide_example_is_printed_line_for_line(day: Workday, repo: Repo, remote: Repo) -> None:
    """The guide's command prints the guide's example, commits, pushes and leaves an online bot alone."""
    repo.write("bot.py", "print('no deadlock')\n")
    bot = PretendBot(True)
    report = day.ship(bot, "fix: Remove asyncio deadlock")
    assert "\n".join(day.told.lines) + "\n" == GUIDE
    assert report.ok and report.exit_code == 0 and report.problem is None
    assert repo.git("log", "-1", "--format=%B").strip() == "fix: Remove asyncio deadlock"
    assert repo.committed() == {"bot.py": "M"}
    assert remote.git("rev-parse", "main") == repo.head == report.commit
    assert repo.status() == {}
    assert bot.restarts == 0


def test_things_that_vigie_and_python_write_do_not_lengthen_the_transcript(day: Workday, repo: Repo) -> None:
    """Without a ``.gitignore`` the guide's transcript holds, and none of these files is committed."""
    for name in (
        "bot_status.json",
        "logs/bot_monitor.log",
        ".vigie/history.db",
        "__pycache__/bot.pyc",
        "debug.log",
        ".env",
        ".venv/pyvenv.cfg",
    ):
        repo.write(name)
    repo.write("bot.py", "print('new')\n")
    day.ship(PretendBot(True), "fix: Remove asyncio deadlock")
    assert "\n".join(day.told.lines) + "\n" == GUIDE
    assert repo.committed() == {"bot.py": "M"}


def test_listed_files_are_named(day: Workday, repo: Repo) -> None:
    """``--files`` commits just these, says so, and leaves the others changed."""
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "2\n")
    repo.write("point_system.py", "3\n")
    report = day.ship(PretendBot(True), "feat: Add new point system", ("point_system.py, commands.py",))
    assert "[INFO] Ajout des fichiers: point_system.py, commands.py" in day.told.lines
    assert "ship.adding-all" not in day.told.keys
    assert repo.committed() == {"point_system.py": "A", "commands.py": "M"}
    assert repo.status() == {"bot.py": " M"}
    assert report.ok


def test_a_bot_that_stopped_meanwhile_is_restarted(day: Workday, repo: Repo) -> None:
    """A bot that was online and no longer is gets restarted, and the report says so."""
    repo.write("bot.py", "1\n")
    bot = PretendBot(True, False)
    report = day.ship(bot)
    assert bot.restarts == 1
    assert report.exit_code == 0 and report.restarted and report.online_after
    assert "[RESTART] Bot arrêté entre-temps, redémarrage..." in day.told.lines
    assert "[OK] Bot redémarré, EN LIGNE" in day.told.lines


def test_a_bot_that_was_offline_is_started(day: Workday, repo: Repo) -> None:
    """``if-down`` means: not online after the push, whatever it was before."""
    repo.write("bot.py", "1\n")
    bot = PretendBot(False)
    report = day.ship(bot)
    assert "[WARNING] Bot détecté comme HORS LIGNE" in day.told.lines
    assert "[INFO] Bot était HORS LIGNE, vérification post-push..." in day.told.lines
    assert "[RESTART] Bot toujours HORS LIGNE, démarrage..." in day.told.lines
    assert report.was_online is False and report.restarted and report.exit_code == 0


def test_a_bot_that_came_back_by_itself_is_left_alone(day: Workday, repo: Repo) -> None:
    """Offline before, online after: nothing to do."""
    repo.write("bot.py", "1\n")
    bot = PretendBot(False, True)
    report = day.ship(bot)
    assert bot.restarts == 0 and report.exit_code == 0
    assert "[OK] Bot maintenant EN LIGNE" in day.told.lines


def test_never_leaves_an_offline_bot_offline(day: Workday, repo: Repo) -> None:
    """With ``never`` an offline bot stays so: shipped, yet not online, exit 4."""
    repo.write("bot.py", "1\n")
    bot = PretendBot(True, False)
    report = day.ship(bot, restart="never")
    assert bot.restarts == 0
    assert report.exit_code == 4 and not report.ok and report.pushed and report.online_after is False
    assert day.told.lines[-2] == "[WARNING] WORKFLOW TERMINÉ, MAIS LE BOT EST HORS LIGNE"


def test_always_restarts_an_online_bot(day: Workday, repo: Repo) -> None:
    """With ``always`` the new code is running at the end."""
    repo.write("bot.py", "1\n")
    bot = PretendBot(True)
    report = day.ship(bot, restart="always")
    assert bot.restarts == 1 and report.restarted and report.exit_code == 0
    assert "[RESTART] Redémarrage du bot avec le nouveau code..." in day.told.lines


def test_a_bot_that_does_not_come_back_is_exit_4(day: Workday, repo: Repo) -> None:
    """Shipped, restarted, still offline: exit 4."""
    repo.write("bot.py", "1\n")
    report = day.ship(PretendBot(True, False, back=False))
    assert report.exit_code == 4 and report.restarted and report.online_after is False
    assert "[ERROR] Bot toujours HORS LIGNE après le redémarrage" in day.told.lines
    assert day.steps(report)["restart"].detail == "offline"


class StubbornBot(PretendBot):
    """Cannot be restarted: something is in the way."""

    def restart(self) -> bool:
        """Refuse."""
        raise Refusal("ship.detached-head")


@pytest.mark.parametrize(
    ("online_after", "restart", "exit_code"), [(False, "if-down", 4), (True, "always", 0)]
)
def test_a_refused_restart_is_told_and_does_not_undo_the_ship(
    day: Workday, repo: Repo, online_after: bool, restart: Restart, exit_code: int
) -> None:
    """A problem while restarting is told like any other; the exit code tells whether the bot is online."""
    repo.write("bot.py", "1\n")
    report = day.ship(StubbornBot(True, online_after), restart=restart)
    assert report.exit_code == exit_code and report.pushed and not report.restarted
    assert report.problem is not None and report.problem.key == "ship.detached-head"
    assert any(line.startswith("[ERROR]") for line in day.told.lines)


class UnaskableBot(PretendBot):
    """Can be asked once."""

    def is_online(self) -> bool:
        """Answer once, then raise."""
        if self.asked:
            raise Failure("ship.git-missing")
        return super().is_online()


def test_a_check_that_cannot_be_made_counts_as_offline(day: Workday, repo: Repo) -> None:
    """What cannot be verified after the push is told and not believed to be online."""
    repo.write("bot.py", "1\n")
    report = day.ship(UnaskableBot(True), restart="never")
    assert report.exit_code == 4 and report.problem is not None


def test_nothing_to_commit_still_verifies(day: Workday, repo: Repo) -> None:
    """Without changes: says so, pushes nothing, asks the bot all the same, exit 0."""
    head = repo.head
    bot = PretendBot(True)
    report = day.ship(bot)
    assert report.exit_code == 0 and report.commit is None and not report.pushed
    assert "[INFO] Rien à commiter: aucun changement" in day.told.lines
    assert "[INFO] Rien à pousser: le dépôt distant est à jour" in day.told.lines
    assert bot.asked == 2
    assert repo.head == head
    steps = day.steps(report)
    assert steps["commit"].skipped and steps["stage"].skipped and steps["push"].skipped


def test_nothing_to_commit_restarts_a_stopped_bot(day: Workday) -> None:
    """Verifying without changes still brings a stopped bot back."""
    bot = PretendBot(False)
    assert day.ship(bot).exit_code == 0
    assert bot.restarts == 1


def test_nothing_to_commit_pushes_what_is_ahead(day: Workday, repo: Repo, remote: Repo) -> None:
    """A commit that an earlier run could not push goes out now."""
    repo.git("commit", "--allow-empty", "-m", "kept")
    report = day.ship(PretendBot(True))
    assert report.exit_code == 0 and report.pushed and report.commit is None
    assert remote.git("rev-parse", "main") == repo.head


def test_an_empty_repository_with_nothing_in_it_is_no_failure(tmp_path: Path) -> None:
    """Before the first commit and without a file there is nothing to commit or push."""
    day = Workday(new_repository(tmp_path / "new"))
    assert day.ship(PretendBot(True)).exit_code == 0


def test_first_commit_of_a_repository(tmp_path: Path, remote: Repo) -> None:
    """The first commit of all is made, pushed to the only remote, and followed from then on."""
    repo = new_repository(tmp_path / "new")
    repo.write("start.py")
    repo.git("remote", "add", "github", str(remote.path))
    report = Workday(repo).ship(PretendBot(True), None)
    assert report.exit_code == 0
    assert repo.git("log", "--format=%s") == "feat: add start.py"
    assert remote.git("rev-parse", "main") == repo.head
    assert repo.git("rev-parse", "--abbrev-ref", "main@{upstream}") == "github/main"


def test_default_message_names_the_files(day: Workday, repo: Repo) -> None:
    """Without a message the commit's says which files it holds, in conventional form."""
    repo.write("bot.py", "1\n")
    repo.write("commands.py", "2\n")
    day.ship(PretendBot(True), None)
    assert repo.git("log", "-1", "--format=%s") == "chore: update bot.py, commands.py"
    assert "[INFO] Commit: 'chore: update bot.py, commands.py'" in day.told.lines


def test_a_failed_hook_leaves_everything_as_it_was(day: Workday, repo: Repo, remote: Repo) -> None:
    """A hook that refuses: its words are shown, nothing is committed, staged or pushed."""
    repo.write("bot.py", "1\n")
    repo.write("new.py", "2\n")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    repo.hook("pre-commit", "echo 'line 1: E501' >&2", "exit 1")
    before = repo.snapshot()
    bot = PretendBot(True)
    report = day.ship(bot)
    assert repo.snapshot() == before
    assert report.exit_code == 1 and report.commit is None and not report.pushed
    assert bot.asked == 1 and bot.restarts == 0
    assert "[INFO]   line 1: E501" in day.told.lines
    assert day.told.lines[-2] == "[ERROR] WORKFLOW ÉCHOUÉ"
    steps = day.steps(report)
    assert not steps["commit"].ok and steps["commit"].detail == "commit-hook"
    assert steps["push"].skipped and steps["verify"].skipped and steps["restart"].skipped


def test_a_refused_push_keeps_the_commit_and_looks_after_the_bot(
    day: Workday, repo: Repo, remote: Repo
) -> None:
    """A push that is refused: exit 1, the commit stays, the bot is restarted, advice is given."""
    remote.hook("pre-receive", "echo 'error: GH013: Repository rule violations found' >&2", "exit 1")
    repo.write("bot.py", "1\n")
    bot = PretendBot(True, False)
    report = day.ship(bot)
    assert report.exit_code == 1 and not report.pushed
    assert report.commit == repo.head
    assert bot.restarts == 1 and report.online_after
    assert any(repo.head[:10] in line and "GH013" in line for line in day.told.lines)
    assert any("Le commit est conservé" in line for line in day.told.lines)
    assert report.problem is not None and report.problem.key == "ship.push-rejected"


def test_the_next_run_pushes_what_was_kept(day: Workday, repo: Repo, remote: Repo) -> None:
    """The advice holds: the same command again pushes the kept commit."""
    remote.hook("pre-receive", "exit 1")
    repo.write("bot.py", "1\n")
    assert day.ship(PretendBot(True)).exit_code == 1
    (remote.path / "hooks" / "pre-receive").unlink()
    assert day.ship(PretendBot(True)).exit_code == 0
    assert remote.git("rev-parse", "main") == repo.head


def test_always_does_not_restart_a_running_bot_for_a_refused_push(
    day: Workday, repo: Repo, remote: Repo
) -> None:
    """What did not reach the remote is no reason to interrupt a bot that runs."""
    remote.hook("pre-receive", "exit 1")
    repo.write("bot.py", "1\n")
    bot = PretendBot(True)
    assert day.ship(bot, restart="always").exit_code == 1
    assert bot.restarts == 0


def test_no_remote_keeps_the_commit(tmp_path: Path) -> None:
    """Without any remote the commit is made and kept, exit 1, with the command that adds one."""
    repo = new_repository(tmp_path / "alone")
    repo.write("start.py")
    day = Workday(repo)
    report = day.ship(PretendBot(True))
    assert report.exit_code == 1 and report.commit == repo.head
    assert any("git remote add origin" in line for line in day.told.lines)


def test_unreachable_remote_is_tried_three_times(day: Workday, repo: Repo, closed_port: int) -> None:
    """A network that does not answer is tried again after 2 and 5 seconds, then told."""
    repo.git("remote", "set-url", "origin", f"git://127.0.0.1:{closed_port}/bot.git")
    repo.write("bot.py", "1\n")
    report = day.ship(PretendBot(True))
    assert report.exit_code == 1
    assert day.slept == [2.0, 5.0]
    assert day.told.keys.count("ship.push-again") == 2
    assert report.problem is not None and report.problem.key == "ship.push-network"


def test_steps_are_those_of_the_contract(day: Workday, repo: Repo) -> None:
    """The report is the contract's JSON: every step in order, measured, with a word for programs."""
    repo.write("bot.py", "1\n")
    report = day.ship(PretendBot(True))
    told = json.loads(json.dumps(report.as_json()))
    assert list(told) == [
        "ok",
        "exit_code",
        "commit",
        "pushed",
        "was_online",
        "online_after",
        "restarted",
        "rolled_back",
        "steps",
    ]
    assert [step["name"] for step in told["steps"]] == list(STEPS)
    steps = {step["name"]: step for step in told["steps"]}
    assert [name for name, step in steps.items() if step["skipped"]] == ["restart", "rollback"]
    assert all(step["seconds"] > 0 for step in told["steps"] if not step["skipped"])
    assert steps["commit"]["detail"] == repo.head
    assert steps["push"]["detail"] == "origin/main"
    assert steps["verify"]["detail"] == "online"


def test_left_out_files_are_told_in_one_line(day: Workday, repo: Repo) -> None:
    """A file that git knows and ship never commits is named, so that nobody believes it shipped."""
    repo.write(".env", "TOKEN=1\n")
    repo.git("add", "-f", ".env")
    repo.git("commit", "-m", "by hand")
    repo.write(".env", "TOKEN=2\n")
    repo.write("bot.py", "1\n")
    day.ship(PretendBot(True))
    assert "[WARNING] Laissés de côté, car jamais commités par ship: .env" in day.told.lines
    assert repo.committed() == {"bot.py": "M"}
    assert repo.status() == {".env": " M"}


def test_files_added_by_a_hook_are_told(day: Workday, repo: Repo) -> None:
    """What a hook put into the commit is named."""
    repo.hook("pre-commit", "echo 1 > generated.txt", "git add generated.txt")
    repo.write("bot.py", "1\n")
    day.ship(PretendBot(True))
    assert "[INFO] Ajoutés au commit par les hooks: generated.txt" in day.told.lines
    assert repo.status() == {}


def test_a_listed_file_that_was_staged_in_part_is_told(day: Workday, repo: Repo) -> None:
    """Listing a file commits all of it, and says that only a part had been staged."""
    repo.write("bot.py", "STAGED = 1\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "STAGED = 1\nMORE = 2\n")
    day.ship(PretendBot(True), files=("bot.py",))
    assert "ship.partly-staged" in day.told.keys
    assert repo.git("show", "HEAD:bot.py") == "STAGED = 1\nMORE = 2"
    assert repo.status() == {}


def test_unchanged_listed_file_commits_nothing_else(day: Workday, repo: Repo) -> None:
    """A listed file without a change: said, and the others that changed are not committed instead."""
    repo.write("commands.py", "changed\n")
    head = repo.head
    report = day.ship(PretendBot(True), files=("bot.py",))
    assert report.exit_code == 0 and repo.head == head
    assert "[INFO] Sans changement depuis le dernier commit: bot.py" in day.told.lines
    assert "[INFO] Rien à commiter: aucun changement" in day.told.lines
    assert repo.status() == {"commands.py": " M"}


def test_change_that_git_does_not_store_is_no_commit(day: Workday, repo: Repo) -> None:
    """A file staged in one state and put back on disk is no change after all."""
    repo.write("bot.py", "staged\n")
    repo.git("add", "bot.py")
    repo.write("bot.py", "print('bot')\n")
    head = repo.head
    report = day.ship(PretendBot(True))
    assert report.exit_code == 0 and repo.head == head
    assert "ship.nothing-to-commit" in day.told.keys


def _nothing(repo: Repo) -> None:
    """Leave the repository as it is."""


def _merge_conflict(repo: Repo) -> None:
    repo.git("switch", "-c", "other")
    repo.write("bot.py", "other\n")
    repo.git("commit", "-am", "other")
    repo.git("switch", "main")
    repo.write("bot.py", "main\n")
    repo.git("commit", "-am", "main")
    repo.git("merge", "other", check=False)


def _detach(repo: Repo) -> None:
    repo.git("switch", "--detach")
    repo.write("bot.py", "1\n")


def _lock(repo: Repo) -> None:
    repo.write("bot.py", "1\n")
    repo.write(".git/index.lock")


@pytest.mark.parametrize(
    ("prepare", "message", "files", "kind", "key"),
    [
        (_merge_conflict, "m", None, Refusal, "ship.operation-in-progress"),
        (_detach, "m", None, Refusal, "ship.detached-head"),
        (_lock, "m", None, Refusal, "staging.lock-left"),
        (_nothing, "  \n", None, UsageProblem, "ship.message-empty"),
        (_nothing, "m", ("bto.py",), UsageProblem, "ship.file-misspelt"),
        (_nothing, "m", ("bot.py", "zzzzzzzz"), UsageProblem, "ship.file-missing"),
        (_nothing, "m", (" , ",), UsageProblem, "ship.no-file-listed"),
    ],
)
def test_refusals_come_before_anything(
    day: Workday,
    repo: Repo,
    prepare: Callable[[Repo], None],
    message: str,
    files: tuple[str, ...] | None,
    kind: type[Problem],
    key: str,
) -> None:
    """What stands in the way is raised before a word is told, the bot asked or a byte changed."""
    prepare(repo)
    repo.write("commands.py", "precious\n")
    before = repo.snapshot()
    bot = PretendBot(True)
    with pytest.raises(kind) as caught:
        day.ship(bot, message, files)
    assert caught.value.key == key
    assert repo.snapshot() == before
    assert day.told.lines == [] and bot.asked == 0


def test_not_a_repository_is_a_failure_with_advice(tmp_path: Path) -> None:
    """A folder outside any repository is told as such, exit 1."""
    folder = tmp_path / "plain"
    folder.mkdir()
    with pytest.raises(Failure) as caught:
        Workday(Repo(folder)).ship(PretendBot(True))
    assert caught.value.key == "ship.not-a-repository"


def test_project_in_a_folder_of_a_bigger_repository(day: Workday, repo: Repo) -> None:
    """``all`` means the project's folder; what changed or was staged elsewhere stays as it is."""
    repo.write("bots/one/start.py", "1\n")
    repo.write("bot.py", "changed\n")
    repo.write("commands.py", "staged\n")
    repo.git("add", "commands.py")
    report = day.ship(PretendBot(True), None, folder="bots/one")
    assert report.ok
    assert repo.committed() == {"bots/one/start.py": "A"}
    assert repo.git("log", "-1", "--format=%s") == "feat: add start.py"
    assert repo.status() == {"bot.py": " M", "commands.py": "M "}


def test_an_index_that_somebody_goes_on_holding_is_refused(day: Workday, repo: Repo) -> None:
    """Another program holds the index all the time: no commit lands, exit 3, and it is named."""
    lock = repo.path / ".git" / "index.lock"
    repo.hook("post-commit", f"touch '{lock}'")
    repo.write("bot.py", "1\n")
    head = repo.head
    report = day.ship(PretendBot(True))
    assert (report.exit_code, report.commit, repo.head) == (3, None, head)
    assert report.problem is not None and report.problem.key == "ship.index-locked"
    lock.unlink()
    assert repo.status() == {"bot.py": " M"}
    report = day.ship(PretendBot(True))
    assert report.exit_code == 3, "the hook holds it again"


def test_an_upstream_that_cannot_be_remembered_is_told(day: Workday, repo: Repo, remote: Repo) -> None:
    """The push counts, even where git's configuration is held by somebody else."""
    repo.git("branch", "--unset-upstream")
    repo.write(".git/config.lock")
    repo.write("bot.py", "1\n")
    assert day.ship(PretendBot(True)).ok
    assert remote.git("rev-parse", "main") == repo.head
    assert "ship.upstream-not-set" in day.told.keys
