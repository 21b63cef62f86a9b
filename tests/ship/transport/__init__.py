"""Pushing over real http and real ssh, to servers that answer, refuse, fail, or say nothing."""
