"""Whether one known process still lives, asked without an engine: ``check`` imports no more than that."""

from __future__ import annotations

import sys

from vigie.engines.base import Identity

if sys.platform == "win32":

    def lives(identity: Identity) -> bool:
        """Whether this very process, and not a later one of its number, is certainly there."""
        from vigie.engines.windows_process import open_living

        handle = open_living(identity)
        if handle is None:
            return False
        handle.close()
        return True

else:

    def lives(identity: Identity) -> bool:
        """Whether this very process, and not a later one of its number, is certainly there and no zombie.

        One that was killed and cannot die yet runs nothing any more, and lives no more than a zombie.
        """
        from vigie.engines import identity as posix
        from vigie.engines import resisting

        return posix.lives(identity) and not resisting.doomed(identity.pid)
