"""What ``ship`` says. The transcript's French lines are the guide's, word for word."""

from __future__ import annotations

from typing import Final

_KEPT_FR: Final = "Le commit est conservé. "
_KEPT_EN: Final = "The commit is kept. "

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # the transcript
    "ship.rule": ("=" * 44, "=" * 44),
    "ship.title": ("COMMIT INTELLIGENT AVEC AUTO-RESTART", "SMART COMMIT WITH AUTO-RESTART"),
    "ship.precheck": ("Vérification du statut initial du bot...", "Checking the bot's initial status..."),
    "ship.was-online": ("Bot détecté comme EN LIGNE", "Bot detected as ONLINE"),
    "ship.was-offline": ("Bot détecté comme HORS LIGNE", "Bot detected as OFFLINE"),
    "ship.stage": ("Stage des fichiers...", "Staging files..."),
    "ship.adding-all": ("Ajout de tous les fichiers modifiés...", "Adding all modified files..."),
    "ship.adding": ("Ajout des fichiers: {files}", "Adding files: {files}"),
    "ship.unchanged": (
        "Sans changement depuis le dernier commit: {files}",
        "Unchanged since the last commit: {files}",
    ),
    "ship.left-out": (
        "Laissés de côté, car jamais commités par ship: {files}",
        "Left out, since ship never commits them: {files}",
    ),
    "ship.partly-staged": (
        "Une partie seulement était dans l'index; le fichier entier est commité: {files}",
        "Only a part had been staged; the whole file is committed: {files}",
    ),
    "ship.nothing-to-commit": ("Rien à commiter: aucun changement", "Nothing to commit: no changes"),
    "ship.commit": ("Commit: '{message}'", "Commit: '{message}'"),
    "ship.committed": ("Commit réussi", "Commit done"),
    "ship.by-hooks": ("Ajoutés au commit par les hooks: {files}", "Added to the commit by hooks: {files}"),
    "ship.index-behind": (
        "Un autre programme garde l'index de git: exécuter 'git reset' avant tout autre commit",
        "Another program keeps git's index: run 'git reset' before any other commit",
    ),
    "ship.push": ("Push vers GitHub...", "Pushing to GitHub..."),
    "ship.push-again": (
        "Réseau injoignable, essai {number} dans {pause} s...",
        "Network unreachable, try {number} in {pause} s...",
    ),
    "ship.pushed": ("Push réussi", "Push done"),
    "ship.nothing-to-push": (
        "Rien à pousser: le dépôt distant est à jour",
        "Nothing to push: the remote repository is up to date",
    ),
    "ship.upstream-not-set": (
        "La branche ne suit pas encore {target}: la configuration de git n'a pas pu être écrite",
        "The branch does not follow {target} yet: git's configuration could not be written",
    ),
    "ship.verify-online": (
        "Bot était EN LIGNE, vérification post-push...",
        "Bot was ONLINE, checking after the push...",
    ),
    "ship.verify-offline": (
        "Bot était HORS LIGNE, vérification post-push...",
        "Bot was OFFLINE, checking after the push...",
    ),
    "ship.still-online": (
        "Bot toujours EN LIGNE, aucune action nécessaire",
        "Bot still ONLINE, nothing to do",
    ),
    "ship.now-online": ("Bot maintenant EN LIGNE", "Bot now ONLINE"),
    "ship.left-offline": (
        "Bot HORS LIGNE; aucun redémarrage n'a été demandé ([ship] restart)",
        "Bot OFFLINE; no restart was asked for ([ship] restart)",
    ),
    "ship.restart-stopped": (
        "Bot arrêté entre-temps, redémarrage...",
        "Bot stopped in the meantime, restarting...",
    ),
    "ship.restart-offline": ("Bot toujours HORS LIGNE, démarrage...", "Bot still OFFLINE, starting..."),
    "ship.restart-always": (
        "Redémarrage du bot avec le nouveau code...",
        "Restarting the bot with the new code...",
    ),
    "ship.restarted": ("Bot redémarré, EN LIGNE", "Bot restarted, ONLINE"),
    "ship.not-back": ("Bot toujours HORS LIGNE après le redémarrage", "Bot still OFFLINE after the restart"),
    "ship.said": ("  {line}", "  {line}"),
    "ship.done": ("WORKFLOW TERMINÉ", "WORKFLOW COMPLETE"),
    "ship.done-offline": (
        "WORKFLOW TERMINÉ, MAIS LE BOT EST HORS LIGNE",
        "WORKFLOW COMPLETE, BUT THE BOT IS OFFLINE",
    ),
    "ship.not-done": ("WORKFLOW ÉCHOUÉ", "WORKFLOW FAILED"),
    # what was typed
    "ship.busy": (
        "Un autre ship est déjà en cours dans ce projet",
        "Another ship is already at work in this project",
    ),
    "ship.busy.hint": (
        "Attendre qu'il finisse, puis relancer la même commande. Rien n'a été fait.",
        "Wait until it is done, then run the same command again. Nothing was done.",
    ),
    "ship.message-empty": ("Le message de commit est vide", "The commit message is empty"),
    "ship.message-empty.hint": (
        'Donner un message, par exemple -m "fix: description", ou aucun: un message par défaut sera composé.',
        'Give a message, such as -m "fix: description", or none at all: a default one will be made.',
    ),
    "ship.no-file-listed": ("La liste de fichiers est vide", "The list of files is empty"),
    "ship.no-file-listed.hint": (
        "Nommer au moins un fichier, par exemple --files commands.py, ou omettre l'option pour tout prendre.",
        "Name at least one file, such as --files commands.py, or leave the option out to take everything.",
    ),
    "ship.file-missing": (
        "Fichier introuvable: {file}. Il n'existe pas et git ne le connaît pas",
        "File not found: {file}. It does not exist and git does not know it",
    ),
    "ship.file-missing.hint": (
        "Les noms se donnent par rapport au dossier du projet, séparés par des virgules. Rien n'a été fait.",
        "Names are relative to the project folder, with commas between. Nothing was done.",
    ),
    "ship.file-misspelt": (
        "Fichier introuvable: {file}. Le nom le plus proche est {nearest}",
        "File not found: {file}. The nearest name is {nearest}",
    ),
    "ship.file-misspelt.hint": (
        "Corriger le nom, puis relancer la même commande. Rien n'a été fait.",
        "Correct the name, then run the same command again. Nothing was done.",
    ),
    "ship.file-outside": (
        "{file} est en dehors du dépôt git {top}",
        "{file} lies outside the git repository {top}",
    ),
    "ship.file-outside.hint": (
        "Seuls les fichiers de ce dépôt peuvent être commités. Rien n'a été fait.",
        "Only files of this repository can be committed. Nothing was done.",
    ),
    "ship.file-in-git": (
        "{file} appartient aux données internes de git",
        "{file} belongs to git's own data",
    ),
    "ship.file-in-git.hint": (
        "Retirer ce nom de la liste. Rien n'a été fait.",
        "Take this name off the list. Nothing was done.",
    ),
    "ship.file-beyond-link": (
        "{file} se trouve derrière le lien symbolique {link}; git ne suit pas les liens",
        "{file} lies beyond the symbolic link {link}; git does not follow links",
    ),
    "ship.file-beyond-link.hint": (
        "Donner le vrai chemin du fichier, ou le lien lui-même. Rien n'a été fait.",
        "Give the file's real path, or the link itself. Nothing was done.",
    ),
    "ship.file-ignored": (
        "{file} est ignoré par la règle '{pattern}' ({source}, ligne {line})",
        "{file} is ignored by the rule '{pattern}' ({source}, line {line})",
    ),
    "ship.file-ignored.hint": (
        "Retirer ce nom de la liste, ou modifier la règle. Rien n'a été fait.",
        "Take this name off the list, or change the rule. Nothing was done.",
    ),
    "ship.file-denied": (
        "{file} n'est jamais commité par ship, comme tout secret, journal, cache ou environnement virtuel",
        "{file} is never committed by ship, like any secret, log, cache or virtual environment",
    ),
    "ship.file-denied.hint": (
        "Retirer ce nom de la liste, ou le commiter à la main avec git. Rien n'a été fait.",
        "Take this name off the list, or commit it by hand with git. Nothing was done.",
    ),
    "ship.file-unusable": (
        "{file} n'est ni un fichier, ni un lien, ni un dossier; git ne peut pas le conserver",
        "{file} is neither a file, nor a link, nor a folder; git cannot keep it",
    ),
    "ship.file-unusable.hint": (
        "Retirer ce nom de la liste. Rien n'a été fait.",
        "Take this name off the list. Nothing was done.",
    ),
    "ship.nested-repository": (
        "{file} est ou contient un autre dépôt git; seul un lien inutilisable serait commité",
        "{file} is, or lies in, another git repository; only a link that nobody can use would be committed",
    ),
    "ship.nested-repository.hint": (
        "Commiter dans ce dépôt-là, ou en faire un sous-module (git submodule add). Rien n'a été fait.",
        "Commit in that repository, or make it a submodule (git submodule add). Nothing was done.",
    ),
    # where we are
    "ship.git-missing": ("git est introuvable dans le PATH", "git was not found on the PATH"),
    "ship.git-missing.hint": (
        "Installer git (https://git-scm.com), ouvrir un nouveau terminal, puis relancer la même commande.",
        "Install git (https://git-scm.com), open a new terminal, then run the same command again.",
    ),
    "ship.git-not-started": (
        "git n'a pas pu être lancé dans {directory}: {detail}",
        "git could not be started in {directory}: {detail}",
    ),
    "ship.git-not-started.hint": (
        "Vérifier que le dossier existe et que git s'exécute: git --version.",
        "Check that the folder exists and that git runs: git --version.",
    ),
    "ship.git-silent": (
        "git {verb} n'a pas répondu en {seconds} s",
        "git {verb} did not answer within {seconds} s",
    ),
    "ship.git-silent.hint": (
        "Lancer 'git status' à la main pour voir ce qui le retient (disque lent, partage réseau).",
        "Run 'git status' by hand to see what holds it up (slow disk, network share).",
    ),
    "ship.git-failed": (
        "git {verb} a échoué (code {code}): {detail}",
        "git {verb} failed (code {code}): {detail}",
    ),
    "ship.git-failed.hint": (
        "Corriger la cause indiquée par git, puis relancer la même commande.",
        "Cure the cause that git names, then run the same command again.",
    ),
    "ship.output-too-large": (
        "La réponse de git {verb} dépasse 64 Mio: trop de fichiers ont changé",
        "The answer of git {verb} is larger than 64 MiB: too many files have changed",
    ),
    "ship.output-too-large.hint": (
        "Ajouter les dossiers générés à .gitignore, puis relancer la même commande.",
        "Add generated folders to .gitignore, then run the same command again.",
    ),
    "ship.not-a-repository": (
        "{directory} n'est pas dans un dépôt git",
        "{directory} is not inside a git repository",
    ),
    "ship.not-a-repository.hint": (
        "Vérifier le dossier (option --project), ou créer le dépôt (git init, git remote add origin URL).",
        "Check the folder (option --project), or make the repository (git init, git remote add origin URL).",
    ),
    "ship.bare-repository": (
        "{directory} est un dépôt git sans fichiers de travail (bare)",
        "{directory} is a git repository without working files (bare)",
    ),
    "ship.bare-repository.hint": (
        "Lancer la commande dans un clone de ce dépôt.",
        "Run the command in a clone of this repository.",
    ),
    "ship.inside-git-folder": (
        "{directory} se trouve dans le dossier .git",
        "{directory} lies inside the .git folder",
    ),
    "ship.inside-git-folder.hint": (
        "Lancer la commande depuis le dossier du projet (option --project).",
        "Run the command from the project folder (option --project).",
    ),
    "ship.dubious-ownership": (
        "Le dépôt {directory} appartient à un autre utilisateur; git refuse d'y travailler",
        "The repository {directory} belongs to another user; git refuses to work in it",
    ),
    "ship.dubious-ownership.hint": (
        'Si ce dépôt est digne de confiance: git config --global --add safe.directory "{directory}"',
        'If you trust this repository: git config --global --add safe.directory "{directory}"',
    ),
    "ship.operation-in-progress": (
        "Une opération git est en cours: {operation}. Un commit maintenant pourrait l'abîmer",
        "A git operation is in progress: {operation}. A commit now could spoil it",
    ),
    "ship.operation-in-progress.hint": (
        "La terminer, ou l'abandonner avec 'git {operation} --abort', puis relancer la même commande.",
        "Finish it, or give it up with 'git {operation} --abort', then run the same command again.",
    ),
    "ship.bisect-in-progress": (
        "Une recherche par bissection est en cours (git bisect). Un commit maintenant pourrait l'abîmer",
        "A search by bisection is in progress (git bisect). A commit now could spoil it",
    ),
    "ship.bisect-in-progress.hint": (
        "La terminer avec 'git bisect reset', puis relancer la même commande.",
        "Finish it with 'git bisect reset', then run the same command again.",
    ),
    "ship.unmerged-files": (
        "Des conflits ne sont pas résolus: {files}",
        "Conflicts are not resolved: {files}",
    ),
    "ship.unmerged-files.hint": (
        "Corriger ces fichiers, puis 'git add' pour chacun, puis relancer la même commande.",
        "Correct these files, then 'git add' each of them, then run the same command again.",
    ),
    "ship.detached-head": (
        "Aucune branche n'est active (HEAD détachée); un commit fait ici pourrait se perdre",
        "No branch is checked out (detached HEAD); a commit made here could get lost",
    ),
    "ship.detached-head.hint": (
        "Revenir sur une branche (git switch main) ou en créer une ici (git switch -c nom).",
        "Go back to a branch (git switch main) or make one here (git switch -c name).",
    ),
    "ship.no-identity": (
        "git ne sait pas au nom de qui faire le commit",
        "git does not know in whose name to commit",
    ),
    "ship.no-identity.hint": (
        'git config --global user.name "Nom" et git config --global user.email "adresse@exemple.org"',
        'git config --global user.name "Name" and git config --global user.email "address@example.org"',
    ),
    "ship.index-locked": (
        "Un autre git travaille dans ce dépôt: {lock} existe",
        "Another git is at work in this repository: {lock} exists",
    ),
    "ship.index-locked.hint": (
        "Attendre qu'il finisse; si aucun git ne tourne, un arrêt brutal a laissé ce fichier: le supprimer.",
        "Wait until it is done; if no git runs, a sudden end left this file behind: delete it.",
    ),
    # the commit
    "ship.no-workspace": (
        "Le commit n'a pas pu être préparé dans le dossier temporaire: {detail}",
        "The commit could not be prepared in the temporary folder: {detail}",
    ),
    "ship.no-workspace.hint": (
        "Vérifier la place sur le disque et les droits du dossier temporaire, puis relancer la commande.",
        "Check the room on the disk and the rights of the temporary folder, then run the command again.",
    ),
    "ship.commit-hook": (
        "Le commit a été refusé par un hook git du projet. Rien n'a été commité, l'index est intact",
        "The commit was refused by a git hook of the project. Nothing was committed, the index is untouched",
    ),
    "ship.commit-hook.hint": (
        "Corriger ce que le hook signale ci-dessus, puis relancer la même commande.",
        "Cure what the hook reports above, then run the same command again.",
    ),
    "ship.commit-unsigned": (
        "Le commit n'a pas pu être signé: {detail}",
        "The commit could not be signed: {detail}",
    ),
    "ship.commit-unsigned.hint": (
        "Déverrouiller la clé (un 'git commit' à la main la demande), puis relancer la même commande.",
        "Unlock the key (a 'git commit' by hand asks for it), then run the same command again.",
    ),
    "ship.commit-timeout": (
        "Le commit n'était pas fini après {seconds} s et a été arrêté. Rien n'a été commité",
        "The commit was not finished after {seconds} s and was stopped. Nothing was committed",
    ),
    "ship.commit-timeout.hint": (
        "Un hook ou la signature attend sans doute: essayer 'git commit' à la main.",
        "A hook or the signing is probably waiting: try 'git commit' by hand.",
    ),
    "ship.commit-failed": (
        "Le commit a échoué: {detail}",
        "The commit failed: {detail}",
    ),
    "ship.commit-failed.hint": (
        "Rien n'a été commité. Corriger la cause indiquée par git, puis relancer la même commande.",
        "Nothing was committed. Cure the cause that git names, then run the same command again.",
    ),
    # the push
    "ship.no-remote": (
        "Aucun dépôt distant n'est configuré: il n'y a nulle part où pousser",
        "No remote repository is configured: there is nowhere to push to",
    ),
    "ship.no-remote.hint": (
        "Les commits sont conservés. git remote add origin URL, puis relancer la même commande.",
        "Commits are kept. git remote add origin URL, then run the same command again.",
    ),
    "ship.which-remote": (
        "Plusieurs dépôts distants et aucun n'est choisi: {remotes}",
        "Several remote repositories and none is chosen: {remotes}",
    ),
    "ship.which-remote.hint": (
        "Les commits sont conservés. Choisir: git config remote.pushDefault NOM",
        "Commits are kept. Choose one: git config remote.pushDefault NAME",
    ),
    "ship.push-network": (
        "Push de {commit} vers {target} impossible, serveur injoignable: {detail}",
        "Push of {commit} to {target} impossible, server unreachable: {detail}",
    ),
    "ship.push-network.hint": (
        _KEPT_FR + "Vérifier la connexion, puis relancer la même commande: elle le poussera.",
        _KEPT_EN + "Check the connection, then run the same command again: it will push it.",
    ),
    "ship.push-timeout": (
        "Le push de {commit} vers {target} n'était pas fini après {seconds} s et a été arrêté",
        "The push of {commit} to {target} was not finished after {seconds} s and was stopped",
    ),
    "ship.push-timeout.hint": (
        _KEPT_FR + "Essayer 'git push' à la main pour voir ce qui attend, puis relancer la même commande.",
        _KEPT_EN + "Try 'git push' by hand to see what is waiting, then run the same command again.",
    ),
    "ship.push-authentication": (
        "Push de {commit} vers {target} refusé, identifiants non reconnus: {detail}",
        "Push of {commit} to {target} refused, credentials not accepted: {detail}",
    ),
    "ship.push-authentication.hint": (
        _KEPT_FR + "Faire une fois 'git push' à la main pour enregistrer les identifiants, puis relancer.",
        _KEPT_EN + "Do one 'git push' by hand so that the credentials are remembered, then run this again.",
    ),
    "ship.push-host-key": (
        "Push de {commit} vers {target} refusé, la clé du serveur est inconnue ou a changé",
        "Push of {commit} to {target} refused, the server's host key is unknown or has changed",
    ),
    "ship.push-host-key.hint": (
        _KEPT_FR + "Faire une fois 'git push' à la main et vérifier l'empreinte affichée, puis relancer.",
        _KEPT_EN + "Do one 'git push' by hand and check the fingerprint it shows, then run this again.",
    ),
    "ship.push-repository-absent": (
        "Push de {commit} vers {target} impossible, dépôt absent ou inaccessible: {detail}",
        "Push of {commit} to {target} impossible, repository absent or not open to you: {detail}",
    ),
    "ship.push-repository-absent.hint": (
        _KEPT_FR + "Vérifier l'adresse avec 'git remote -v', puis relancer la même commande.",
        _KEPT_EN + "Check the address with 'git remote -v', then run the same command again.",
    ),
    "ship.push-diverged": (
        "Push de {commit} vers {target} refusé: le dépôt distant contient des commits qui manquent ici",
        "Push of {commit} to {target} refused: the remote repository holds commits that are missing here",
    ),
    "ship.push-diverged.hint": (
        _KEPT_FR + "Exécuter 'git pull --rebase', puis relancer la même commande: elle le poussera.",
        _KEPT_EN + "Run 'git pull --rebase', then the same command again: it will push it.",
    ),
    "ship.push-rejected": (
        "Push de {commit} vers {target} refusé par une règle du serveur: {rule}",
        "Push of {commit} to {target} refused by a rule of the server: {rule}",
    ),
    "ship.push-rejected.hint": (
        _KEPT_FR + "Un nouvel essai n'y changera rien: lire la raison ci-dessus, corriger, puis relancer.",
        _KEPT_EN + "Trying again will not help: read the reason above, cure it, then run this again.",
    ),
    "ship.push-hook": (
        "Push de {commit} refusé par le hook pre-push du projet",
        "Push of {commit} refused by the project's pre-push hook",
    ),
    "ship.push-hook.hint": (
        _KEPT_FR + "Corriger ce que le hook signale, puis relancer la même commande: elle le poussera.",
        _KEPT_EN + "Cure what the hook reports, then run the same command again: it will push it.",
    ),
    "ship.push-failed": (
        "Le push de {commit} vers {target} a échoué: {detail}",
        "The push of {commit} to {target} failed: {detail}",
    ),
    "ship.push-failed.hint": (
        _KEPT_FR + "Corriger la cause indiquée par git, puis relancer la même commande: elle le poussera.",
        _KEPT_EN + "Cure the cause that git names, then run the same command again: it will push it.",
    ),
}
