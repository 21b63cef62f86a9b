"""The last catch: what went wrong becomes one clear message and the right exit code, never a traceback."""

from __future__ import annotations

import os
import time

from vigie import __version__
from vigie.cli.output import Output
from vigie.messages import has, say
from vigie.problems import FAILED, INTERRUPTED, Problem


def tell_problem(problem: Problem, output: Output) -> int:
    """Say what was found, what was expected and what to do next; return the exit code."""
    message, hint = worded(problem, output.language)
    if output.as_json:
        output.json({"error": error_object(problem, output.language)})
        return problem.exit_code
    output.complain("ERROR", message)
    lines = problem.values.get("lines")
    if isinstance(lines, list):
        for line in lines:
            output.complain_plain(f"    {line}")
    if hint is not None:
        output.complain("INFO", hint)
    return problem.exit_code


def error_object(problem: Problem, language: str) -> dict[str, object]:
    """Return the contract's ``error`` object."""
    message, hint = worded(problem, language)
    return {"code": problem.code, "message": message, "hint": hint}


def worded(problem: Problem, language: str) -> tuple[str, str | None]:
    """Return the sentence and the advice that follows it, if there is any."""
    hint = f"{problem.key}.hint"
    advice = say(language, hint, **problem.values) if has(hint) else None
    return say(language, problem.key, **problem.values), advice


def tell_interrupted(output: Output) -> int:
    """Ctrl-C."""
    if output.as_json:
        output.json(
            {
                "error": {
                    "code": "interrupted",
                    "message": say(output.language, "cli.interrupted"),
                    "hint": None,
                }
            }
        )
    else:
        output.complain("WARNING", say(output.language, "cli.interrupted"))
    return INTERRUPTED


def tell_defect(error: BaseException, output: Output, folder: str | None) -> int:
    """A defect of ours: keep what a developer needs in a private file, and say where it lies."""
    path = _keep_report(error, folder)
    key = "cli.defect" if path is None else "cli.defect-kept"
    values = {"kind": type(error).__name__, "path": path}
    message, hint = say(output.language, key, **values), say(output.language, "cli.defect.hint")
    if output.as_json:
        output.json({"error": {"code": "defect", "message": message, "hint": hint}})
    else:
        output.complain("ERROR", message)
        output.complain("INFO", hint)
    return FAILED


def _keep_report(error: BaseException, folder: str | None) -> str | None:
    """Write the trace, without values of variables, to the project's private folder."""
    import platform
    import traceback

    if folder is None or not os.path.isdir(folder):
        return None
    path = os.path.join(folder, f"defect-{time.strftime('%Y%m%d-%H%M%S')}.txt")
    text = f"vigie {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    text += "".join(traceback.format_exception(error))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path
