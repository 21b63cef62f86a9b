"""The lock file: exact, with hashes, for every system, and naming no address and no folder of anybody's."""

from __future__ import annotations

import os
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(name: str) -> str:
    """Return a file of the repository."""
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def pins() -> dict[str, str]:
    """Return each package of the lock file and everything said about it."""
    entries = re.sub(r"^#.*\n", "", read("requirements.lock"), flags=re.MULTILINE)
    found = {}
    for entry in entries.replace("\\\n", " ").splitlines():
        name, _, rest = entry.partition("==")
        found[name] = rest
    return found


def test_every_package_is_exact_and_has_hashes() -> None:
    """One version each, and the hash of every file that may be downloaded."""
    for name, rest in pins().items():
        version, _, _ = rest.partition(" ")
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name


def test_no_address_and_no_folder_is_named() -> None:
    """Where packages come from is the business of whoever installs them."""
    text = read("requirements.lock")
    assert not re.search(r"://|file:| @ |--index|--find-links|--extra|/|\\(?!\n)", text)


def test_what_the_project_asks_for_is_what_is_locked() -> None:
    """Each dependency of the project, its development and its building is there, in a version it allows."""
    project = tomllib.loads(read("pyproject.toml"))
    asked = (
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    )
    locked = pins()
    for text in asked:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        assert name in locked, text
        assert requirement.specifier.contains(locked[name].partition(" ")[0]), text


def test_it_is_meant_for_every_system() -> None:
    """What only Windows needs is there too, and no package is left out on a system by accident."""
    assert "sys_platform == 'win32'" in pins()["colorama"]
    for name in ("psutil", "pytest", "mypy", "ruff", "coverage"):
        assert "platform" not in pins()[name].partition("--hash")[0]
