"""The file in which the PowerShell door hands words over, so that no quoting rule can damage them."""

from __future__ import annotations

import json

from vigie.cli.arguments import LANGUAGES, Request
from vigie.problems import UsageProblem

LONGEST = 1024 * 1024


def opened(request: Request) -> tuple[Request, str, str | None]:
    """Return the request as if its words had been given on the command line, its door, and its folder.

    The file is UTF-8 JSON: ``{"message": text|null, "files": [text]|null, "lang", "json", "quiet",
    "project", "beside"}``. Raises ``UsageProblem`` for anything else.
    """
    path = request.value("--request") or ""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(LONGEST).decode("utf-8-sig"))
    except OSError as error:
        raise UsageProblem("cli.request-unreadable", path=path, why=error.strerror or "") from None
    except (ValueError, RecursionError):
        raise UsageProblem("cli.request-damaged", path=path) from None
    if not isinstance(found, dict):
        raise UsageProblem("cli.request-damaged", path=path)
    options = {name: value for name, value in request.options.items() if name != "--request"}
    for name in ("message", "lang", "project"):
        value = found.get(name)
        if isinstance(value, str) and (value or name == "message"):
            options[f"--{name}"] = value
    for name in ("json", "quiet"):
        if found.get(name) is True:
            options[f"--{name}"] = ""
    if options.get("--lang", "fr") not in LANGUAGES:
        raise UsageProblem("cli.unknown-language", found=options["--lang"])
    files = found.get("files")
    names = tuple(str(name) for name in files) if isinstance(files, list) else ()
    if names:
        options["--files"] = names[-1]
    beside = found.get("beside")
    return (
        Request("ship", (), options, names),
        "commit_and_restart",
        beside if isinstance(beside, str) and beside else None,
    )
