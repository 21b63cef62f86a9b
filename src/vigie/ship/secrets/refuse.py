"""Says no: where each secret lies, how it is made worthless, and how to let it pass if it is none."""

from __future__ import annotations

from vigie.messages import Phrase, has
from vigie.problems import Refusal
from vigie.ship.display import SHORT, listed, printable
from vigie.ship.secrets.finding import Finding, Large, Scan
from vigie.ship.secrets.table import OWN_VALUE

MOST = 20
"""Secrets told, each on its line."""

MEBIBYTE = 1024 * 1024


def refuse(scan: Scan) -> None:
    """Return if all of it may be published; raises ``Refusal`` ``secret.*``, whose ``output`` are phrases."""
    if scan.findings:
        raise _of_secrets(scan.findings)
    refused = tuple(one for one in scan.large if one.refused)
    if refused:
        raise _of_size(refused)


def _of_secrets(findings: tuple[Finding, ...]) -> Refusal:
    old = next((one.commit for one in findings if one.commit is not None), None)
    output = (*_lines(findings), *_rotation(findings), *_ways_through(findings))
    if old is not None and all(one.commit is not None for one in findings):
        return Refusal(
            "secret.in-unpushed",
            count=len(findings),
            files=_files(findings),
            commit=old[:SHORT],
            output=output,
        )
    return Refusal("secret.found", count=len(findings), files=_files(findings), output=output)


def _files(findings: tuple[Finding, ...]) -> object:
    names = list(dict.fromkeys(one.path for one in findings if one.path))
    return listed(names) if names else Phrase("secret.message")


def _lines(findings: tuple[Finding, ...]) -> list[Phrase]:
    lines = [_line(one) for one in findings[:MOST]]
    if len(findings) > MOST:
        lines.append(Phrase("secret.more", count=len(findings) - MOST))
    return lines


def _line(finding: Finding) -> Phrase:
    values = {"place": _place(finding), "kind": _kind(finding), "shown": finding.shown}
    if finding.commit is None:
        return Phrase("secret.line", **values)
    return Phrase("secret.line-commit", commit=finding.commit[:SHORT], **values)


def _place(finding: Finding) -> object:
    if not finding.path:
        return Phrase("secret.message")
    path = printable(finding.path)
    return f"{path}:{finding.line}" if finding.line else path


def _kind(finding: Finding) -> Phrase:
    if finding.kind == OWN_VALUE:
        return Phrase("secret.kind-own-value", variable=printable(finding.variable or ""))
    kind = Phrase(f"secret.kind-{finding.kind}")
    if finding.variable is None:
        return kind
    return Phrase("secret.kind-and-variable", kind=kind, variable=printable(finding.variable))


def _rotation(findings: tuple[Finding, ...]) -> list[Phrase]:
    keys = dict.fromkeys(f"secret.rotate-{one.kind}" for one in findings)
    return [Phrase(key) for key in keys if has(key)]


def _ways_through(findings: tuple[Finding, ...]) -> list[Phrase]:
    first = {one.digest: one for one in reversed(findings[:MOST])}
    rows = [
        Phrase("secret.allow-row", digest=one.digest, place=_place(one)) for one in reversed(first.values())
    ]
    return [Phrase("secret.allow-title"), *rows]


def _of_size(large: tuple[Large, ...]) -> Refusal:
    output = tuple(
        Phrase(
            "secret.large-line" if one.commit is None else "secret.large-line-commit",
            file=printable(one.path),
            size=one.size / MEBIBYTE,
            commit=(one.commit or "")[:SHORT],
        )
        for one in large
    )
    return Refusal(
        "secret.file-too-large", files=listed(list(dict.fromkeys(one.path for one in large))), output=output
    )
