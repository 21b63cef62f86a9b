"""Sentences of the runtime: what happens to a bot, and what stands in a command's way."""

SENTENCES: dict[str, tuple[str, str]] = {
    # what happens
    "runtime.starting": ("Démarrage du bot...", "Starting the bot..."),
    "runtime.restarting": ("Redémarrage du bot ({reason})...", "Restarting the bot ({reason})..."),
    "runtime.online": (
        "Bot en ligne (PID {pid}) après {seconds} s",
        "Bot online (PID {pid}) after {seconds} s",
    ),
    "runtime.stopping": ("Arrêt du bot (PID {pid})...", "Stopping the bot (PID {pid})..."),
    "runtime.stopped": ("Bot arrêté", "Bot stopped"),
    "runtime.killing": (
        "Le bot ne s'est pas arrêté en {seconds} s : arrêt forcé de tous ses processus",
        "The bot did not stop within {seconds} s: ending all its processes",
    ),
    "runtime.adopted": (
        "Bot déjà lancé, repris sous surveillance (PID {pid})",
        "Bot already running, taken over (PID {pid})",
    ),
    "runtime.adopted-by-hand": (
        "Bot lancé à la main, reconnu (PID {pid})",
        "Bot launched by hand, recognised (PID {pid})",
    ),
    "runtime.exited": ("Le bot s'est arrêté de lui-même : {how}", "The bot ended by itself: {how}"),
    "runtime.with-code": ("code de sortie {exit_status}", "exit code {exit_status}"),
    "runtime.by-signal": ("tué par le signal {signal}", "killed by signal {signal}"),
    "runtime.in-unknown-way": ("code de sortie inconnu", "exit code unknown"),
    "runtime.doubt": (
        "Contrôle négatif {failures}/{needed} avant de considérer le bot comme bloqué",
        "Bad check {failures}/{needed} before the bot counts as hung",
    ),
    "runtime.recovered": ("Le bot répond de nouveau", "The bot answers again"),
    "runtime.hung": ("Le bot est bloqué : il va être remplacé", "The bot is hung: it will be replaced"),
    "runtime.never-ready": (
        "Le bot n'a jamais répondu dans les {grace} s après son lancement : il va être remplacé",
        "The bot never answered within {grace} s of its launch: it will be replaced",
    ),
    "runtime.unresponsive": ("Le bot est lancé mais ne répond pas", "The bot is running but does not answer"),
    "runtime.backoff": ("Nouvel essai dans {seconds} s", "Next try in {seconds} s"),
    "runtime.tell-gave-up": (
        "Abandon des essais rapprochés après {deaths} arrêts de suite : un essai toutes les 15 min désormais ; "
        "'vigie start' réessaie aussitôt",
        "Quick tries given up after {deaths} ends in a row: one try every 15 min from now on; "
        "'vigie start' tries at once",
    ),
    "runtime.tell-daily-limit": (
        "Limite de {limit} redémarrages par jour atteinte : le bot attend, pour protéger son compte",
        "Limit of {limit} restarts a day reached: the bot waits, to protect its account",
    ),
    "runtime.tell-leftovers": (
        "Des processus du bot résistent à l'arrêt forcé : nouvel essai, aucun second bot n'est lancé entre-temps",
        "Processes of the bot resist being ended: trying again, no second bot is launched meanwhile",
    ),
    "runtime.tell-trial-passed": (
        "Nouvelle version {release} éprouvée : le bot est resté en ligne",
        "New version {release} proven: the bot stayed online",
    ),
    "runtime.tell-trial-failed": (
        "La nouvelle version ne tient pas : le bot s'est arrêté ou ne répond plus",
        "The new version does not hold: the bot ended or stopped answering",
    ),
    "runtime.code-broken": (
        "Code modifié mais non valide, le bot en cours est gardé : {file}, ligne {line} : {what}",
        "Code changed but not valid, the running bot is kept: {file}, line {line}: {what}",
    ),
    "runtime.monitor-began": (
        "Monitoring continu : un contrôle toutes les {seconds} s, Ctrl-C pour quitter (le bot continue)",
        "Watching: a check every {seconds} s, Ctrl-C to leave (the bot goes on)",
    ),
    "runtime.monitor-left": (
        "Fin du monitoring, le bot continue sans surveillance",
        "Monitor left, the bot goes on unwatched",
    ),
    "runtime.own-fault": (
        "Erreur interne de vigie, la surveillance continue : {what}",
        "Internal error of vigie, watching goes on: {what}",
    ),
    "runtime.project-gone": (
        "Le dossier du projet n'est plus là ({path}) : plus rien n'est noté, le bot en cours continue",
        "The project's folder is gone ({path}): nothing is noted any more, the running bot goes on",
    ),
    "runtime.project-gone.hint": (
        "S'il a été déplacé, quittez ce monitoring et relancez 'vigie monitor' dans le nouveau dossier.",
        "If it was moved, leave this monitor and run 'vigie monitor' in the new folder.",
    ),
    # what went wrong for a command
    "runtime.gone": ("Le bot n'est plus là", "The bot is gone"),
    "runtime.gone.hint": (
        "Consultez logs/bot_monitor.log, puis relancez avec 'vigie start'.",
        "See logs/bot_monitor.log, then start it again with 'vigie start'.",
    ),
    "runtime.died": (
        "Le bot s'est arrêté avant d'avoir répondu, code de sortie inconnu. Ses dernières lignes ({log}) :",
        "The bot ended before it ever answered, exit code unknown. Its last lines ({log}):",
    ),
    "runtime.died.hint": (
        "Lancez le bot à la main pour voir l'erreur en entier, corrigez-la, puis 'vigie start'.",
        "Run the bot by hand to see the whole error, mend it, then 'vigie start'.",
    ),
    "runtime.died-with-code": (
        "Le bot s'est arrêté avant d'avoir répondu, code de sortie {exit_status}. Ses dernières lignes ({log}) :",
        "The bot ended before it ever answered, exit code {exit_status}. Its last lines ({log}):",
    ),
    "runtime.died-with-code.hint": (
        "Lancez le bot à la main pour voir l'erreur en entier, corrigez-la, puis 'vigie start'.",
        "Run the bot by hand to see the whole error, mend it, then 'vigie start'.",
    ),
    "runtime.died-by-signal": (
        "Le bot a été tué par le signal {signal} avant d'avoir répondu. Ses dernières lignes ({log}) :",
        "The bot was killed by signal {signal} before it ever answered. Its last lines ({log}):",
    ),
    "runtime.died-by-signal.hint": (
        "Un signal 9 vient souvent d'un manque de mémoire, un signal 11 d'un module compilé : regardez la mémoire"
        " libre et les modules mis à jour récemment, puis 'vigie start'.",
        "Signal 9 often means that memory ran out, signal 11 a compiled module: look at free memory and at recently"
        " updated modules, then 'vigie start'.",
    ),
    "runtime.held-today": (
        "La limite de {limit} redémarrages par jour est atteinte : le bot attend, pour protéger son compte",
        "The limit of {limit} restarts a day is reached: the bot waits, to protect its account",
    ),
    "runtime.held-today.hint": (
        "Cherchez d'abord pourquoi il s'arrête ('vigie logs') ; 'vigie start' le lance malgré la limite.",
        "First find out why it ends ('vigie logs'); 'vigie start' launches it in spite of the limit.",
    ),
    "runtime.unknown-to-monitor": (
        "Le monitoring en cours (PID {pid}) ne connaît pas ce bot : {bots}",
        "The running monitor (PID {pid}) does not know this bot: {bots}",
    ),
    "runtime.unknown-to-monitor.hint": (
        "Il a été ajouté à vigie.toml depuis : quittez le monitoring (Ctrl-C, les bots continuent) et relancez-le.",
        "It was added to vigie.toml since: leave the monitor (Ctrl-C, the bots go on) and start it again.",
    ),
    "runtime.own-fault-again": (
        "La même erreur interne s'est répétée {count} fois : {what}",
        "The same internal error came {count} more times: {what}",
    ),
    "runtime.ousted": (
        "Le dossier .vigie a été supprimé et une autre commande a pris la relève : ce monitoring s'arrête",
        "The .vigie folder was removed and another command has taken over: this monitor leaves",
    ),
    "runtime.not-answering": (
        "Le bot tourne (PID {pid}) mais son contrôle de santé ne répond pas",
        "The bot is running (PID {pid}) but its health check does not answer",
    ),
    "runtime.not-answering.hint": (
        "Vérifiez le port et l'adresse du health check ('vigie check' dit pourquoi il échoue) ; "
        "'vigie restart' remplace le bot.",
        "Check the health check's port and address ('vigie check' says why it fails); "
        "'vigie restart' replaces the bot.",
    ),
    "runtime.busy": (
        "Une autre commande est à l'oeuvre sur ce projet : {verb} (PID {pid}, depuis {since})",
        "Another command is at work on this project: {verb} (PID {pid}, since {since})",
    ),
    "runtime.busy.hint": (
        "Attendez qu'elle finisse, ou arrêtez-la avec Ctrl-C dans sa fenêtre.",
        "Wait until it ends, or end it with Ctrl-C in its window.",
    ),
    "runtime.busy-unknown": (
        "Une autre commande vigie est à l'oeuvre sur ce projet",
        "Another vigie command is at work on this project",
    ),
    "runtime.busy-unknown.hint": (
        "Attendez qu'elle finisse, puis réessayez.",
        "Wait until it ends, then try again.",
    ),
    "runtime.monitor-already": (
        "Un monitoring est déjà en cours sur ce projet (PID {pid})",
        "A monitor is already watching this project (PID {pid})",
    ),
    "runtime.monitor-already.hint": (
        "Un seul suffit ; 'vigie status' montre ce qu'il voit.",
        "One is enough; 'vigie status' shows what it sees.",
    ),
    "runtime.monitor-stuck": (
        "Le monitoring (PID {pid}) ne répond pas à temps",
        "The monitor (PID {pid}) does not answer in time",
    ),
    "runtime.monitor-stuck.hint": (
        "Arrêtez ce processus et relancez 'vigie monitor' : le bot continue entre-temps.",
        "End that process and run 'vigie monitor' again: the bot goes on meanwhile.",
    ),
    "runtime.monitor-unreachable": (
        "Le monitoring (PID {pid}) est injoignable",
        "The monitor (PID {pid}) cannot be reached",
    ),
    "runtime.monitor-unreachable.hint": (
        "Il vient peut-être de s'arrêter : réessayez ; sinon arrêtez ce processus et relancez 'vigie monitor'.",
        "It may just have ended: try again; otherwise end that process and run 'vigie monitor' again.",
    ),
    "runtime.monitor-hung-up": (
        "Le monitoring (PID {pid}) a coupé la conversation sans réponse",
        "The monitor (PID {pid}) hung up without an answer",
    ),
    "runtime.monitor-hung-up.hint": (
        "Il vient peut-être de s'arrêter : 'vigie status' dit où en est le bot, puis réessayez.",
        "It may just have ended: 'vigie status' tells how the bot is, then try again.",
    ),
}
