"""Where a push goes: chosen from the configuration the way git chooses, and told when it cannot be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

from vigie.problems import Failure
from vigie.ship.display import listed, masked, printable
from vigie.ship.git.command import Git
from vigie.ship.git.repository import BRANCHES

_DEFAULT = "origin"
_PUSH_TO_UPSTREAM = ("upstream", "tracking")


class Target(NamedTuple):
    """One branch of one remote. ``sets_upstream``: the local branch follows nothing yet."""

    remote: str
    ref: str
    sets_upstream: bool
    own_ssh: bool
    """The person configured how to connect over ssh."""

    @property
    def shown(self) -> str:
        """The target as people write it: ``origin/main``; the remote may be an address."""
        return f"{printable(masked(self.remote))}/{printable(self.ref.removeprefix(BRANCHES))}"

    @property
    def tracking_ref(self) -> str:
        """Where git remembers what it last saw there."""
        return f"refs/remotes/{self.remote}/{self.ref.removeprefix(BRANCHES)}"


def read_configuration(git: Git) -> dict[str, str]:
    """Return the settings that decide about a push; of several values the last, which is the strongest."""
    names = r"^(branch\..*\.(remote|merge|pushremote)|remote\..*\.(url|pushurl)|remote\.pushdefault|"
    names += r"push\.default|core\.sshcommand)$"
    outcome = git.query("config", "-z", "--get-regexp", names)
    pairs = (os.fsdecode(entry).partition("\n") for entry in outcome.out.split(b"\0") if entry)
    return {name: value for name, _, value in pairs}


def choose_target(configuration: Mapping[str, str], branch: str) -> Target:
    """Return where ``branch`` (its full name) is pushed.

    The remote: the branch's own, else ``remote.pushDefault``, else what it follows, else the only one, else
    ``origin``. The name there is the same, unless ``push.default`` says ``upstream``: a branch that
    was begun from ``origin/main`` follows it without being meant for it. Raises ``Failure``.
    """
    section = f"branch.{branch.removeprefix(BRANCHES)}"
    followed = configuration.get(f"{section}.remote", "")
    if followed == ".":  # another local branch
        followed = ""
    own = configuration.get(f"{section}.pushremote") or configuration.get("remote.pushdefault")
    remote = own or followed or _only_remote(configuration)
    upstream = configuration.get(f"{section}.merge", "") if followed else ""
    to_upstream = configuration.get("push.default") in _PUSH_TO_UPSTREAM and upstream and remote == followed
    return Target(
        remote,
        upstream if to_upstream else branch,
        sets_upstream=not upstream,
        own_ssh="core.sshcommand" in configuration,
    )


def tracked_ref(git: Git, target: Target) -> str | None:
    """Return where git keeps what it last saw at the target, None when nothing maps the branch.

    The remote's ``fetch`` lines decide, as for git itself (gitglossary(7), "refspec").
    """
    outcome = git.query("config", "-z", "--get-all", f"remote.{target.remote}.fetch")
    lines = [os.fsdecode(line) for line in outcome.out.split(b"\0") if line]
    if any(_mapped(f"{line[1:]}:x", target.ref) for line in lines if line.startswith("^")):
        return None
    found = (_mapped(line.removeprefix("+"), target.ref) for line in lines if not line.startswith("^"))
    return next((ref for ref in found if ref), None)


def _mapped(line: str, ref: str) -> str:
    """Return where ``source:destination``, with at most one star on each side, puts ``ref``; "" nowhere."""
    source, _, destination = line.partition(":")
    before, star, after = source.partition("*")
    if not star:
        return destination if source == ref else ""
    if len(ref) < len(before) + len(after) or not (ref.startswith(before) and ref.endswith(after)):
        return ""
    return destination.replace("*", ref[len(before) : len(ref) - len(after)], 1)


def _only_remote(configuration: Mapping[str, str]) -> str:
    remotes = sorted(
        {
            name.removeprefix("remote.").rpartition(".")[0]
            for name in configuration
            if name.startswith("remote.") and name.endswith((".url", ".pushurl"))
        }
    )
    if not remotes:
        raise Failure("ship.no-remote")
    if len(remotes) == 1:
        return remotes[0]
    if _DEFAULT in remotes:
        return _DEFAULT
    raise Failure("ship.which-remote", remotes=listed(remotes))


def set_upstream(git: Git, target: Target, branch: str) -> bool:
    """Let ``branch`` follow the target; False when the configuration could not be written."""
    section = f"branch.{branch.removeprefix(BRANCHES)}"
    written = (("remote", target.remote), ("merge", target.ref))
    return all(git.query("config", f"{section}.{name}", value).code == 0 for name, value in written)
