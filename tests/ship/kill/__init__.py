"""A run of ``ship`` killed at every point there is, and what the next command makes of it."""
