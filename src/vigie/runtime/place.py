"""Where things of ours lie in a project, and the names of a bot's files."""

from __future__ import annotations

import os.path
from typing import NamedTuple


class Place(NamedTuple):
    """One project's folder."""

    root: str

    @property
    def private(self) -> str:
        """Everything of ours that is nobody else's business."""
        return os.path.join(self.root, ".vigie")

    @property
    def status_file(self) -> str:
        """The small public face of what we know."""
        return os.path.join(self.root, "bot_status.json")

    @property
    def monitor_log(self) -> str:
        """What we did, for people."""
        return os.path.join(self.root, "logs", "bot_monitor.log")

    @property
    def decider_lock(self) -> str:
        """Held by whoever decides for this project's bots."""
        return os.path.join(self.private, "decider.lock")

    @property
    def decider_card(self) -> str:
        """Who holds the lock, since when, for what, and at which door a monitor can be spoken to."""
        # a name with two dots, which no bot's ledger beside it can have
        return os.path.join(self.private, "decider.card.json")

    @property
    def ship(self) -> str:
        """What a ship writes while it runs, and what it builds apart."""
        return os.path.join(self.private, "ship")

    @property
    def history(self) -> str:
        """The database of what happened."""
        return os.path.join(self.private, "history.db")

    def bot_log(self, name: str) -> str:
        """What the bot itself prints."""
        return os.path.join(self.root, "logs", f"{name}.log")

    def log_note(self, name: str) -> str:
        """Which bytes of the bot's log are where (two dots: no bot's ledger is called so)."""
        return os.path.join(self.private, f"{name}.log.json")

    def log_marks(self, name: str) -> str:
        """When the bot's log was how long."""
        return os.path.join(self.private, f"{name}.log.marks")

    def copy_lock(self, name: str) -> str:
        """Held by the bot's own processes: while it is, no second copy is launched."""
        return os.path.join(self.private, f"{name}.alive")
