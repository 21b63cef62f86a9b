"""Lets a Windows console understand colour sequences, where it can."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _PROCESS_SEQUENCES = 0x0004
    """ENABLE_VIRTUAL_TERMINAL_PROCESSING (SetConsoleMode): Windows 10 1511 and later."""

    def understands_colour(descriptor: int) -> bool:
        """Switch the console behind ``descriptor`` to understanding colour; tell whether it does."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(descriptor))
        mode = wintypes.DWORD()
        if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            return False
        return bool(kernel.SetConsoleMode(handle, mode.value | _PROCESS_SEQUENCES))
