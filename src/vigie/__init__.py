"""vigie, the lookout: knows whether a bot is alive, brings it back, ships its new code."""

__version__ = "0.1.0"
