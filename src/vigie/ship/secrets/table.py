"""All rules, in the order in which they are asked: of two that find the same the first counts."""

from __future__ import annotations

from vigie.ship.secrets import chat_rules, cloud_rules, key_rules

RULES = (*chat_rules.RULES, *cloud_rules.RULES, *key_rules.RULES)

IN_ANY_FILE = tuple(rule for rule in RULES if rule.kind == "private-key")
"""What is looked for in files that are no text, where letters that happen to fit mean nothing."""

KINDS = tuple(dict.fromkeys(rule.kind for rule in RULES))
OWN_VALUE = "own-value"
"""The kind of a value of the project's ``.env`` that no rule knows."""
