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
        "Réseau ou serveur indisponible, essai {number} dans {pause} s...",
        "Network or server not available, try {number} in {pause} s...",
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
    "ship.online-before-restart": ("Bot toujours EN LIGNE", "Bot still ONLINE"),
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
        "Si ce dépôt est digne de confiance: git config --global --add safe.directory {trusted}",
        "If you trust this repository: git config --global --add safe.directory {trusted}",
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
        "Aucune branche n'est active (HEAD détachée sur un commit de: {branches}); un commit fait ici pourrait se perdre",
        "No branch is checked out (detached HEAD, on a commit of: {branches}); a commit made here could get lost",
    ),
    "ship.detached-head.hint": (
        "Revenir sur une branche (git switch {branch}) ou en créer une ici (git switch -c nom).",
        "Go back to a branch (git switch {branch}) or make one here (git switch -c name).",
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
        _KEPT_FR
        + "Essayer 'git push' à la main pour voir ce qui attend (une demande d'identifiants, un hook,"
        " un serveur muet), puis relancer la même commande.",
        _KEPT_EN
        + "Try 'git push' by hand to see what is waiting (a request for credentials, a hook, a silent"
        " server), then run the same command again.",
    ),
    "ship.push-authentication": (
        "Push de {commit} vers {target} refusé, identifiants non reconnus: {detail}",
        "Push of {commit} to {target} refused, credentials not accepted: {detail}",
    ),
    "ship.push-authentication.hint": (
        _KEPT_FR + "Faire une fois 'git push' à la main dans un terminal: git y demande et enregistre les"
        " identifiants (un jeton doit avoir le droit d'écrire; une clé ssh à phrase secrète doit être dans"
        " ssh-agent: ssh-add). Puis relancer la même commande: elle poussera le commit.",
        _KEPT_EN + "Do one 'git push' by hand in a terminal: there git asks for the credentials and remembers"
        " them (a token must have the right to write; an ssh key with a passphrase must be in ssh-agent:"
        " ssh-add). Then run the same command again: it will push the commit.",
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
        _KEPT_FR
        + "Relancer la même commande avec --rebase: elle le rejoue sur le dépôt distant et le pousse.",
        _KEPT_EN + "Run the same command again with --rebase: it replays it on the remote's and pushes it.",
    ),
    "ship.push-busy": (
        "Push de {commit} vers {target} impossible pour l'instant, le serveur est occupé: {detail}",
        "Push of {commit} to {target} impossible right now, the server is busy: {detail}",
    ),
    "ship.push-busy.hint": (
        _KEPT_FR + "Attendre un peu, puis relancer la même commande: elle le poussera.",
        _KEPT_EN + "Wait a little, then run the same command again: it will push it.",
    ),
    "ship.push-too-large": (
        "Push de {commit} vers {target} refusé, trop volumineux pour le serveur: {detail}",
        "Push of {commit} to {target} refused, too large for the server: {detail}",
    ),
    "ship.push-too-large.hint": (
        _KEPT_FR + "Un nouvel essai n'y changera rien: retirer les gros fichiers du commit, puis relancer.",
        _KEPT_EN + "Trying again will not help: take the big files out of the commit, then run this again.",
    ),
    "ship.push-not-stored": (
        "Push de {commit} vers {target} impossible, le serveur ne peut rien enregistrer: {detail}",
        "Push of {commit} to {target} impossible, the server cannot store anything: {detail}",
    ),
    "ship.push-not-stored.hint": (
        _KEPT_FR + "Vérifier sur le serveur la place sur le disque et les droits du dépôt, puis relancer.",
        _KEPT_EN + "Check the room on the server's disk and the repository's rights, then run this again.",
    ),
    "ship.push-submodule": (
        "Push de {commit} vers {target} refusé: les sous-modules {folders} sont à un commit que leur dépôt"
        " distant n'a pas",
        "Push of {commit} to {target} refused: the submodules {folders} are at a commit that their remote"
        " does not have",
    ),
    "ship.push-submodule.hint": (
        _KEPT_FR + "Exécuter d'abord 'git push' dans ces dossiers, puis relancer la même commande.",
        _KEPT_EN + "Run 'git push' in these folders first, then the same command again.",
    ),
    "ship.push-unasked": (
        "Impossible de savoir où en est {target}: {detail}",
        "Impossible to know what {target} is at: {detail}",
    ),
    "ship.push-unasked.hint": (
        "Vérifier la connexion et les identifiants avec 'git fetch', puis relancer la même commande.",
        "Check the connection and the credentials with 'git fetch', then run the same command again.",
    ),
    "ship.push-rejected": (
        "Push de {commit} vers {target} refusé par une règle du serveur: {rule}",
        "Push of {commit} to {target} refused by a rule of the server: {rule}",
    ),
    "ship.push-rejected.hint": (
        _KEPT_FR + "Un nouvel essai n'y changera rien: lire la raison ci-dessus, corriger, puis relancer."
        " 'vigie ship --undo' reprend le commit sans toucher aux fichiers.",
        _KEPT_EN + "Trying again will not help: read the reason above, cure it, then run this again."
        " 'vigie ship --undo' takes the commit back without touching the files.",
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
    "ship.not-followed": (
        "Les hooks ont commité autre chose que ce que contiennent ces fichiers, laissés tels quels: {files}",
        "Hooks have committed something else than these files hold, which were left as they are: {files}",
    ),
    # before anything is done: what would be done
    "ship.change": ("  {sign} {file}", "  {sign} {file}"),
    "ship.would-commit": ("Serait commité: '{message}'", "Would be committed: '{message}'"),
    "ship.would-push-commit": (
        "Attend d'être poussé: {commit} {subject}",
        "Waits to be pushed: {commit} {subject}",
    ),
    "ship.would-push": ("Serait poussé vers {target}", "Would be pushed to {target}"),
    "ship.would-restart": (
        "Le bot serait redémarré et mis à l'épreuve pendant {seconds} s",
        "The bot would be restarted and proven for {seconds} s",
    ),
    "ship.would-test": (
        "Le test serait lancé avant le commit: {command}",
        "The test would be run before the commit: {command}",
    ),
    "ship.interrupted": (
        "'vigie status' dit ce qui reste à faire de ce ship; 'vigie ship --resume' le termine, '--undo' le reprend",
        "'vigie status' tells what is left to do of this ship; 'vigie ship --resume' completes it, '--undo' takes it back",
    ),
    "ship.would-leave": ("Le bot ne serait pas redémarré", "The bot would not be restarted"),
    "ship.would-roll-back": (
        "En cas d'échec du nouveau code, l'ancien reviendrait de lui-même",
        "If the new code failed, the old one would come back by itself",
    ),
    "ship.dry-run-done": ("SIMULATION: RIEN N'A ÉTÉ FAIT", "DRY RUN: NOTHING WAS DONE"),
    # a run that was killed
    "ship.settled-nothing": (
        "Un ship du {when} avait été interrompu avant son commit: rien n'en reste",
        "A ship of {when} was interrupted before its commit: nothing of it is left",
    ),
    "ship.settled-push": (
        "Un ship du {when} avait été interrompu après son commit, avant la fin du push: le commit est conservé",
        "A ship of {when} was interrupted after its commit, before the end of its push: the commit is kept",
    ),
    "ship.settled-bot": (
        "Un ship du {when} avait été interrompu après son push: le bot n'a peut-être pas été vérifié",
        "A ship of {when} was interrupted after its push: the bot may not have been verified",
    ),
    "ship.settled-back": (
        "Un ship du {when} avait été interrompu pendant un retour en arrière, qui est repris d'abord",
        "A ship of {when} was interrupted on the way back, which is completed first",
    ),
    "ship.resuming": ("Reprise du ship du {when}", "Going on with the ship of {when}"),
    "ship.nothing-to-resume": (
        "Rien à reprendre: le dernier ship est allé jusqu'au bout",
        "Nothing to resume: the latest ship came to its end",
    ),
    "ship.nothing-to-resume.hint": (
        "'vigie status' dit où en est le bot; 'vigie ship' envoie ce qui a changé.",
        "'vigie status' tells how the bot is; 'vigie ship' brings what has changed.",
    ),
    "ship.nothing-to-undo": (
        "Rien à défaire: le dernier ship n'a pas laissé de commit",
        "Nothing to undo: the latest ship has left no commit",
    ),
    "ship.nothing-to-undo.hint": ("Rien n'a été fait.", "Nothing was done."),
    "ship.undo-overtaken": (
        "Le commit {commit} n'est plus le dernier de la branche: d'autres ont été construits dessus",
        "Commit {commit} is no longer the last one of the branch: others were built on it",
    ),
    "ship.undo-overtaken.hint": (
        "'git revert {commit}' l'annule par un nouveau commit. Rien n'a été fait.",
        "'git revert {commit}' takes it back with a new commit. Nothing was done.",
    ),
    "ship.undo-pushed": (
        "Le commit {commit} est déjà sur {target}, où d'autres l'ont peut-être vu",
        "Commit {commit} is on {target} already, where others may have seen it",
    ),
    "ship.undo-pushed.hint": (
        "'git revert {commit}' l'annule par un nouveau commit, que 'vigie ship' envoie. Rien n'a été fait.",
        "'git revert {commit}' takes it back with a new commit, which 'vigie ship' brings. Nothing was done.",
    ),
    "ship.undone": (
        "Commit {commit} repris: les fichiers sont restés tels quels, leurs changements sont de nouveau à commiter",
        "Commit {commit} taken back: the files stayed as they are, their changes are to be committed again",
    ),
    "ship.undone-nothing": (
        "Le ship interrompu n'avait rien laissé: rien à défaire",
        "The interrupted ship had left nothing: nothing to undo",
    ),
    "ship.branch-moved": (
        "La branche {branch} a reçu un autre commit pendant le ship",
        "Branch {branch} got another commit during the ship",
    ),
    "ship.branch-moved.hint": (
        "Relancer la même commande: elle repartira de ce commit. Rien n'a été fait.",
        "Run the same command again: it will begin from that commit. Nothing was done.",
    ),
    "ship.no-journal": (
        "Le journal du ship ne peut pas être écrit ({path}): {detail}",
        "The ship's journal cannot be written ({path}): {detail}",
    ),
    "ship.no-journal.hint": (
        "Libérer de la place ou corriger les droits de ce dossier. Rien n'a été fait.",
        "Free some space or correct that folder's permissions. Nothing was done.",
    ),
    "ship.busy-since": (
        "Un autre ship est déjà en cours dans ce projet (PID {pid}, depuis {when}, étape: {step})",
        "Another ship is already at work in this project (PID {pid}, since {when}, step: {step})",
    ),
    "ship.busy-since.hint": (
        "Attendre qu'il finisse, puis relancer la même commande. Rien n'a été fait.",
        "Wait until it is done, then run the same command again. Nothing was done.",
    ),
    "ship.busy-repository": (
        "Un ship est déjà en cours pour un autre projet de ce dépôt git",
        "A ship is already at work for another project of this git repository",
    ),
    "ship.busy-repository.hint": (
        "Attendre qu'il finisse, puis relancer la même commande. Rien n'a été fait.",
        "Wait until it is done, then run the same command again. Nothing was done.",
    ),
    # the way back
    "ship.done-rolled-back": (
        "NOUVEAU CODE EN ÉCHEC, L'ANCIEN EST REVENU EN LIGNE",
        "THE NEW CODE FAILED, THE OLD ONE IS BACK ONLINE",
    ),
    "ship.back-unknown": (
        "Cette machine n'a plus d'accès au réseau: rien ne dit que le nouveau code soit en cause, il reste en place",
        "This machine has no way out to the network: nothing says that the new code is to blame, it stays",
    ),
    "ship.back-did-not-run": (
        "Le nouveau code n'a pas tourné: il n'y a rien à lui reprocher, et pas de retour en arrière",
        "The new code did not run: there is nothing to blame it for, and no way back",
    ),
    "ship.back-blame": (
        "La panne mène à une ligne changée: {where}",
        "The failure leads to a changed line: {where}",
    ),
    "ship.back-was-offline": (
        "Le bot était déjà hors ligne avant: pas de retour en arrière, qui n'y changerait rien",
        "The bot was offline before already: no way back, which would cure nothing",
    ),
    "ship.back-no-good-version": (
        "Aucune version précédente en bonne santé n'est connue: pas de retour en arrière",
        "No earlier healthy version is known: no way back",
    ),
    "ship.back-offer": (
        "La version {good} fonctionnait: 'vigie ship --rollback' ou [ship] rollback = true y revient en cas d'échec",
        "Version {good} worked: 'vigie ship --rollback' or [ship] rollback = true goes back to it on failure",
    ),
    "ship.back-ask": (
        "Le nouveau code a échoué. Revenir à l'ancien ? [o/N] ",
        "The new code failed. Go back to the old one? [y/N] ",
    ),
    "ship.back-offered": (
        "La version {bad} a déjà échoué: retour à celle qui fonctionnait, sans la relancer",
        "Version {bad} has failed before: going back to the one that worked, without launching it again",
    ),
    "ship.back-nothing-ran": (
        "Le bot n'a pas été redémarré: le nouveau code n'a pas tourné, il n'y a donc rien à éprouver ni à reprendre",
        "The bot was not restarted: the new code has not run, so there is nothing to prove or to take back",
    ),
    "ship.new-code-failed": (
        "Le nouveau code a échoué ({why}); la version {good} est de retour, EN LIGNE",
        "The new code failed ({why}); version {good} is back, ONLINE",
    ),
    "ship.new-code-failed.hint": (
        "Corriger, puis relancer 'vigie ship'. 'vigie logs' montre ce que le bot a écrit.",
        "Mend it, then run 'vigie ship' again. 'vigie logs' shows what the bot has printed.",
    ),
    "ship.known-bad": ("il avait déjà échoué", "it had failed before"),
    "ship.back-data-stays": (
        "Les données restent telles quelles, elles ne reviennent pas en arrière: {files}",
        "Data stay as they are, they do not go back: {files}",
    ),
    "ship.back-begin": ("Retour à la version {good}...", "Going back to version {good}..."),
    "ship.back-parking": (
        "Vos modifications restent telles quelles: la version {good} va tourner à côté, tant que {bad} est en place",
        "Your edits stay as they are: version {good} will run beside them, as long as {bad} is in place",
    ),
    "ship.back-not-parked": (
        "La version {good} ne peut pas tourner à côté: {why}",
        "Version {good} cannot run beside it: {why}",
    ),
    "ship.back-restart": ("Redémarrage avec la version {good}...", "Restarting with version {good}..."),
    "ship.back-not-back": (
        "L'ancienne version n'est pas en ligne non plus: un seul retour en arrière est tenté",
        "The old version is not online either: only one way back is tried",
    ),
    "ship.way-back-overtaken": (
        "Le retour à la version {good} a été interrompu, et la branche a changé depuis: il n'est pas repris",
        "The way back to version {good} was interrupted, and the branch has changed since: it is not taken up",
    ),
    "ship.way-back-overtaken.hint": (
        "'vigie restart' lance ce qui est en place; 'vigie ship' envoie ce qui a changé.",
        "'vigie restart' runs what is in place; 'vigie ship' brings what has changed.",
    ),
    "ship.back-done": ("Version {good} de retour, EN LIGNE", "Version {good} is back, ONLINE"),
    "ship.back-parked": (
        "Version {good} EN LIGNE, à côté de vos modifications, tant que {bad} est le dernier commit; pour en sortir:"
        " corriger ce qui a échoué, puis 'vigie ship'",
        "Version {good} ONLINE, beside your edits, as long as {bad} is the last commit; to end this:"
        " mend what has failed, then run 'vigie ship'",
    ),
    "ship.back-not-pushed": (
        "Le retour en arrière n'est pas encore sur le dépôt distant: 'vigie ship' l'enverra",
        "The way back is not on the remote repository yet: 'vigie ship' will send it",
    ),
}
