"""Asks whether something takes connections on a port: for bots that speak no HTTP."""

from __future__ import annotations

from vigie.probes.addresses import addresses_of
from vigie.probes.connect import first_to_connect
from vigie.probes.conversation import Answer, Conversation
from vigie.probes.failures import Trouble, in_time
from vigie.probes.url import split_url


def ask_tcp(url: str) -> Conversation:
    """Connect to ``tcp://host:port`` and hang up; well when one of the host's addresses takes the call."""
    try:
        where = split_url(url, ("tcp",))
        addresses = yield from addresses_of(where.host, where.port)
        connected = yield from in_time("timeout-connecting", first_to_connect(addresses, where.place))
    except Trouble as trouble:
        return trouble.answer()
    connected.sock.close()
    return Answer(True, "connected", {"place": where.place})
