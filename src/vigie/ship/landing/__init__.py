"""Makes the commit, and lets the person's index and branch follow it, or not."""
