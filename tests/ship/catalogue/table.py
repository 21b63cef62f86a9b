"""``python -m tests.ship.catalogue.table`` writes ``docs/ship-cases.md``: each situation, and what plays it.

Tests of this folder whose names begin with the number of a row (``test_05_...``, ``test_35_36_...``) find their
rows by themselves; tests that lie elsewhere are named here.
"""

from __future__ import annotations

import ast
import os
import re
from functools import cache
from typing import NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PAGE = os.path.join(TOP, "docs", "ship-cases.md")

NO_FOLLOW = "not yet: comes with the server that follows a branch by itself"


class Row(NamedTuple):
    """One situation. ``elsewhere``: ``file::test`` below ``tests``; ``unplayed``: what cannot be played here."""

    number: int
    situation: str
    answer: str
    elsewhere: tuple[str, ...] = ()
    unplayed: str = ""


class Part(NamedTuple):
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


CATALOGUE = (
    Part(
        "Choosing and staging",
        (
            Row(
                1,
                "Nothing to commit",
                "Pushes what is ahead, verifies the bot, exit 0",
                (
                    "ship/test_carry.py::test_nothing_to_commit_pushes_what_is_ahead",
                    "ship/test_carry.py::test_nothing_to_commit_still_verifies",
                ),
            ),
            Row(
                2,
                "A listed file did not change, others did",
                "Commits nothing else, says which did not change",
                ("ship/test_carry.py::test_unchanged_listed_file_commits_nothing_else",),
            ),
            Row(
                3, "A listed file never existed", "Refuses before anything, offers the nearest name (exit 2)"
            ),
            Row(4, "A listed file was deleted", "Commits the deletion"),
            Row(
                5,
                "Renamed, only the new name listed",
                "Commits the removal of the old name too (found by likeness) and says so",
            ),
            Row(
                6,
                "Spaces, quotes, tab, line end, accents in a name",
                "Committed like any other; names reach git literally, on its input",
                ("ship/landing/test_commit.py::test_odd_names_are_committed",),
            ),
            Row(7, "A name like a pattern or an option", "Meant to the letter, whether it exists or not"),
            Row(
                8,
                "Commas in names",
                "A file of that exact name wins; `--files` repeats; `@list.txt` holds names, one a line",
            ),
            Row(
                9,
                "A listed file is ignored",
                "Refused with the rule, its file and line (exit 2); `.env` never goes",
            ),
            Row(10, "Outside the repository, through a link, inside `.git`", "Refused (exit 2)"),
            Row(
                11,
                "A new file, and then the commit fails",
                "Staged in a copy only: nothing to undo",
                ("ship/landing/test_commit.py::test_a_hook_that_refuses",),
            ),
            Row(
                12,
                "Other work is staged",
                "Stays staged, to the byte",
                ("ship/landing/test_commit.py::test_listed_files_beside_staged_work",),
            ),
            Row(13, "A listed file was staged in part", "The whole file goes, with a warning"),
            Row(
                14,
                "Another repository in the folder",
                "Left out of everything and named; listed: refused (exit 2)",
            ),
            Row(
                15,
                "A submodule changed",
                "Its edits are its own; a new commit goes only if listed or staged, and only if its remote has it",
                ("ship/remote/test_push_submodules.py::test_a_commit_that_only_this_disk_has",),
            ),
            Row(
                16,
                "Git LFS meant, not installed",
                "Refused before the raw file gets in (exit 3), like encryption and required filters",
            ),
            Row(
                17,
                "Over 100 MB, or many",
                "Refused, also when an earlier unpushed commit holds it; 50 MB warn",
                (
                    "ship/secrets/test_scan.py::test_sizes_that_github_warns_of_and_refuses",
                    "ship/secrets/test_scan.py::test_a_file_of_more_than_100_mib",
                ),
            ),
            Row(
                18,
                "A file changes while it is staged",
                "What was read goes; the file is named; never again in a loop",
            ),
            Row(19, "`core.safecrlf = true` forbids it", "Refused with file and setting (exit 3)"),
            Row(
                20,
                "Case-only renames, reserved names, long paths",
                "Old name leaves; new reserved names refused (exit 3); forbidden letters and long paths told",
                unplayed="a disk without letter case is played by `core.ignorecase` and the index, not by a real one",
            ),
            Row(
                21,
                'Junk in "all"',
                "New databases, sessions, caches left out and named; known ones are the person's",
            ),
        ),
    ),
    Part(
        "Secrets and preflight",
        (
            Row(
                22,
                "A token in a staged file",
                "Refused: file, line, kind, four characters (exit 3); what is staged counts, not the disk",
                (
                    "ship/secrets/test_scan.py::test_a_token_in_what_is_staged",
                    "ship/secrets/test_scan.py::test_what_is_staged_counts_not_what_lies_on_disk",
                    "ship/secrets/test_scan.py::test_a_refusal_tells_all_but_the_secret",
                ),
            ),
            Row(
                23,
                "A token in an earlier unpushed commit",
                "Refused with the commit's name, also when a later one took it out",
                (
                    "ship/secrets/test_scan.py::test_a_secret_added_and_taken_out_again_still_counts",
                    "ship/secrets/test_scan.py::test_what_the_remote_has_is_not_looked_at",
                ),
            ),
            Row(
                24,
                "A value of `.env` in code, any shape",
                "Refused: the values themselves are looked for",
                (
                    "ship/secrets/test_scan.py::test_own_values_are_found_and_named",
                    "ship/secrets/test_own_values.py::test_any_value_is_found_anywhere",
                ),
            ),
            Row(
                25,
                "A syntax error in a changed `.py`",
                "Refused; the bot's own Python judges what is staged",
                (
                    "ship/proof/test_preflight.py::test_a_syntax_error_is_refused_with_its_place",
                    "ship/proof/test_preflight.py::test_what_will_be_committed_counts_and_not_the_disk",
                    "ship/proof/test_syntax.py::test_the_bots_own_python_has_the_last_word",
                ),
            ),
            Row(
                26,
                "A new import that is not installed",
                "Not looked for: the trial after the restart shows it, and what went wrong is told",
                unplayed="no installing of requirements: vigie does not touch a bot's environment",
            ),
            Row(
                27,
                "Tests hang",
                "The whole process group ends at the time limit",
                ("ship/proof/test_preflight.py::test_a_test_that_hangs_is_ended_whole",),
            ),
        ),
    ),
    Part(
        "The repository's state",
        (
            Row(
                28,
                "Merge, rebase, cherry-pick, revert, bisect, am under way",
                "Refused by name, with the way out (exit 3)",
                ("ship/git/test_operations.py::test_an_operation_in_progress_is_refused_by_its_name",),
            ),
            Row(29, "Conflicts are left", "Refused, the files are named (exit 3)"),
            Row(30, "Detached HEAD", "Refused; the branches that hold the commit are named (exit 3)"),
            Row(
                31,
                "No commit yet",
                "The first commit is made, SHA-256 too",
                ("ship/test_carry.py::test_first_commit_of_a_repository",),
            ),
            Row(
                32,
                "Bare, none, inside `.git`, worktree, `.git` a file",
                "Each told as what it is; worktrees work",
            ),
            Row(33, "Dubious ownership", "Prints git's exact `safe.directory` line, never runs it (exit 1)"),
            Row(
                34,
                "`GIT_DIR`, `GIT_INDEX_FILE` inherited",
                "Dropped; who you are and how to connect is kept",
                ("ship/git/test_environment.py::test_variables_that_lead_git_astray_are_dropped",),
            ),
            Row(
                35,
                "`index.lock` is there",
                "Waits 1.3 s; names the owner; removes it only when certainly nobody's (Linux), else tells (exit 3)",
                (
                    "ship/git/test_index_lock.py::test_a_lock_made_anew_while_the_old_one_was_judged_is_given_back",
                ),
            ),
            Row(
                36,
                "A lock on the branch or HEAD",
                "The same; one on packed branches stops nothing, and goes when it is nobody's",
                ("ship/landing/test_land.py::test_a_branch_that_is_locked",),
            ),
            Row(
                37,
                "Sparse, `skip-worktree`, `assume-unchanged`",
                "A listed one is refused with the line that helps",
            ),
            Row(
                38,
                "A shallow clone",
                "Works; history that is not there is not asked about",
                ("ship/apart/test_repository.py::test_shallow_clone",),
            ),
        ),
    ),
    Part(
        "The commit",
        (
            Row(39, "No name or address", "Told before any hook runs (exit 1)"),
            Row(
                40,
                "A hook says no",
                "Its last lines are shown; nothing has changed; never `--no-verify`",
                (
                    "ship/landing/test_commit.py::test_a_hook_that_refuses",
                    "ship/test_carry.py::test_a_failed_hook_leaves_everything_as_it_was",
                ),
            ),
            Row(
                41,
                "A hook rewrites or adds files",
                "Accepted, told, and no reversal is left in the index",
                (
                    "ship/landing/test_commit.py::test_a_hook_that_formats_is_accepted",
                    "ship/landing/test_commit.py::test_a_hook_that_adds_files_is_accepted",
                ),
            ),
            Row(
                42,
                "pre-commit stashes edits in a running folder",
                "Hooks run in a folder apart; what the bot writes meanwhile is kept",
                (
                    "ship/apart/test_repository.py::test_what_a_bot_writes_while_hooks_stash_is_kept",
                    "ship/apart/test_repository.py::test_a_hook_runs_in_a_folder_of_its_own",
                ),
            ),
            Row(
                43,
                "Hooks in the configuration (git 2.54)",
                "Count as hooks: the commit is then made apart",
                ("ship/apart/test_hooks.py::test_a_hook_in_the_configuration",),
                unplayed="git 2.54 itself, which would run them",
            ),
            Row(
                44,
                "Signing wants a pass phrase",
                "Refused; never an unsigned commit instead",
                (
                    "ship/landing/test_commit.py::test_a_commit_that_cannot_be_signed_is_no_commit",
                    "ship/apart/test_commits.py::test_a_signature_that_waits_for_ever",
                ),
                unplayed="a key that wants a touch",
            ),
            Row(
                45,
                "An odd message",
                "Passed on its input, kept to the byte; empty: refused (exit 2)",
                (
                    "ship/landing/test_commit.py::test_any_message_passes_unharmed",
                    "ship/apart/test_commits.py::test_messages_are_cleaned_up_as_git_does",
                ),
            ),
            Row(
                46,
                "PowerShell 5.1 drops quotes",
                "Words go through a file, not through its command line",
                ("cli/test_commit_and_restart.py::test_message_and_files_arrive_undamaged",),
                "PowerShell itself runs on the workflow's Windows and where it is installed",
            ),
            Row(47, "Full disk", "Told; nothing changed, no lock left"),
            Row(48, "Two runs at once", "The second says who, since when, at which step (exit 3)"),
            Row(
                49,
                "Another program keeps a file",
                "Named, nothing staged (exit 1)",
                unplayed="the Windows half runs on the workflow's Windows",
            ),
            Row(
                50,
                "Our own deadline for `git commit`",
                "SIGTERM to the group, so that git removes its locks; SIGKILL 3 s later",
                (
                    "ship/git/test_process_group.py::test_polite_signal_comes_first",
                    "ship/landing/test_commit.py::test_a_hook_that_takes_too_long_is_ended",
                ),
            ),
        ),
    ),
    Part(
        "The push",
        (
            Row(
                51,
                "No upstream",
                "Pushes to the only remote by full name; follows it only after success",
                ("ship/remote/test_push.py::test_a_new_branch_is_made_there",),
            ),
            Row(
                52,
                "The remote has moved",
                "Told; `--rebase` replays our commits apart, brings them over, and refuses whatever would be lost",
                (
                    "ship/remote/test_rebase.py::test_our_commit_comes_to_lie_on_theirs",
                    "ship/remote/test_rebase.py::test_a_conflict_is_told_by_its_files",
                    "ship/remote/test_rebase_over.py::test_the_folder_follows",
                    "ship/remote/test_rebase_over.py::test_an_edit_in_the_way",
                ),
            ),
            Row(
                53,
                "Force push",
                "Never",
                (
                    "ship/remote/test_push.py::test_a_remote_that_went_on_is_never_forced",
                    "ship/remote/test_push.py::test_a_rewritten_branch_is_not_forced",
                ),
            ),
            Row(
                54,
                "Unreachable",
                "Three tries; the commit is kept; the bot is verified all the same (exit 1)",
                (
                    "ship/remote/test_push.py::test_an_unreachable_server_is_tried_three_times",
                    "ship/test_carry.py::test_unreachable_remote_is_tried_three_times",
                ),
            ),
            Row(
                55,
                "A prompt for a password",
                "Nobody is asked; told as a matter of credentials",
                (
                    "ship/remote/test_push.py::test_nobody_is_asked_for_a_password",
                    "ship/transport/test_http.py::test_no_or_a_wrong_password",
                    "ship/transport/test_ssh.py::test_a_key_behind_a_passphrase",
                ),
            ),
            Row(
                56,
                "A push that hangs",
                "Ends at the deadline with its ssh, helpers and hooks",
                (
                    "ship/transport/test_hanging.py::test_a_server_that_accepts_and_says_nothing",
                    "ship/transport/test_hanging.py::test_an_ssh_proxy_that_hangs",
                    "ship/transport/test_hanging.py::test_a_credential_helper_that_hangs",
                ),
            ),
            Row(
                57,
                "The pre-push hook says no",
                "Told as that, the commit is kept",
                ("ship/remote/test_push.py::test_own_pre_push_hook",),
            ),
            Row(
                58,
                "A rule of the server",
                "Its code and words are shown; no second try",
                (
                    "ship/remote/test_push.py::test_a_rule_of_the_server",
                    "ship/transport/test_http.py::test_a_hook_of_the_server",
                ),
                "GitHub itself: its answers are played",
            ),
            Row(
                59,
                "Whether it arrived is unknown",
                "The remote is asked",
                (
                    "ship/transport/test_http.py::test_a_success_that_was_never_told",
                    "ship/transport/test_ssh.py::test_a_line_that_is_cut_after_the_commits_arrived",
                ),
            ),
            Row(
                60,
                "HEAD moves between commit and push",
                "The recorded commit is pushed",
                ("ship/remote/test_push.py::test_the_recorded_commit_is_pushed_not_what_came_after",),
            ),
            Row(
                61,
                "Killed after the commit",
                "The next run knows, and pushes exactly that commit, or takes it back",
                (
                    "ship/test_kill_anywhere.py::test_a_ship_killed_at_whatever_point_loses_nothing_and_comes_to_its_end",
                ),
            ),
        ),
    ),
    Part(
        "The bot",
        (
            Row(
                62,
                "Offline before and after",
                "Started; never rolled back (exit 4)",
                (
                    "ship/test_carry.py::test_a_bot_that_does_not_come_back_is_exit_4",
                    "ship/test_carry.py::test_a_bot_that_was_offline_is_started",
                ),
            ),
            Row(
                63,
                "Dies between commit and push",
                "Restarted; blamed only if the new code ran",
                ("ship/test_carry.py::test_a_bot_that_stopped_meanwhile_is_restarted",),
            ),
            Row(
                64,
                "Alive with the old code",
                "Online is not deployed: the commit it runs is looked at",
                ("ship/proof/test_proof.py::test_the_old_code_online_is_not_the_new_code_deployed",),
            ),
            Row(
                65,
                "Dies after 40 s",
                "Same process, well for the whole window, or not proven",
                (
                    "ship/proof/test_proof.py::test_a_death_or_another_process_ends_it_at_once",
                    "ship/proof/test_proof.py::test_every_course_ends_in_time_and_every_verdict_is_earned",
                ),
            ),
            Row(
                66,
                "A supervisor restarts it all the time",
                "Another process is another one: not proven",
                (
                    "ship/proof/test_proof.py::test_a_crash_loop_is_never_called_healthy",
                    "cli/test_ship_door.py::test_a_monitor_that_brings_it_back_is_not_taken_for_health",
                ),
            ),
            Row(
                67,
                "Two instances",
                "The old one is gone before the new one starts",
                (
                    "engines/contract.py::test_a_second_copy_is_refused_and_the_first_unharmed",
                    "cli/test_ship_door.py::test_restarting_makes_another_process_of_the_commit_that_lies_there",
                ),
            ),
            Row(
                68,
                "No internet during the check",
                "Nobody is blamed, no rollback, time is given back",
                (
                    "ship/proof/test_proof.py::test_nobody_is_blamed_while_the_machine_is_cut_off",
                    "ship/proof/test_proof.py::test_time_without_a_network_is_given_back",
                ),
            ),
            Row(
                69,
                "Token revoked",
                "The bot's last words are told, the platform's refusal among them; nothing more is tried",
                ("cli/test_ship_door.py::test_the_last_words_are_the_new_copys_and_no_secret_is_in_them",),
                unplayed="the login of a platform",
            ),
            Row(
                70,
                "A restart loop burns the platform's limits",
                "`restarts_per_day` counts every start, ours too",
                ("core/test_crash_loop.py::test_the_day_has_so_many_restarts",),
            ),
            Row(
                71,
                "The old version is unhealthy too",
                "One way back, then told (exit 4)",
                ("ship/test_second_half.py::test_there_is_one_way_back_only",),
            ),
            Row(
                72,
                "Data changed by the new version",
                "Data is never put back; files that git does not know stay as they are",
                unplayed="no copies of databases are made: a bot's data are its own",
            ),
            Row(
                73,
                "The tool is among the deployed files",
                "Everything a run needs is loaded, or lies outside the folder",
                unplayed="vigie is installed as a package of its own; nobody deploys it by itself",
            ),
            Row(
                74,
                "The clock jumps",
                "Windows are measured with a clock that never goes back",
                ("ship/proof/test_proof.py::test_our_own_lateness_voids_what_was_being_measured",),
            ),
            Row(
                75,
                "Reboot in the middle",
                "The journal is looked at, not believed; process numbers of another boot mean nothing",
                (
                    "runtime/test_remembered.py::test_a_reboot_is_nobodys_death",
                    "ship/test_journal.py::test_a_line_that_was_cut_short_was_never_begun",
                ),
            ),
        ),
    ),
    Part(
        "Following a branch",
        (
            Row(76, "Force-pushed upstream", NO_FOLLOW),
            Row(
                77,
                "A commit brings a path that is ignored here",
                "The way back refuses rather than overwrite; for new commits " + NO_FOLLOW,
                ("ship/back/test_bring_over.py::test_whatever_is_in_the_way_is_named_and_nothing_changes",),
            ),
            Row(78, "A commit that is known to be bad", NO_FOLLOW + "; `vigie releases` remembers it"),
            Row(79, "New commits during the window", NO_FOLLOW),
            Row(80, "Webhooks", NO_FOLLOW),
            Row(81, "Remote gone for days", NO_FOLLOW + "; the way back needs no remote"),
            Row(82, "A broken mirror", NO_FOLLOW),
        ),
    ),
)


