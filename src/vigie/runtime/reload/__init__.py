"""A monitor takes new settings and a new version of itself, without touching a bot that did not change."""
