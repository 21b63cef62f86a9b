"""Every Windows name we borrow, with its exact signature; nothing here decides anything.

Types have the width that Windows gives them, not the one of the system this is read on, so the layouts can
be checked anywhere: ``c_ulong`` and ``c_wchar`` are twice as wide on Linux. A function returns what Windows
returns; after a failure ``last_error`` tells why (``use_last_error``: ctypes keeps the number safe from
what the interpreter itself calls in between). Source of all: learn.microsoft.com, and the headers' names are
kept for whatever is looked up there.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import POINTER, c_int32, c_int64, c_size_t, c_uint16, c_uint32, c_void_p, c_wchar_p

BOOL = c_int32
DWORD = c_uint32
HANDLE = c_void_p
PDWORD = POINTER(DWORD)

# errors (winerror.h)
ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_OUTOFMEMORY = 14
ERROR_SHARING_VIOLATION = 32
ERROR_HANDLE_DISK_FULL = 39
ERROR_INVALID_PARAMETER = 87
ERROR_DISK_FULL = 112
ERROR_INVALID_NAME = 123
ERROR_ALREADY_EXISTS = 183
ERROR_BAD_EXE_FORMAT = 193
ERROR_FILENAME_EXCED_RANGE = 206
ERROR_EXE_MACHINE_TYPE_MISMATCH = 216
ERROR_MORE_DATA = 234
ERROR_DIRECTORY = 267
ERROR_ELEVATION_REQUIRED = 740
ERROR_COMMITMENT_LIMIT = 1455
ERROR_NO_SYSTEM_RESOURCES = 1450

# rights (winnt.h)
SYNCHRONIZE = 0x0010_0000
PROCESS_TERMINATE = 0x0001
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
JOB_OBJECT_QUERY = 0x0004
JOB_OBJECT_TERMINATE = 0x0008
GENERIC_READ = 0x8000_0000
GENERIC_WRITE = 0x4000_0000
FILE_APPEND_DATA = 0x0004
FILE_READ_ATTRIBUTES = 0x0080
FILE_WRITE_ATTRIBUTES = 0x0100

# files (winnt.h, fileapi.h)
FILE_SHARE_READ = 1
FILE_SHARE_WRITE = 2
FILE_SHARE_DELETE = 4
OPEN_EXISTING = 3
OPEN_ALWAYS = 4
FILE_ATTRIBUTE_NORMAL = 0x80
INVALID_HANDLE_VALUE = c_void_p(-1).value

# new processes (processthreadsapi.h, WinBase.h)
CREATE_NEW_PROCESS_GROUP = 0x0000_0200
CREATE_UNICODE_ENVIRONMENT = 0x0000_0400
EXTENDED_STARTUPINFO_PRESENT = 0x0008_0000
CREATE_BREAKAWAY_FROM_JOB = 0x0100_0000
CREATE_NO_WINDOW = 0x0800_0000
STARTF_USESTDHANDLES = 0x0000_0100
PROC_THREAD_ATTRIBUTE_HANDLE_LIST = 0x0002_0002
PROC_THREAD_ATTRIBUTE_JOB_LIST = 0x0002_000D

# waiting (synchapi.h, WinBase.h)
WAIT_OBJECT_0 = 0
INFINITE = 0xFFFF_FFFF

# jobs (winnt.h): JOBOBJECTINFOCLASS and limits
JOB_OBJECT_BASIC_ACCOUNTING_INFORMATION = 1
JOB_OBJECT_BASIC_PROCESS_ID_LIST = 3
JOB_OBJECT_EXTENDED_LIMIT_INFORMATION = 9
JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION = 0x0400

# the table of processes (tlhelp32.h), consoles (consoleapi2.h), Restart Manager (RestartManager.h)
TH32CS_SNAPPROCESS = 2
CTRL_BREAK_EVENT = 1
CCH_RM_SESSION_KEY = 32
MAX_PATH = 260


class SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("size", DWORD), ("descriptor", c_void_p), ("inherit", BOOL))


class StartupInfo(ctypes.Structure):
    """STARTUPINFOW."""

    _fields_ = (
        ("size", DWORD),
        ("reserved", c_void_p),
        ("desktop", c_void_p),
        ("title", c_void_p),
        ("x", DWORD),
        ("y", DWORD),
        ("width", DWORD),
        ("height", DWORD),
        ("columns", DWORD),
        ("rows", DWORD),
        ("fill", DWORD),
        ("flags", DWORD),
        ("show", c_uint16),
        ("reserved_size", c_uint16),
        ("reserved_bytes", c_void_p),
        ("stdin", HANDLE),
        ("stdout", HANDLE),
        ("stderr", HANDLE),
    )


class StartupInfoEx(ctypes.Structure):
    """STARTUPINFOEXW."""

    _fields_ = (("info", StartupInfo), ("attributes", c_void_p))


class ProcessInformation(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = (("process", HANDLE), ("thread", HANDLE), ("pid", DWORD), ("tid", DWORD))


class FileTime(ctypes.Structure):
    """FILETIME: 100 ns since 1601, UTC."""

    _fields_ = (("low", DWORD), ("high", DWORD))

    def whole(self) -> int:
        """Return both halves as one number."""
        return int(self.high) << 32 | int(self.low)


class JobAccounting(ctypes.Structure):
    """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION."""

    _fields_ = (
        ("user_time", c_int64),
        ("kernel_time", c_int64),
        ("period_user_time", c_int64),
        ("period_kernel_time", c_int64),
        ("page_faults", DWORD),
        ("total", DWORD),
        ("active", DWORD),
        ("terminated", DWORD),
    )


class JobLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: the basic limits, six counters of I/O, four of memory."""

    _fields_ = (
        ("process_time", c_int64),
        ("job_time", c_int64),
        ("flags", DWORD),
        ("smallest_working_set", c_size_t),
        ("largest_working_set", c_size_t),
        ("active_processes", DWORD),
        ("affinity", c_size_t),
        ("priority", DWORD),
        ("scheduling", DWORD),
        ("io", c_int64 * 6),
        ("process_memory", c_size_t),
        ("job_memory", c_size_t),
        ("peak_process_memory", c_size_t),
        ("peak_job_memory", c_size_t),
    )


