"""CHOOSES what goes into a commit, and says what does not."""
