"""What is looked at before a commit: does the code compile, does the project's own test pass."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "preflight.compiled": (
        "Fichiers Python compilés sans erreur: {count}",
        "Python files compiled without error: {count}",
    ),
    "preflight.syntax": (
        "{file} ne compile pas, ligne {line}: {what}",
        "{file} does not compile, line {line}: {what}",
    ),
    "preflight.syntax.hint": (
        "Rien n'a été fait. Corriger cette ligne, puis relancer la même commande"
        " (un fichier qui ne doit pas compiler se commite à la main, avec git).",
        "Nothing was done. Correct that line, then run the same command again"
        " (a file that is not meant to compile is committed by hand, with git).",
    ),
    "preflight.syntax-nowhere": (
        "{file} ne compile pas: {what}",
        "{file} does not compile: {what}",
    ),
    "preflight.syntax-nowhere.hint": (
        "Rien n'a été fait. Corriger ce fichier, puis relancer la même commande"
        " (un fichier qui ne doit pas compiler se commite à la main, avec git).",
        "Nothing was done. Correct that file, then run the same command again"
        " (a file that is not meant to compile is committed by hand, with git).",
    ),
    "preflight.testing": (
        "Test du projet, {seconds} s au plus: {command}",
        "Project test, {seconds} s at most: {command}",
    ),
    "preflight.tested": (
        "Test réussi en {seconds} s",
        "Test passed in {seconds} s",
    ),
    "preflight.test-failed": (
        "Le test du projet a échoué (code {exit_status}): {command}",
        "The project test failed (exit code {exit_status}): {command}",
    ),
    "preflight.test-failed.hint": (
        "Rien n'a été commité. Corriger ce que le test signale ci-dessus, puis relancer la même commande.",
        "Nothing was committed. Cure what the test reports above, then run the same command again.",
    ),
    "preflight.test-timeout": (
        "Le test du projet n'était pas fini après {seconds} s et a été arrêté: {command}",
        "The project test was not finished after {seconds} s and was stopped: {command}",
    ),
    "preflight.test-timeout.hint": (
        "Rien n'a été commité. Voir ce qui le bloque, ou augmenter test_timeout dans [ship] de vigie.toml.",
        "Nothing was committed. See what holds it up, or raise test_timeout in [ship] of vigie.toml.",
    ),
    "preflight.test-not-found": (
        "Le test du projet n'a pas pu être lancé, {program} est introuvable: {command}",
        "The project test could not be started, {program} was not found: {command}",
    ),
    "preflight.test-not-found.hint": (
        "Rien n'a été commité. Vérifier test dans [ship] de vigie.toml; le test part d'une copie"
        " de ce qui sera commité, sans les fichiers ignorés par git.",
        "Nothing was committed. Check test in [ship] of vigie.toml; the test starts from a copy"
        " of what will be committed, without the files that git ignores.",
    ),
    "preflight.test-not-started": (
        "Le test du projet n'a pas pu être lancé ({detail}): {command}",
        "The project test could not be started ({detail}): {command}",
    ),
    "preflight.test-not-started.hint": (
        "Rien n'a été commité. Vérifier test dans [ship] de vigie.toml et les droits du programme nommé.",
        "Nothing was committed. Check test in [ship] of vigie.toml and the rights of the program it names.",
    ),
}
