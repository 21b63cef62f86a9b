"""PROVES new code: before it is committed, and once it runs."""
