"""An error of the system says something of the bot, or only of the machine that asks."""

from __future__ import annotations

import errno
import socket
from collections.abc import Generator

import pytest

from vigie.probes.conversation import DeadlinePassed, Want
from vigie.probes.failures import (
    OF_OURS,
    OF_THE_BOT,
    RANKS,
    Trouble,
    in_time,
    most_telling,
    trouble_at_once,
    trouble_of,
)


@pytest.mark.parametrize(
    ("number", "well", "reason"),
    [
        (errno.ECONNREFUSED, False, "refused"),
        (errno.ECONNRESET, False, "reset"),
        (errno.EPIPE, False, "reset"),
        (errno.EHOSTUNREACH, False, "unreachable"),
        (errno.ENETUNREACH, False, "unreachable"),
        (errno.ETIMEDOUT, False, "unreachable"),
        (errno.EPROTO, False, "failed"),
        (errno.EMFILE, None, "no-descriptors"),
        (errno.ENFILE, None, "no-descriptors"),
        (10024, None, "no-descriptors"),
        (errno.ENOBUFS, None, "no-memory"),
        (errno.EADDRNOTAVAIL, None, "no-network"),
        (errno.ENETDOWN, None, "no-network"),
        (errno.EAFNOSUPPORT, None, "no-network"),
        (errno.EACCES, None, "forbidden"),
        (errno.EPERM, None, "forbidden"),
    ],
)
def test_our_own_want_is_never_held_against_the_bot(number: int, well: bool | None, reason: str) -> None:
    """Only what the bot or the way to it did makes it unwell."""
    trouble = trouble_of(OSError(number, "words of the system"), "localhost:1")
    assert (trouble.well, trouble.reason) == (well, reason)


def test_a_rare_error_is_named_by_its_symbol_and_not_in_the_systems_language() -> None:
    """The system's own sentence may be in any language and encoding."""
    assert trouble_of(OSError(errno.EPROTO, "Erreur de protocole"), "x:1").values == {"detail": "EPROTO"}
    assert trouble_of(OSError("no number"), "x:1").values == {"detail": "OSError"}


def test_no_route_is_our_own_want_at_once_and_the_ways_later() -> None:
    """Before anything is sent only our own routing table can say so, afterwards only a router."""
    error = OSError(errno.ENETUNREACH, "")
    assert trouble_at_once(error, "x:1", socket.AF_INET).well is None
    assert trouble_of(error, "x:1").well is False
    refused = ConnectionRefusedError(errno.ECONNREFUSED, "")
    assert trouble_at_once(refused, "x:1", socket.AF_INET).reason == "refused"


def test_no_free_port_of_ours_is_told_from_a_machine_without_ipv6() -> None:
    """The system has one error for both; only the first leaves the bot unasked where it may well listen."""
    error = OSError(errno.EADDRNOTAVAIL, "")
    ports = trouble_at_once(error, "x:1", socket.AF_INET)
    family = trouble_at_once(error, "x:1", socket.AF_INET6)
    assert (ports.reason, ports.well) == ("no-ports", None)
    assert (family.reason, family.well) == ("no-network", None)
    refused = Trouble("refused")
    assert most_telling([refused, ports]) is ports
    assert most_telling([refused, family]) is refused


def test_of_several_addresses_the_one_that_says_most_is_told() -> None:
    """A refusal outweighs a missing address family, but nothing outweighs a question that was not put."""
    refused, no_family, starved = Trouble("refused"), Trouble("no-network"), Trouble("no-descriptors")
    assert most_telling([no_family, refused]) is refused
    assert most_telling([refused, starved, no_family]) is starved


def test_every_reason_that_a_connection_can_give_has_a_rank() -> None:
    """Else the choice between two addresses would fail."""
    assert set(RANKS) == {*OF_THE_BOT.values(), *OF_OURS.values(), "failed", "no-ports"}


def test_a_deadline_in_a_step_is_told_with_the_steps_name() -> None:
    """The seconds that were allowed come with it."""

    def waiting() -> Generator[Want, None, None]:
        yield Want(pause=1)

    step = in_time("timeout-tls", waiting())
    next(step)
    with pytest.raises(Trouble) as caught:
        step.throw(DeadlinePassed(2.5))
    assert (caught.value.reason, caught.value.values) == ("timeout-tls", {"seconds": 2.5})