class JobPids(ctypes.Structure):
    """The head of JOBOBJECT_BASIC_PROCESS_ID_LIST; as many numbers as ``listed`` says follow it."""

    _fields_ = (("assigned", DWORD), ("listed", DWORD))


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", DWORD),
        ("usage", DWORD),
        ("pid", DWORD),
        ("heap", c_size_t),
        ("module", DWORD),
        ("threads", DWORD),
        ("parent", DWORD),
        ("priority", c_int32),
        ("flags", DWORD),
        ("name", c_uint16 * 260),
    )


class FileUser(ctypes.Structure):
    """RM_PROCESS_INFO: who uses a file, as Restart Manager tells it."""

    _fields_ = (
        ("pid", DWORD),
        ("started", FileTime),
        ("application", c_uint16 * 256),
        ("service", c_uint16 * 64),
        ("kind", c_int32),
        ("status", DWORD),
        ("session", DWORD),
        ("restartable", BOOL),
    )


if sys.platform == "win32":
    from typing import Any

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)

    def _bind(name: str, result: Any, *arguments: Any) -> Any:
        function = _kernel32[name]
        function.restype = result
        function.argtypes = arguments
        return function

    last_error = ctypes.get_last_error

    def explain(code: int) -> str:
        """Return what Windows says of an error number, in the user's language."""
        return ctypes.FormatError(code).strip().rstrip(".")

    CloseHandle = _bind("CloseHandle", BOOL, HANDLE)

    CreateFileW = _bind(
        "CreateFileW", HANDLE, c_wchar_p, DWORD, DWORD, POINTER(SecurityAttributes), DWORD, DWORD, HANDLE
    )

    WriteFile = _bind("WriteFile", BOOL, HANDLE, c_void_p, DWORD, PDWORD, c_void_p)
    ReadFile = _bind("ReadFile", BOOL, HANDLE, c_void_p, DWORD, PDWORD, c_void_p)
    SetEndOfFile = _bind("SetEndOfFile", BOOL, HANDLE)

    OpenProcess = _bind("OpenProcess", HANDLE, DWORD, BOOL, DWORD)
    GetProcessId = _bind("GetProcessId", DWORD, HANDLE)
    GetExitCodeProcess = _bind("GetExitCodeProcess", BOOL, HANDLE, PDWORD)
    GetProcessTimes = _bind(
        "GetProcessTimes",
        BOOL,
        HANDLE,
        POINTER(FileTime),
        POINTER(FileTime),
        POINTER(FileTime),
        POINTER(FileTime),
    )
    QueryFullProcessImageNameW = _bind("QueryFullProcessImageNameW", BOOL, HANDLE, DWORD, c_wchar_p, PDWORD)
    TerminateProcess = _bind("TerminateProcess", BOOL, HANDLE, c_uint32)

    InitializeProcThreadAttributeList = _bind(
        "InitializeProcThreadAttributeList", BOOL, c_void_p, DWORD, DWORD, POINTER(c_size_t)
    )
    UpdateProcThreadAttribute = _bind(
        "UpdateProcThreadAttribute",
        BOOL,
        c_void_p,
        DWORD,
        c_size_t,
        c_void_p,
        c_size_t,
        c_void_p,
        POINTER(c_size_t),
    )
    DeleteProcThreadAttributeList = _bind("DeleteProcThreadAttributeList", None, c_void_p)
    CreateProcessW = _bind(
        "CreateProcessW",
        BOOL,
        c_wchar_p,
        c_wchar_p,
        POINTER(SecurityAttributes),
        POINTER(SecurityAttributes),
        BOOL,
        DWORD,
        c_void_p,
        c_wchar_p,
        POINTER(StartupInfoEx),
        POINTER(ProcessInformation),
    )
    GetSystemDirectoryW = _bind("GetSystemDirectoryW", c_uint32, c_wchar_p, c_uint32)

    WaitForSingleObject = _bind("WaitForSingleObject", DWORD, HANDLE, DWORD)
    WaitForMultipleObjects = _bind("WaitForMultipleObjects", DWORD, DWORD, POINTER(HANDLE), BOOL, DWORD)
    CreateEventW = _bind("CreateEventW", HANDLE, POINTER(SecurityAttributes), BOOL, BOOL, c_wchar_p)
    SetEvent = _bind("SetEvent", BOOL, HANDLE)

    CreateJobObjectW = _bind("CreateJobObjectW", HANDLE, POINTER(SecurityAttributes), c_wchar_p)
    OpenJobObjectW = _bind("OpenJobObjectW", HANDLE, DWORD, BOOL, c_wchar_p)
    IsProcessInJob = _bind("IsProcessInJob", BOOL, HANDLE, HANDLE, POINTER(BOOL))
    QueryInformationJobObject = _bind(
        "QueryInformationJobObject", BOOL, HANDLE, c_int32, c_void_p, DWORD, PDWORD
    )
    SetInformationJobObject = _bind("SetInformationJobObject", BOOL, HANDLE, c_int32, c_void_p, DWORD)
    TerminateJobObject = _bind("TerminateJobObject", BOOL, HANDLE, c_uint32)

    CreateToolhelp32Snapshot = _bind("CreateToolhelp32Snapshot", HANDLE, DWORD, DWORD)
    Process32FirstW = _bind("Process32FirstW", BOOL, HANDLE, POINTER(ProcessEntry))
    Process32NextW = _bind("Process32NextW", BOOL, HANDLE, POINTER(ProcessEntry))

    FreeConsole = _bind("FreeConsole", BOOL)
    AttachConsole = _bind("AttachConsole", BOOL, DWORD)
    GetConsoleProcessList = _bind("GetConsoleProcessList", DWORD, PDWORD, DWORD)
    GenerateConsoleCtrlEvent = _bind("GenerateConsoleCtrlEvent", BOOL, DWORD, DWORD)

    def restart_manager() -> Any:
        """Load Restart Manager, which only rare questions need. Its functions return their error number."""
        library = ctypes.WinDLL("rstrtmgr")
        library.RmStartSession.argtypes = (PDWORD, DWORD, POINTER(c_uint16))
        library.RmRegisterResources.argtypes = (
            DWORD,
            c_uint32,
            POINTER(c_wchar_p),
            c_uint32,
            c_void_p,
            c_uint32,
            c_void_p,
        )
        library.RmGetList.argtypes = (
            DWORD,
            POINTER(c_uint32),
            POINTER(c_uint32),
            POINTER(FileUser),
            PDWORD,
        )
        library.RmEndSession.argtypes = (DWORD,)
        for name in ("RmStartSession", "RmRegisterResources", "RmGetList", "RmEndSession"):
            getattr(library, name).restype = DWORD
        return library
