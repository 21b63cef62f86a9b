"""What the parts of one monitor share: its loop and crew, the order of starts, who waits for what, and its voice."""

from __future__ import annotations

from collections.abc import Mapping

from vigie.core.facts import Asked, Launched, Verb
from vigie.messages import Phrase
from vigie.runtime.crew import Crew
from vigie.runtime.decider import Decider
from vigie.runtime.descriptor_limit import give_back, make_room
from vigie.runtime.door.errand import Errand, Voices
from vigie.runtime.narrator import ROUTINE
from vigie.runtime.reactor import Reactor
from vigie.runtime.start_order import StartOrder
from vigie.runtime.voice import Voice
from vigie.runtime.watch import Change, Watch


class Station:
    """One monitor's place of work. ``crew`` and ``order`` are set once the bots are known."""

    def __init__(
        self, root: str, reactor: Reactor, voice: Voice, decider: Decider, soft_limit: int | None
    ) -> None:
        """``soft_limit``: how many descriptors we could open before we asked for more, if we ever did."""
        self.root = root
        self.reactor = reactor
        self.out = voice
        self.decider = decider
        self.errands: list[Errand] = []
        self.voices: Voices = []
        self.first_soft_limit = soft_limit
        self.crew: Crew
        self.order: StartOrder

    def speak(self, tag: str, key: str, values: Mapping[str, object]) -> None:
        """Say something, to callers who wait for that bot too; but what is only routine to nobody else."""
        self.out(tag, key, values)
        for names, voice in tuple(self.voices):
            if values.get("bot") in names and key not in ROUTINE:
                voice(tag, key, values)

    def man(self, crew: Crew) -> None:
        """Take these bots in hand."""
        self.crew = crew
        self.order = StartOrder(self.reactor, self.speak, crew.scribe.touch)
        for watch in crew.watches:
            watch.listeners.append(self.launched)

    def start(self, watch: Watch) -> None:
        """Have a bot kept online because we watch it, not because somebody has just asked."""
        if self.reactor.signalled is not None:
            return
        watch.feed(Asked(Verb.START, keep=True, by_monitor=True))
        tally = watch.status.tally
        if tally.waiting is not None and tally.next_start_at is not None:
            # it waits since before us: somebody who has just started a monitor would see nothing happen
            seconds = round(max(0.0, tally.next_start_at - self.reactor.now()))
            reason = Phrase(f"reason.{tally.waiting.value}")
            values = {"bot": watch.name, "reason": reason, "seconds": seconds}
            self.speak("WARNING", "runtime.still-waits", values)

    def make_room(self, count: int) -> None:
        """See to it that descriptors for ``count`` bots can be opened, or say that they cannot."""
        room = make_room(count)
        if room is None:
            return
        if self.first_soft_limit is None:
            self.first_soft_limit = room.soft
        if not room.enough:
            values = {"count": count, "needed": room.needed, "hard": room.hard}
            self.speak("WARNING", "runtime.few-descriptors", values)

    def launched(self, _watch: Watch, change: Change) -> None:
        """Give a new process the limit it would have had without us."""
        if isinstance(change.fact, Launched) and self.first_soft_limit is not None:
            give_back(change.fact.pid, self.first_soft_limit)
