"""Tiny programs that the tests start as bots; each prints ``ready`` once it is what it is called."""