def rows() -> tuple[Row, ...]:
    """Return all rows in their order."""
    return tuple(row for part in CATALOGUE for row in part.rows)


@cache
def functions(file: str) -> frozenset[str]:
    """Return the names of all functions in a file below ``tests``."""
    with open(os.path.join(TOP, "tests", file), encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def numbered() -> dict[int, list[str]]:
    """Return the tests of this folder by the rows in their names."""
    found: dict[int, list[str]] = {}
    for name in sorted(os.listdir(HERE)):
        if name.startswith("test_"):
            for function in sorted(functions(f"ship/catalogue/{name}")):
                numbers = re.match(r"test((_\d\d)+)_", function)
                for number in numbers[1].split("_")[1:] if numbers else ():
                    found.setdefault(int(number), []).append(f"ship/catalogue/{name}::{function}")
    return found


def played(row: Row) -> tuple[str, ...]:
    """Return every test that plays a row."""
    return (*numbered().get(row.number, ()), *row.elsewhere)


def page() -> str:
    """Return the whole page."""
    lines = [
        "# Every situation of a ship, and the test that plays it",
        "",
        "Written by `python -m tests.ship.catalogue.table`. Everything that is known to go wrong between an edit and",
        "a bot that runs it, numbered. Tests lie below `tests/`; those of `ship` use real git in real repositories.",
    ]
    mine = numbered()
    for part in CATALOGUE:
        lines += [
            "",
            f"## {part.title}",
            "",
            "| | situation | what vigie does | played by |",
            "|---|---|---|---|",
        ]
        for row in part.rows:
            tests = (*mine.get(row.number, ()), *row.elsewhere)
            cells = [f"`{test}`" for test in tests]
            if row.unplayed:
                cells.append(f"*not played: {row.unplayed}*")
            if not cells:
                cells.append("*not played*")
            lines.append(f"| {row.number} | {row.situation} | {row.answer} | {'<br>'.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with open(PAGE, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(page())
