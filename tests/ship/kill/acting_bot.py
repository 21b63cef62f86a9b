"""A bot that lives outside of whoever ships: a file says how it is, and its code what becomes of a restart."""

from __future__ import annotations

import json
import os
from typing import Any

from vigie.messages import Phrase
from vigie.runtime.revision import commit_in
from vigie.ship.proof.proof import Sample

EDIT = "edited while the bot was being proven\n"


class ActingBot:
    """Runs whatever ``bot.py`` holds: code with the word ``broken`` in it dies at once."""

    def __init__(self, folder: str, note: str, edited: str | None = None) -> None:
        """``note``: the file that says how the bot is; ``edited``: what its owner goes on editing meanwhile."""
        self._folder = folder
        self._edited = edited
        self._note = note
        if not os.path.exists(note):
            self._write({"online": True, "pid": 1, "commit": commit_in(folder), "parked": None, "known": []})

    def state(self) -> dict[str, Any]:
        """Read how it is."""
        with open(self._note, encoding="ascii") as file:
            state: dict[str, Any] = json.load(file)
        return state

    def _write(self, state: dict[str, Any]) -> None:
        with open(f"{self._note}.new", "w", encoding="ascii") as file:
            json.dump(state, file)
        os.replace(f"{self._note}.new", self._note)

    def is_online(self) -> bool:
        """As the file says."""
        return bool(self.state()["online"])

    def restart(self) -> bool:
        """Run what lies in the folder, or what is parked beside it."""
        state = self.state()
        commit = commit_in(self._folder)
        parked = state["parked"]
        folder = parked["folder"] if parked and parked["bad"] == commit else self._folder
        with open(os.path.join(folder, "bot.py"), encoding="ascii") as file:
            works = "broken" not in file.read()
        if folder != self._folder:
            commit = parked["good"]
        elif self._edited is not None and not works:
            with open(os.path.join(self._folder, self._edited), "w", encoding="ascii") as file:
                file.write(EDIT)
        self._write({**state, "online": works, "pid": state["pid"] + 1, "commit": commit})
        return works

    def sample(self) -> tuple[Sample, ...]:
        """Look once."""
        state = self.state()
        return (Sample(state["online"], (state["pid"],) if state["online"] else None, 0, state["commit"]),)

    def identities(self) -> tuple[object, ...]:
        """Which process it is."""
        return (self.state()["pid"],)

    def running_commit(self) -> str | None:
        """What it was launched from."""
        state = self.state()
        return str(state["commit"]) if state["online"] else None

    def has_way_out(self) -> bool:
        """There is a network."""
        return True

    def last_words(self) -> tuple[str, ...]:
        """It says nothing."""
        return ()

    def last_proven(self) -> str | None:
        """Nothing was."""
        return None

    def parked(self) -> bool:
        """Whether something runs beside the folder."""
        parked = self.state()["parked"]
        return bool(parked) and parked["bad"] == commit_in(self._folder)

    def park(self, bad: str, good: str, folder: str) -> Phrase | None:
        """Note where the good version lies."""
        self._write({**self.state(), "parked": {"bad": bad, "good": good, "folder": folder}})
        return None

    def clear_parked(self) -> tuple[str, ...]:
        """Nothing is kept."""
        return ()

    def remember(self, what: str, commit: str, tree: str) -> None:
        """Note what became of a version."""
        state = self.state()
        self._write({**state, "known": [*state["known"], [what, commit]]})
