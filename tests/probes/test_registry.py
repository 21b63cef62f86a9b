"""The form of a health URL chooses the probe."""

from __future__ import annotations

import sys

import pytest

from tests.probes.asking import ask_url, outcome
from tests.probes.servers import Server, answer, answering
from vigie.core.spec import Spec
from vigie.probes import probe_for


@pytest.mark.parametrize(
    ("url", "probe"),
    [
        ("none", "ask_process"),
        ("exec:true", "ask_command"),
        ("tcp://localhost:1", "ask_tcp"),
        ("http://localhost:1", "ask_http"),
        ("https://localhost:1", "ask_http"),
    ],
)
def test_each_form_of_health_url_has_its_probe(url: str, probe: str) -> None:
    """Nothing is asked before the conversation is started."""
    assert getattr(probe_for(Spec(health_url=url)), "__name__", "") == probe


def test_the_bots_own_ranges_of_health_are_used() -> None:
    """``health_status`` goes along with the URL."""
    from tests.probes.asking import ask

    with Server(answering(answer(status="418 Teapot"))) as server:
        spec = Spec(health_url=server.url(), health_status=((418, 418),))
        assert outcome(ask(probe_for(spec))) == (True, "answered")


def test_the_bots_own_directory_is_used() -> None:
    """A command runs there."""
    assert outcome(ask_url(f'exec:"{sys.executable}" -c ""', directory="/no/such/folder")) == (
        None,
        "exec-directory",
    )
