"""One run of ``ship``: what every step of it needs, and what is known so far."""

from __future__ import annotations

from collections.abc import Callable

from vigie.messages import has
from vigie.problems import Problem
from vigie.ship.display import listed
from vigie.ship.git.repository import Repository
from vigie.ship.journal import Journal, Story
from vigie.ship.plan import Plan
from vigie.ship.report import Logbook
from vigie.ship.request import BotDoor, ShipRequest, Tell


class Run:
    """What was asked, what is known, and how to speak of it. Steps are functions of a run."""

    def __init__(
        self,
        request: ShipRequest,
        plan: Plan,
        bot: BotDoor,
        tell: Tell,
        logbook: Logbook,
        journal: Journal,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Know nothing of the outcome yet."""
        self.request = request
        self.plan = plan
        self.bot = bot
        self.logbook = logbook
        self.journal = journal
        self.clock = clock
        self.sleep = sleep
        self.tell_line = tell
        self.problem: Problem | None = None
        self.commit: str | None = None
        """The commit that this run made, under the name it has in the end."""
        self.tip = plan.repository.head
        """The commit that the branch holds by now: what is being shipped."""
        self.changed: tuple[str, ...] = ()
        """The paths that are other in it."""
        self.pushed = False
        """Whether the remote has got something new from us."""
        self.published = False
        """Whether the remote is known to hold what was shipped, whoever brought it there."""
        self.was_online: bool | None = None
        self.ran: str | None = None
        """The commit that ran, healthy, before anything was done."""
        self.identities: tuple[object, ...] | None = None
        """Which processes did; None when that is not known."""
        self.parked = False
        """Whether an earlier version ran beside the folder."""
        self.online_after: bool | None = None
        self.restarted = False
        self.rolled_back = False
        self.offer: dict[str, str] | None = None
        """A way back that an earlier run has offered: from the ``bad`` version, still the last, to a ``good`` one."""
        self.story: Story | None = None
        """What is known of the run that this one goes on with."""

    @property
    def repository(self) -> Repository:
        """The repository as it stands by now."""
        here = self.plan.repository
        return here if self.tip is None else here._replace(head=self.tip, base=self.tip)

    def tell(self, tag: str, key: str, **values: object) -> None:
        """Say one line."""
        self.tell_line(tag, key, values)

    def frame(self, tag: str, key: str) -> None:
        """Say one line between two rules."""
        self.tell("INFO", "ship.rule")
        self.tell(tag, key)
        self.tell("INFO", "ship.rule")

    def complain(self, problem: Problem) -> None:
        """Tell a problem: what happened, others' own words where they are needed, what to do next."""
        self.problem = self.problem or problem
        tell_problem(self.tell_line, problem)

    def remember(self, what: str, commit: str) -> None:
        """Let it be remembered what became of a version."""
        tree = self.plan.git.query("rev-parse", "-q", "--verify", f"{commit}^{{tree}}").out
        self.bot.remember(what, commit, tree.decode("ascii", "replace").strip())

    def may_go_back(self, good: str, bad: str) -> bool:
        """Whether ``good`` is there, lies before ``bad``, and holds different files."""
        git = self.plan.git
        outcome = git.query("rev-parse", "-q", f"{good}^{{tree}}", f"{bad}^{{tree}}")
        trees = outcome.out.split()
        if outcome.code != 0 or len(trees) != 2 or trees[0] == trees[1]:
            return False
        return git.query("merge-base", "--is-ancestor", good, bad).code == 0


def tell_problem(tell: Tell, problem: Problem) -> None:
    """Say what a problem is, line by line."""
    tell("ERROR", problem.key, problem.values)
    output = problem.values.get("output", ())
    for line in output if isinstance(output, tuple) else ():
        tell("INFO", "ship.said", {"line": line})
    corrected = problem.values.get("corrected")
    if isinstance(corrected, tuple) and corrected:
        tell("WARNING", "apart.hook-corrected", {"files": listed(corrected)})
        tell("INFO", "apart.hook-corrected.hint", {})
    if has(f"{problem.key}.hint"):
        tell("INFO", f"{problem.key}.hint", problem.values)
