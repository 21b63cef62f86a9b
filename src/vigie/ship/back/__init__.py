"""THE WAY BACK: the last version that ran well, as a new commit, brought into the folder without losing a byte.

``revert`` builds the commit aside, ``bring_over`` lets the folder follow by a guarded fast-forward and completes
what was cut short, ``standing`` tells from the world how far that had come, and ``release_folder`` lays
a version out beside the folder when the person's own edits are in the way.
"""
