"""Sentences of the runtime: what happens to a bot, and what stands in a command's way."""

SENTENCES: dict[str, tuple[str, str]] = {
    # what happens
    "runtime.starting": ("Démarrage du bot...", "Starting the bot..."),
    "runtime.start-waits": (
        "Attend que {others} soit en ligne avant de démarrer",
        "Waits for {others} to be online before it starts",
    ),
    "runtime.still-starting": (
        "Pas encore en ligne après {seconds} s, sur {grace} s accordées. {answer}",
        "Not online yet after {seconds} s of the {grace} s allowed. {answer}",
    ),
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
    "runtime.memory-exceeded": (
        "Le bot occupe {used} Mo de mémoire, plus que les {limit} Mo permis : il va être redémarré",
        "The bot takes {used} MB of memory, more than the {limit} MB allowed: it will be restarted",
    ),
    "runtime.overtaken": (
        "Une autre commande a demandé le contraire entre-temps : {verb}",
        "Another command has asked for the opposite meanwhile: {verb}",
    ),
    "runtime.overtaken.hint": (
        "C'est la dernière demande qui compte ; 'vigie status' dit où en est le bot.",
        "The last request counts; 'vigie status' tells how the bot is.",
    ),
    "runtime.cannot-ask": (
        "Le bot est lancé (PID {pid}), mais son contrôle de santé n'a pas pu être fait en {grace} s. {why}",
        "The bot runs (PID {pid}), but its health check could not be put within {grace} s. {why}",
    ),
    "runtime.cannot-ask.hint": (
        "Le bot est laissé en marche. Vérifiez health_url et le réseau de cette machine, puis 'vigie check'.",
        "The bot is left running. Check health_url and this machine's network, then 'vigie check'.",
    ),
    "runtime.still-waits": (
        "Le bot reste hors ligne pour l'instant ({reason}) : prochain essai dans {seconds} s ; "
        "'vigie start' réessaie aussitôt",
        "The bot stays offline for now ({reason}): next try in {seconds} s; 'vigie start' tries at once",
    ),
    "runtime.stays-stopped": (
        "Le monitoring précédent a été tué : ce bot reste arrêté, comme avant ({reason}) ; 'vigie start' le lance",
        "The monitor before this one was killed: this bot stays down, as before ({reason}); 'vigie start' starts it",
    ),
    "runtime.tell-stays-down": (
        "Le bot est sorti avec le code {exit_status}, qui demande de rester arrêté : corrigez ce qui manque "
        "(réglages, jeton), puis 'vigie start'",
        "The bot left with exit code {exit_status}, which asks to stay down: mend what is wrong "
        "(settings, token), then 'vigie start'",
    ),
    "runtime.tell-finished": (
        'Le bot a terminé sans erreur : il n\'est pas relancé (restart = "on-failure")',
        'The bot has finished without an error: it is not started again (restart = "on-failure")',
    ),
    "runtime.tell-not-restarted": (
        "Le bot n'est pas relancé (restart = \"never\") ; 'vigie start' le relance",
        "The bot is not started again (restart = \"never\"); 'vigie start' starts it",
    ),
    "runtime.tell-launch-failed": (
        "Le lancement a échoué et n'est pas retenté (restart = \"never\") ; 'vigie start' réessaie",
        "The launch failed and is not tried again (restart = \"never\"); 'vigie start' tries again",
    ),
    "runtime.tell-leftovers": (
        "Des processus du bot résistent à l'arrêt forcé : {who}. Nouvel essai ; aucun second bot n'est lancé"
        " entre-temps",
        "Processes of the bot resist being ended: {who}. Trying again; no second bot is launched meanwhile",
    ),
    "runtime.tell-stuck": (
        "Le système retient {who} dans une opération qui ne finit pas (état D : disque, réseau) : aucun signal"
        " n'y peut rien. Aucun second bot n'est lancé tant que ce processus est là",
        "The system holds {who} in an operation that does not end (state D: disk, network): no signal can help."
        " No second bot is launched while that process is there",
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
    "runtime.run-began": (
        "Bot au premier plan : ce qu'il écrit suit ; Ctrl-C ou SIGTERM l'arrête",
        "Bot in the foreground: what it prints follows; Ctrl-C or SIGTERM stops it",
    ),
    "runtime.run-ended": (
        "Le bot est arrêté, fin avec le code {exit_status}",
        "The bot has ended, leaving with code {exit_status}",
    ),
    "runtime.monitor-left": (
        "Fin du monitoring : ce qui tourne continue sans surveillance",
        "Monitor left: what runs goes on unwatched",
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
    "runtime.reload-began": (
        "Rechargement demandé : répétition avec les nouveaux réglages...",
        "Reload asked for: rehearsing with the new settings...",
    ),
    "runtime.reloaded": (
        "Rechargement fait (vigie {version}) : bots sans changement : {unchanged}",
        "Reloaded (vigie {version}): bots unchanged: {unchanged}",
    ),
    "runtime.reloaded-settings": (
        "Réglages rechargés, même programme : bots sans changement : {unchanged}",
        "Settings reloaded, same program: bots unchanged: {unchanged}",
    ),
    "runtime.reload-added": ("Nouveau bot : il est lancé", "New bot: it is started"),
    "runtime.reload-removed": (
        "Bot retiré des réglages : il est arrêté",
        "Bot removed from the settings: it is stopped",
    ),
    "runtime.reload-restarted": (
        "Réglages de lancement modifiés ({what}) : le bot est redémarré",
        "Launch settings changed ({what}): the bot is restarted",
    ),
    "runtime.reload-adjusted": (
        "Réglages modifiés, le bot continue sans redémarrer : {what}",
        "Settings changed, the bot goes on without a restart: {what}",
    ),
    "runtime.reload-not-carried-out": (
        "Le programme n'a pas pu être remplacé ({reason}) : les anciens réglages restent",
        "The program could not be replaced ({reason}): the old settings stay",
    ),
    "runtime.reload-not-carried-out.hint": (
        "Corrigez la cause, puis 'vigie reload' ; le monitoring en cours continue.",
        "Mend the cause, then 'vigie reload'; the running monitor goes on.",
    ),
    "runtime.few-descriptors": (
        "La limite de fichiers ouverts du système ({hard}) est basse pour {count} bots (il en faudrait {needed}) :"
        " des contrôles de santé seront retardés",
        "The system's limit of open files ({hard}) is low for {count} bots ({needed} would be needed):"
        " health checks will be delayed",
    ),
    "runtime.few-descriptors.hint": (
        "Relevez la limite : 'ulimit -Hn {needed}' avant de lancer le monitoring, ou LimitNOFILE={needed} dans le"
        " service.",
        "Raise the limit: 'ulimit -Hn {needed}' before starting the monitor, or LimitNOFILE={needed} in the"
        " service.",
    ),
    # what went wrong for a command
    "runtime.no-monitor": (
        "Aucun monitoring en cours sur ce projet : il n'y a rien à recharger",
        "No monitor is running on this project: there is nothing to reload",
    ),
    "runtime.no-monitor.hint": (
        "'vigie monitor' en lance un, avec les réglages du jour.",
        "'vigie monitor' starts one, with the settings of today.",
    ),
    "runtime.reload-cannot-start": (
        "La nouvelle version ne démarre pas : {what}. Le monitoring continue avec l'ancienne",
        "The new version does not start: {what}. The monitor goes on with the old one",
    ),
    "runtime.reload-cannot-start.hint": (
        "Réparez l'installation ('vigie --version' doit répondre), puis 'vigie reload'.",
        "Mend the installation ('vigie --version' must answer), then 'vigie reload'.",
    ),
    "runtime.reload-settings-refused": (
        "La nouvelle version refuse les réglages : {what}",
        "The new version refuses the settings: {what}",
    ),
    "runtime.reload-settings-refused.hint": (
        "Corrigez vigie.toml, puis 'vigie reload' ; les anciens réglages restent en vigueur.",
        "Mend vigie.toml, then 'vigie reload'; the old settings stay in force.",
    ),
    "runtime.reload-too-slow": (
        "La nouvelle version n'a pas répondu en {seconds} s. Le monitoring continue avec l'ancienne",
        "The new version did not answer within {seconds} s. The monitor goes on with the old one",
    ),
    "runtime.reload-too-slow.hint": (
        "La machine est peut-être surchargée : réessayez 'vigie reload'.",
        "The machine may be overloaded: try 'vigie reload' again.",
    ),
    "runtime.reload-other-project": (
        "La nouvelle version travaillerait sur un autre dossier : {found} au lieu de {expected}",
        "The new version would work on another folder: {found} instead of {expected}",
    ),
    "runtime.reload-other-project.hint": (
        "Un vigie.toml est apparu plus près : retirez-le, ou relancez le monitoring avec --project.",
        "A vigie.toml has appeared nearer by: remove it, or start the monitor anew with --project.",
    ),
    "runtime.reload-other-format": (
        "La nouvelle version ({version}) ne sait pas reprendre le monitoring en cours",
        "The new version ({version}) cannot take over the running monitor",
    ),
    "runtime.reload-other-format.hint": (
        "Quittez le monitoring (Ctrl-C, les bots continuent), puis 'vigie monitor'.",
        "Leave the monitor (Ctrl-C, the bots go on), then 'vigie monitor'.",
    ),
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
    "runtime.still-leftovers": (
        "Des processus du bot sont encore là malgré l'arrêt forcé : {who}",
        "Processes of the bot are still there in spite of the kill: {who}",
    ),
    "runtime.still-leftovers.hint": (
        "Regardez à qui ils appartiennent (ps -o user,pid,args -p PID), puis réessayez ; aucun second bot n'est"
        " lancé tant qu'ils sont là.",
        "See whom they belong to (ps -o user,pid,args -p PID), then try again; no second bot is launched while"
        " they are there.",
    ),
    "runtime.still-stuck": (
        "Le système retient {who} dans une opération qui ne finit pas (état D) : aucun signal n'y peut rien",
        "The system holds {who} in an operation that does not end (state D): no signal can help",
    ),
    "runtime.still-stuck.hint": (
        "Un disque ou un partage réseau ne répond plus : rétablissez-le et le processus finira ; aucun second bot"
        " n'est lancé d'ici là.",
        "A disk or a network share does not answer: bring it back and the process will end; no second bot is"
        " launched until then.",
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
        "S'il a été ajouté à vigie.toml depuis, 'vigie reload' le fait connaître au monitoring.",
        "If it was added to vigie.toml since, 'vigie reload' lets the monitor know it.",
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
    # code that changed and is not taken yet
    "runtime.code-waits": (
        "Code modifié, mais une opération git est en cours ({sign}) : le redémarrage attend qu'elle soit terminée "
        "('git status' montre où elle en est)",
        "Code changed, but a git operation is in progress ({sign}): the restart waits until it is finished "
        "('git status' shows where it stands)",
    ),
    "runtime.code-missing": (
        "Code modifié, mais {file} n'est plus là : le bot en cours est gardé jusqu'à son retour",
        "Code changed, but {file} is gone: the running bot is kept until it is back",
    ),
    "runtime.code-self-written": (
        "{file} change à chaque démarrage, sans doute écrit par le bot lui-même : pas de redémarrage pour cela ; "
        "'vigie restart' en fait un",
        "{file} changes at every start, most likely written by the bot itself: no restart for that; "
        "'vigie restart' does one",
    ),
}
