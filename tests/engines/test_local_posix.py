"""x"""

from __future__ import annotations
from tests.engines.contract import EngineContract


class TestLocalPosix(EngineContract):
    """The contract, on real processes."""
