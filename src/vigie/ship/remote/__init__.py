"""Speaks with the remote: where a branch goes, what is there, pushing, taking in what others have pushed."""
