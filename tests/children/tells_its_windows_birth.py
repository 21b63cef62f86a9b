"""Writes what it was born with on Windows as JSON into the file given as its argument, then sleeps.

``handle N`` after the file: also which file, if any, is behind this handle.
"""

import ctypes
import json
import os
import sys
import time

assert sys.platform == "win32"

kernel32 = ctypes.WinDLL("kernel32")
path_of = kernel32.GetFinalPathNameByHandleW
path_of.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32)


def file_behind(handle: int) -> str:
    """Return the path of the file behind a handle of this process, "" when there is none."""
    path = ctypes.create_unicode_buffer(1024)
    path_of(handle, path, len(path), 0)
    return path.value


on_console = (ctypes.c_uint32 * 64)()
arguments = sys.argv[2:]
handle = int(arguments[1]) if arguments[:1] == ["handle"] else None
birth = {
    "arguments": arguments,
    "directory": os.getcwd(),
    "environment": dict(os.environ),
    "input": sys.stdin.read(),
    "console": list(on_console[: kernel32.GetConsoleProcessList(on_console, 64)]),
    "handle": file_behind(handle) if handle is not None else "",
    "pid": os.getpid(),
}
with open(sys.argv[1] + ".new", "w", encoding="utf-8") as file:
    json.dump(birth, file)
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
