"""REMEMBERS: what happened, what is so now, and what each bot printed. Nothing here decides anything."""
