"""So that ``python -m vigie`` is the same as ``vigie``."""

from vigie.cli.main import entry

if __name__ == "__main__":
    entry()
