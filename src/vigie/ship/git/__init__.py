"""Speaks with git: the program itself, its repository, its index, its locks."""
