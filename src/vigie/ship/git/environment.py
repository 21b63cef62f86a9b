"""What git's environment is: the person's, without what would lead git astray or make it ask.

Run from a hook or an editor, ``GIT_DIR`` and ``GIT_INDEX_FILE`` point at another repository; every
``GIT_*`` is dropped but those that say who the person is, where their configuration lies and how to connect.
"""

from __future__ import annotations

from collections.abc import Mapping

KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_HTTP_PROXY_AUTHMETHOD",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
    }
)
KEPT_PREFIXES = (
    "GIT_AUTHOR_",
    "GIT_COMMITTER_",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_PROXY_SSL_",
    "GIT_SSL_",
)

UNATTENDED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GCM_GUI_PROMPT": "false",
    # A pager would wait for a key.
    "GIT_PAGER": "",
}
"""No question may be asked: one of these alone is not enough, each silences another asker (an empty
``GIT_ASKPASS`` also keeps git from ``core.askPass`` and ``SSH_ASKPASS``)."""

QUIET_SSH = "ssh -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=3"
"""For ``GIT_SSH_COMMAND`` when the person set no ssh of their own: ask nothing, do not wait for the dead."""

QUIET_HTTP = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": "60"}
"""A transfer over http in which nothing at all moves for a minute is given up. Less than one byte a second,
since a server that checks what it got sends five bytes every five seconds (``receive.keepAlive``)."""


def connection(environ: Mapping[str, str], own_ssh: bool) -> dict[str, str]:
    """Return the variables for a command that reaches a remote: ask nothing, do not wait for the dead.

    ``own_ssh``: the person's configuration says how to connect over ssh; that stays as it is.
    """
    if own_ssh or has_own_ssh(environ):
        return dict(QUIET_HTTP)
    return {**QUIET_HTTP, "GIT_SSH_COMMAND": QUIET_SSH}


def cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment git runs in.

    git's sentences come in English, since some are read here; letters keep the person's encoding, since
    hooks inherit it: so ``LC_ALL``, which would decide both at once, is divided.
    """
    kept = {name: value for name, value in environ.items() if _may_stay(name.upper())}
    everything = kept.pop("LC_ALL", "")
    if everything:
        kept["LC_CTYPE"] = everything
    return {**kept, **UNATTENDED, "LC_MESSAGES": "C", "LANGUAGE": "C"}


def has_own_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the person chose how git connects over ssh."""
    return any(environ.get(name) for name in ("GIT_SSH_COMMAND", "GIT_SSH"))


def _may_stay(name: str) -> bool:
    return not name.startswith("GIT_") or name in KEPT or name.startswith(KEPT_PREFIXES)
