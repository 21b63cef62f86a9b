"""What an engine says when it could not launch a bot, and who holds the port."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    "engine.no-command": (
        "Aucune commande n'est indiquée pour lancer le bot",
        "No command is set to start the bot",
    ),
    "engine.no-command.hint": (
        'Indiquez-la dans vigie.toml, par exemple : command = ["python", "start.py"]',
        'Set it in vigie.toml, for example: command = ["python", "start.py"]',
    ),
    "engine.command-not-found": (
        "Commande introuvable : {command}",
        "Command not found: {command}",
    ),
    "engine.command-not-found.hint": (
        "Vérifiez l'orthographe de command dans vigie.toml (ou de BOT_COMMAND), ou donnez le chemin complet"
        " du programme",
        "Check the spelling of command in vigie.toml (or of BOT_COMMAND), or give the program's full path",
    ),
    "engine.command-in-directory": (
        "{command} est un fichier du dossier du bot, pas une commande",
        "{command} is a file in the bot's folder, not a command",
    ),
    "engine.command-in-directory.hint": (
        "Faites-le précéder de son interpréteur, par exemple : python {command}",
        "Put its interpreter before it, for example: python {command}",
    ),
    "engine.not-executable": (
        "Ce fichier ne peut pas être exécuté : {command}",
        "This file cannot be executed: {command}",
    ),
    "engine.not-executable.hint": (
        "Lancez-le par son interpréteur (par exemple python start.py), ou rendez-le exécutable : chmod +x",
        "Start it through its interpreter (for example python start.py), or make it executable: chmod +x",
    ),
    "engine.interpreter-missing": (
        "{command} existe, mais le programme nommé sur sa première ligne est introuvable : {interpreter}",
        "{command} exists, but the program named on its first line was not found: {interpreter}",
    ),
    "engine.interpreter-missing.hint": (
        "Corrigez cette première ligne (des fins de ligne Windows suffisent à la fausser), ou lancez le"
        " fichier par son interpréteur",
        "Correct that first line (Windows line endings are enough to spoil it), or start the file through"
        " its interpreter",
    ),
    "engine.directory-missing": (
        "Le dossier du bot n'existe pas : {directory}",
        "The bot's folder does not exist: {directory}",
    ),
    "engine.directory-missing.hint": (
        "Créez-le ou corrigez directory dans vigie.toml",
        "Create it or correct directory in vigie.toml",
    ),
    "engine.directory-closed": (
        "Le dossier du bot n'est pas accessible : {directory} ({reason})",
        "The bot's folder cannot be entered: {directory} ({reason})",
    ),
    "engine.directory-closed.hint": (
        "Vérifiez les droits du dossier et l'utilisateur qui lance le bot",
        "Check the folder's permissions and which user starts the bot",
    ),
    "engine.script-missing": (
        "{script} est introuvable dans {directory}",
        "{script} was not found in {directory}",
    ),
    "engine.script-missing.hint": (
        "Placez-vous dans le dossier du bot, ou indiquez command et directory dans vigie.toml",
        "Go to the bot's folder, or set command and directory in vigie.toml",
    ),
    "engine.log-not-writable": (
        "Impossible d'écrire dans le journal du bot : {path} ({reason})",
        "The bot's log cannot be written: {path} ({reason})",
    ),
    "engine.log-not-writable.hint": (
        "Vérifiez les droits du dossier, puis relancez",
        "Check the folder's permissions, then start again",
    ),
    "engine.lock-not-writable": (
        "Impossible de poser le verrou qui empêche de lancer le bot deux fois : {path} ({reason})",
        "The lock that keeps the bot from being started twice cannot be taken: {path} ({reason})",
    ),
    "engine.lock-not-writable.hint": (
        "Vérifiez les droits du dossier .vigie et que son système de fichiers sait poser des verrous",
        "Check the permissions of the .vigie folder and that its file system can lock files",
    ),
    "engine.copy-alive": (
        "Le bot tourne déjà, ou un programme qu'il a lancé vit encore (processus {pids}) : pas de deuxième"
        " lancement",
        "The bot is already running, or a program it started still lives (process {pids}): not started"
        " a second time",
    ),
    "engine.copy-alive.hint": (
        "Arrêtez-le d'abord : vigie stop",
        "Stop it first: vigie stop",
    ),
    "engine.copy-stuck": (
        "Le système retient encore {who} d'un lancement précédent, dans une opération qui ne finit pas (état D :"
        " disque, réseau) : aucun second bot n'est lancé à côté",
        "The system still holds {who} of an earlier launch, in an operation that does not end (state D: disk,"
        " network): no second bot is launched beside it",
    ),
    "engine.copy-stuck.hint": (
        "Aucun signal n'y peut rien : rétablissez le disque ou le partage réseau qui ne répond plus, ou redémarrez"
        " la machine, puis relancez",
        "No signal can help: bring back the disk or network share that does not answer, or restart the machine,"
        " then start again",
    ),
    "engine.copy-alive-unseen": (
        "Le bot tourne déjà, ou un programme qu'il a lancé vit encore, sans que l'on puisse voir lequel :"
        " pas de deuxième lancement",
        "The bot is already running, or a program it started still lives, and it cannot be seen which one:"
        " not started a second time",
    ),
    "engine.copy-alive-unseen.hint": (
        "Il appartient peut-être à un autre utilisateur ou à un autre conteneur : arrêtez-le là où il tourne",
        "It may belong to another user or another container: stop it where it runs",
    ),
    "engine.disk-full": (
        "Le disque est plein : {path} ne peut pas être écrit",
        "The disk is full: {path} cannot be written",
    ),
    "engine.disk-full.hint": (
        "Libérez de la place, puis relancez",
        "Free some space, then start again",
    ),
    "engine.batch-argument": (
        "{command} est un fichier de commandes de Windows : le caractère {character} y serait interprété par"
        " cmd.exe, le bot n'est pas lancé",
        "{command} is a Windows batch file: cmd.exe would interpret the character {character}, so the bot was"
        " not started",
    ),
    "engine.batch-argument.hint": (
        "Indiquez dans command le programme que ce fichier lance (par exemple node et son script), ou retirez"
        " ce caractère",
        "Name in command the program that this file runs (for example node and its script), or remove that"
        " character",
    ),
    "engine.bad-variable": (
        "La variable d'environnement {variable} a un nom ou une valeur que Windows n'accepte pas",
        "The environment variable {variable} has a name or a value that Windows does not accept",
    ),
    "engine.bad-variable.hint": (
        "Corrigez-la dans .env ou dans l'environnement : pas de = dans le nom, aucun caractère nul",
        "Correct it in .env or in the environment: no = in its name, no null character",
    ),
    "engine.too-big": (
        "La commande et l'environnement du bot dépassent ce que le système accepte",
        "The bot's command and environment are larger than the system accepts",
    ),
    "engine.too-big.hint": (
        "Cherchez une valeur énorme dans .env ou dans l'environnement, et mettez-la dans un fichier",
        "Look for a huge value in .env or in the environment, and put it into a file",
    ),
    "engine.no-resources": (
        "Le système ne peut plus créer de processus ({reason})",
        "The system can create no more processes ({reason})",
    ),
    "engine.no-resources.hint": (
        "Fermez des programmes ou augmentez les limites (mémoire, processus, fichiers ouverts)",
        "Close some programs or raise the limits (memory, processes, open files)",
    ),
    "engine.spawn-failed": (
        "Impossible de lancer {command} : {reason}",
        "{command} could not be started: {reason}",
    ),
    "engine.spawn-failed.hint": (
        "Essayez la même commande à la main dans le dossier du bot",
        "Try the same command by hand in the bot's folder",
    ),
    "engine.port-taken": (
        "Le port {port} est déjà utilisé par un autre programme : {program} (processus {pid})",
        "Port {port} is already used by another program: {program} (process {pid})",
    ),
    "engine.port-taken.hint": (
        "Arrêtez ce programme vous-même, ou changez le port du bot et celui de HEALTH_CHECK_URL",
        "Stop that program yourself, or change the bot's port and the one in HEALTH_CHECK_URL",
    ),
    "engine.port-taken-unseen": (
        "Le port {port} est déjà utilisé par un programme que l'on ne peut pas voir d'ici",
        "Port {port} is already used by a program that cannot be seen from here",
    ),
    "engine.port-taken-unseen.hint": (
        "Il appartient à un autre utilisateur ou à un conteneur : arrêtez-le là où il tourne, ou changez le"
        " port du bot et celui de HEALTH_CHECK_URL",
        "It belongs to another user or to a container: stop it where it runs, or change the bot's port and"
        " the one in HEALTH_CHECK_URL",
    ),
}
