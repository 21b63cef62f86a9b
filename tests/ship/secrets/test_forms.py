"""The forms of a value, compared with what the standard library makes of it."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.ship.secrets.forms import SHORTEST, forms

values = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=SHORTEST, max_size=40)


@settings(max_examples=200, deadline=None)
@given(values)
def test_forms_are_those_of_the_standard_library(value: str) -> None:
    """Addresses, forms, JSON."""
    made = forms(value)
    assert made[0] == value.encode()
    for written in (quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1]):
        assert written.encode() in made


@settings(max_examples=200, deadline=None)
@given(values, st.binary(max_size=9), st.binary(max_size=9))
def test_base64_is_known_at_any_place(value: str, ahead: bytes, behind: bytes) -> None:
    """Whatever surrounds the value in what was encoded, in both alphabets."""
    for encode in (b64encode, urlsafe_b64encode):
        text = encode(ahead + value.encode() + behind)
        assert any(form in text for form in forms(value))


def test_no_form_is_so_short_that_it_is_found_anywhere() -> None:
    """Nor is any twice there."""
    made = forms("k7xQ+2pL")
    assert all(len(form) >= SHORTEST for form in made) and len(set(made)) == len(made)
    assert forms("k7x") == ()
