"""DECIDES. Pure: no clock, no files, no network, no logging, no dice.

``machine.decide(status, fact, spec, now)`` is the whole conversation: facts in, orders out.
"""
