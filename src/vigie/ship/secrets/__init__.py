"""KEEPS SECRETS HOME: reads all that would be published and finds what must never be.

``scan.py`` is the way in. Texts are searched as bytes (UTF-8), so that no file is too strange to be read. A
secret that was found never leaves ``match.py``: what is told is where it lies, of what kind it is, its
first four characters and its SHA-256.

- ``table.py``: the rules, from ``chat_rules``, ``cloud_rules`` and ``key_rules``; ``search.py`` applies them
- ``own_values.py``: the values of the project's ``.env``, in every form of ``forms.py``
- ``allowed.py``: what the person allows, by a comment on the line or in ``.vigie-allow``
- ``blobs.py``, ``unpublished.py``: what git would publish
- ``finding.py``, ``refuse.py``: what is told of it
"""
