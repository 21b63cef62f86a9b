"""Sentences of the command line itself: what could not be understood, help, the last catch."""

SENTENCES: dict[str, tuple[str, str]] = {
    "cli.unknown-verb": (
        "Commande inconnue : '{found}'. Commandes : {known}",
        "Unknown command: '{found}'. Commands: {known}",
    ),
    "cli.unknown-verb.hint": ("'vigie --help' les explique.", "'vigie --help' explains them."),
    "cli.unknown-verb-near": (
        "Commande inconnue : '{found}'. Vouliez-vous dire '{near}' ?",
        "Unknown command: '{found}'. Did you mean '{near}'?",
    ),
    "cli.unknown-verb-near.hint": (
        "'vigie --help' montre toutes les commandes.",
        "'vigie --help' shows all commands.",
    ),
    "cli.no-verb": ("Il manque une commande. Commandes : {known}", "A command is missing. Commands: {known}"),
    "cli.no-verb.hint": (
        "Par exemple : 'vigie check'. 'vigie --help' les explique.",
        "For example: 'vigie check'. 'vigie --help' explains them.",
    ),
    "cli.unknown-option": (
        "Option inconnue : '{found}'. Options possibles : {known}",
        "Unknown option: '{found}'. Possible options: {known}",
    ),
    "cli.unknown-option-near": (
        "Option inconnue : '{found}'. Vouliez-vous dire '{near}' ?",
        "Unknown option: '{found}'. Did you mean '{near}'?",
    ),
    "cli.option-elsewhere": (
        "L'option {option} ne va pas avec la commande '{verb}'",
        "Option {option} does not go with the command '{verb}'",
    ),
    "cli.takes-no-value": ("L'option {option} ne prend pas de valeur", "Option {option} takes no value"),
    "cli.value-missing": (
        "Il manque la valeur de l'option {option}",
        "The value of option {option} is missing",
    ),
    "cli.given-twice": ("L'option {option} est donnée deux fois", "Option {option} is given twice"),
    "cli.unknown-language": (
        "Langue inconnue : '{found}'. Langues : fr, en",
        "Unknown language: '{found}'. Languages: fr, en",
    ),
    "cli.two-flags": (
        "Une seule action à la fois : {first} ou {second}",
        "One action at a time: {first} or {second}",
    ),
    "cli.too-many-words": (
        "Mot en trop pour '{verb}' : '{found}'",
        "One word too many for '{verb}': '{found}'",
    ),
    "cli.run-one-bot": (
        "Plusieurs bots dans ce projet : {names}. Nommez celui à lancer au premier plan",
        "Several bots in this project: {names}. Name the one to run in the foreground",
    ),
    "cli.run-one-bot.hint": (
        "'vigie monitor' les surveille tous.",
        "'vigie monitor' watches all of them.",
    ),
    "cli.run-no-json": (
        "'run' montre ce que le bot écrit : --json ne va pas avec",
        "'run' shows what the bot prints: --json does not go with it",
    ),
    "cli.run-no-json.hint": (
        "'vigie status --json', depuis un autre terminal, dit où en est le bot.",
        "'vigie status --json', from another terminal, tells how the bot is.",
    ),
    "cli.monitor-no-json": (
        "'monitor' n'a pas de fin et --json promet un seul objet : les deux ne vont pas ensemble",
        "'monitor' has no end and --json promises one object: the two do not go together",
    ),
    "cli.monitor-no-json.hint": (
        "Lancez 'vigie monitor' sans --json ; 'vigie status --json' dit où en est le bot.",
        "Run 'vigie monitor' without --json; 'vigie status --json' tells how the bot is.",
    ),
    "cli.request-unreadable": (
        "Demande illisible : {path} ({why})",
        "Request cannot be read: {path} ({why})",
    ),
    "cli.request-damaged": (
        "Le fichier {path} n'est pas une demande de commit_and_restart",
        "The file {path} is not a request of commit_and_restart",
    ),
    "cli.no-current-folder": (
        "Le dossier courant n'existe plus",
        "The current folder does not exist any more",
    ),
    "cli.no-current-folder.hint": (
        "Allez dans un dossier qui existe, ou nommez celui du bot avec --project.",
        "Go to a folder that exists, or name the bot's with --project.",
    ),
    "cli.not-together": (
        "{first} et {second} ne vont pas ensemble",
        "{first} and {second} do not go together",
    ),
    "cli.not-together.hint": (
        "--resume et --undo reprennent le dernier ship tel qu'il était : les donner sans autre option de ship.",
        "--resume and --undo take up the latest ship as it was: give them without other options of ship.",
    ),
    "cli.interrupted": ("Interrompu par Ctrl-C", "Interrupted by Ctrl-C"),
    "cli.defect": ("Erreur interne de vigie ({kind})", "Internal error of vigie ({kind})"),
    "cli.defect-kept": (
        "Erreur interne de vigie ({kind}) ; détails gardés dans {path}",
        "Internal error of vigie ({kind}); details kept in {path}",
    ),
    "cli.defect.hint": (
        "Rien n'a été perdu : 'vigie status' dit où en est le bot. Joignez ces détails à un rapport d'erreur.",
        "Nothing was lost: 'vigie status' tells how the bot is. Attach these details to a bug report.",
    ),
    "cli.help": (
        """vigie : garde un bot en ligne

Usage : vigie COMMANDE [BOT...] [options]

  check      dire si le bot est en ligne (code de sortie 0 ou 1)
  status     tout ce qui est connu du bot
  start      le lancer et attendre sa première réponse saine
  stop       l'arrêter, lui et tous ses processus
  restart    l'arrêter puis le lancer
  ensure     lancer ou redémarrer seulement ce qui n'est pas en ligne
  monitor    le surveiller en continu et le relancer s'il tombe ou se bloque
  reload     faire prendre au monitoring les réglages et la version de vigie du jour, sans
             toucher aux bots qui n'ont pas changé
  run        le garder en ligne au premier plan (conteneur, service) : ce qu'il écrit
             sur la sortie standard, son code de sortie à la fin
  ship       commit, push, vérification, redémarrage s'il s'est arrêté
             -m TEXTE, --files A,B ; --dry-run montre tout et ne fait rien,
             --rollback revient en arrière si le nouveau code échoue, --rebase intègre
             d'abord ce que d'autres ont poussé, --resume ou --undo après une interruption
  releases   quelle version a tourné quand, combien de temps saine, éprouvée ou mauvaise
  logs       ce que le bot écrit ; -f pour suivre, -n NOMBRE de lignes, --since 10m, 2h, 1d,
             19:45 ou "2026-02-08 19:45" (à 10 s près sous 'monitor', sinon depuis un lancement)
  init       préparer un dossier de bot (n'écrase jamais rien)
  demo       voir tout cela sur un bot d'exemple, en moins de 30 s

Options, avant ou après la commande :
  --project DOSSIER   dossier du bot (sinon VIGIE_PROJECT, sinon le dossier courant)
  --lang fr|en        langue
  --json              un seul objet JSON sur la sortie standard
  --quiet, -q         seulement les avertissements et les erreurs
  --version, -V       version

Codes de sortie : 0 fait ou en ligne, 1 hors ligne ou échec, 2 mauvais usage ou réglage, 3 refusé pour ne
rien perdre, 4 envoyé mais bot hors ligne, 5 nouveau code en échec, l'ancien est revenu, 130 interrompu.""",
        """vigie: keeps a bot online

Usage: vigie COMMAND [BOT...] [options]

  check      say whether the bot is online (exit code 0 or 1)
  status     everything known of the bot
  start      launch it and wait for its first healthy answer
  stop       stop it and all its processes
  restart    stop it, then launch it
  ensure     start or restart only what is not online
  monitor    watch it and bring it back when it crashes or hangs
  reload     have the monitor take today's settings and today's vigie, without touching bots
             that did not change
  run        keep it online in the foreground (container, service): what it prints
             on standard output, its exit code in the end
  ship       commit, push, verify, restart if it stopped
             -m TEXT, --files A,B; --dry-run shows all and does nothing, --rollback goes
             back if the new code fails, --rebase first takes in what others have pushed,
             --resume or --undo after an interruption
  releases   which version ran when, how long it was healthy, which are proven or bad
  logs       what the bot prints; -f to follow, -n NUMBER of lines, --since 10m, 2h, 1d,
             19:45 or "2026-02-08 19:45" (to 10 s with 'monitor' running, else from a launch on)
  init       prepare a bot's folder (never overwrites anything)
  demo       see all of it on an example bot, in less than 30 s

Options, before or after the command:
  --project DIR       the bot's folder (else VIGIE_PROJECT, else the current folder)
  --lang fr|en        language
  --json              one JSON object on standard output
  --quiet, -q         only warnings and errors
  --version, -V       version

Exit codes: 0 done or online, 1 offline or failed, 2 wrong usage or settings, 3 refused so that nothing is
lost, 4 shipped but the bot is offline, 5 the new code failed and the old one is back, 130 interrupted.""",
    ),
    "cli.door-help": (
        """bot_monitor.py : moniteur du bot

  --check    vérifier l'état du bot (par défaut)
  --status   afficher le statut détaillé
  --start    lancer le bot
  --stop     arrêter le bot
  --restart  redémarrer le bot
  --monitor  monitoring continu

Options : --project DOSSIER, --lang fr|en, --json, --quiet""",
        """bot_monitor.py: the bot's monitor

  --check    check the bot's state (the default)
  --status   show the detailed status
  --start    start the bot
  --stop     stop the bot
  --restart  restart the bot
  --monitor  watch without end

Options: --project DIR, --lang fr|en, --json, --quiet""",
    ),
}
