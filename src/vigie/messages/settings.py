"""What can be wrong with the settings, and what is allowed."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    # which folder
    "settings.no-project-folder": (
        "Dossier du projet introuvable: {source} donne {folder}, {problem}.",
        "Project folder not found: {source} gives {folder}, {problem}.",
    ),
    "settings.no-project-folder.hint": (
        "Donnez un dossier existant, ou lancez la commande depuis le dossier du bot.",
        "Give an existing folder, or run the command in the bot's folder.",
    ),
    "settings.by-option": ("l'option --project", "the option --project"),
    "settings.by-variable": ("la variable d'environnement {variable}", "the environment variable {variable}"),
    "settings.missing": ("qui n'existe pas", "which does not exist"),
    "settings.not-a-folder": ("qui n'est pas un dossier", "which is not a folder"),
    # which bot
    "settings.unknown-bot": (
        "Aucun bot ne s'appelle {name} dans ce projet.",
        "No bot in this project is called {name}.",
    ),
    "settings.unknown-bot.hint": ("{advice}", "{advice}"),
    "settings.known-bots": ("Bots connus: {known}.", "Known bots: {known}."),
    "settings.did-you-mean": ("Vouliez-vous dire {nearest} ?", "Did you mean {nearest}?"),
    # where something stands
    "settings.in-file": ("{file}, ligne {line}", "{file}, line {line}"),
    "settings.in-file-column": (
        "{file}, ligne {line}, colonne {column}",
        "{file}, line {line}, column {column}",
    ),
    "settings.in-env-file": (
        "{file}, ligne {line}, variable {variable}",
        "{file}, line {line}, variable {variable}",
    ),
    "settings.in-environment": ("Variable d'environnement {variable}", "Environment variable {variable}"),
    # a file
    "settings.unreadable-file": ("Impossible de lire {file}: {detail}.", "Cannot read {file}: {detail}."),
    "settings.unreadable-file.hint": (
        "Rendez ce fichier lisible, ou supprimez-le: aucun fichier de réglages n'est obligatoire.",
        "Make this file readable, or remove it: no settings file is needed.",
    ),
    "settings.is-folder": ("c'est un dossier", "it is a folder"),
    "settings.is-no-regular-file": (
        "ce n'est pas un fichier ordinaire, mais un tube, un socket ou un périphérique",
        "it is no regular file, but a pipe, a socket or a device",
    ),
    "settings.no-permission": ("la permission manque", "permission denied"),
    "settings.dead-link": ("le lien ne mène nulle part", "the link leads nowhere"),
    "settings.file-too-large": (
        "{file} dépasse {limit}: ce n'est pas un fichier de réglages.",
        "{file} is larger than {limit}: this is no settings file.",
    ),
    "settings.file-too-large.hint": ("Vérifiez ce que contient ce fichier.", "Check what this file holds."),
    "settings.not-utf8": (
        "{file}, ligne {line}: le fichier n'est pas du texte en UTF-8.",
        "{file}, line {line}: the file is not UTF-8 text.",
    ),
    "settings.not-utf8.hint": (
        "Enregistrez-le en UTF-8. Sous PowerShell 5.1, « echo » et « > » écrivent de l'UTF-16:"
        " utilisez « Set-Content -Encoding utf8 ».",
        'Save it as UTF-8. In PowerShell 5.1 "echo" and ">" write UTF-16: use "Set-Content -Encoding utf8".',
    ),
    # .env
    "settings.env-line": (
        "{file}, ligne {line}: cette ligne n'est pas de la forme NOM=valeur.",
        "{file}, line {line}: this line is not of the form NAME=value.",
    ),
    "settings.env-line.hint": (
        "Écrivez NOM=valeur, ou commencez la ligne par # pour en faire un commentaire."
        " Une valeur de plusieurs lignes se met entre guillemets.",
        "Write NAME=value, or begin the line with # to make it a comment."
        " A value of several lines goes between quotes.",
    ),
    "settings.env-open-quote": (
        "{file}, ligne {line}: le guillemet {quote} ouvert ici n'est jamais fermé.",
        "{file}, line {line}: the quote {quote} opened here is never closed.",
    ),
    "settings.env-open-quote.hint": (
        "Fermez-le à la fin de la valeur. Un \\ juste avant le guillemet l'empêche de fermer: doublez-le.",
        "Close it at the end of the value. A \\ right before the quote keeps it from closing: double it.",
    ),
    "settings.env-after-quote": (
        "{file}, ligne {line}: il y a du texte après le guillemet fermant.",
        "{file}, line {line}: there is text after the closing quote.",
    ),
    "settings.env-after-quote.hint": (
        "Vérifiez que chaque guillemet est fermé, et mettez un \\ devant ceux de la valeur.",
        "Check that every quote is closed, and put a \\ before those that belong to the value.",
    ),
    # vigie.toml
    "settings.not-toml": (
        "{place}: ce n'est pas du TOML valide ({detail}).",
        "{place}: this is not valid TOML ({detail}).",
    ),
    "settings.not-toml.hint": ("{advice}", "{advice}"),
    "settings.toml-too-much": (
        "{file}: un nombre y est trop long, ou des crochets y sont imbriqués trop profondément.",
        "{file}: a number in it is too long, or brackets in it are nested too deep.",
    ),
    "settings.toml-too-much.hint": ("Vérifiez ce que contient ce fichier.", "Check what this file holds."),
    "settings.toml-backslash": (
        "Un chemin Windows se met entre apostrophes: 'C:\\bots\\bot.exe'.",
        "A Windows path goes between single quotes: 'C:\\bots\\bot.exe'.",
    ),
    "settings.toml-twice": (
        "Cette clé ou cette table est déjà définie plus haut: gardez-en une seule.",
        "This key or table is already defined further up: keep only one.",
    ),
    "settings.toml-quotes": (
        'Un texte se met entre guillemets: health_url = "http://localhost:8003/health".',
        'Text goes between quotes: health_url = "http://localhost:8003/health".',
    ),
    "settings.toml-example": (
        "Une ligne est une table, [bot], ou un réglage, check_interval = 30.",
        "A line is a table, [bot], or a setting, check_interval = 30.",
    ),
    "settings.unknown-key": (
        "{place}: clé inconnue {name} dans {table}.",
        "{place}: unknown key {name} in {table}.",
    ),
    "settings.unknown-key.hint": ("{advice}", "{advice}"),
    "settings.top": ("la table principale", "the main table"),
    "settings.known-keys": ("Clés connues ici: {known}.", "Keys known here: {known}."),
    "settings.belongs-under": ("{name} se place sous {home}.", "{name} belongs under {home}."),
    "settings.under-a-bot": (
        "[bots] contient une table par bot, [bots.NOM]; pour un seul bot, écrivez [bot].",
        "[bots] holds one table for each bot, [bots.NAME]; for a single bot write [bot].",
    ),
    "settings.belongs-on-top": (
        "{name} se place au début du fichier, avant toute table.",
        "{name} belongs at the beginning of the file, before any table.",
    ),
    "settings.bot-and-bots": (
        "{place}: [bot] et [bots] ne vont pas ensemble.",
        "{place}: [bot] and [bots] cannot stand together.",
    ),
    "settings.bot-and-bots.hint": (
        "Pour un seul bot, écrivez [bot]; pour plusieurs, une table [bots.NOM] par bot.",
        "For one bot write [bot]; for several, one table [bots.NAME] for each.",
    ),
    "settings.no-bots": ("{place}: [bots] ne contient aucun bot.", "{place}: there is no bot in [bots]."),
    "settings.no-bots.hint": (
        "Ajoutez une table [bots.NOM] par bot, ou retirez [bots].",
        "Add one table [bots.NAME] for each bot, or remove [bots].",
    ),
    "settings.which-bot": (
        "{place}: {setting} ne peut pas dire lequel de ces bots est visé: {bots}.",
        "{place}: {setting} cannot say which of these bots is meant: {bots}.",
    ),
    "settings.which-bot.hint": (
        "Retirez cette variable et écrivez {setting} sous [bots.{example}], et ainsi pour chaque bot.",
        "Remove this variable and write {setting} under [bots.{example}], and so for each bot.",
    ),
    "settings.shared-health-url": (
        "{place}: {bot} et {other} ont la même adresse de santé, {url}.",
        "{place}: {bot} and {other} have the same health address, {url}.",
    ),
    "settings.shared-health-url.hint": (
        'Donnez à chaque bot son propre health_url, ou "none" à celui qui n\'en a pas.',
        'Give each bot a health_url of its own, or "none" to one that has none.',
    ),
    # a value
    "settings.wrong-value": (
        "{place}: {setting} vaut {found}; il faut {allowed}.",
        "{place}: {setting} is {found}; expected {allowed}.",
    ),
    "settings.wrong-value.hint": (
        "Corrigez cette valeur, ou retirez-la pour garder la valeur par défaut.",
        "Correct this value, or remove it to keep the default.",
    ),
    "settings.port-of": ("le port de {setting}", "the port of {setting}"),
    "settings.allowed-seconds": (
        "un nombre de secondes de {low} à {high}, sans unité",
        "a number of seconds from {low} to {high}, without a unit",
    ),
    "settings.allowed-count": ("un nombre entier de {low} à {high}", "a whole number from {low} to {high}"),
    "settings.allowed-size": (
        'une taille d\'au moins 1 MB comme "512 MB" ou "1.5 GiB", un nombre d\'octets, ou "none"',
        'a size of at least 1 MB such as "512 MB" or "1.5 GiB", a number of bytes, or "none"',
    ),
    "settings.allowed-signals": (
        'une liste comme ["SIGINT", "SIGTERM"], de un à {most} signaux parmi: {known}',
        'a list such as ["SIGINT", "SIGTERM"], of one to {most} signals among: {known}',
    ),
    "settings.allowed-exit-codes": (
        "une liste de codes de sortie comme [78], de {low} à {high}",
        "a list of exit codes such as [78], from {low} to {high}",
    ),
    "settings.allowed-hours": (
        'une heure locale comme "04:30", ou une liste d\'heures',
        'a local time of day such as "04:30", or a list of them',
    ),
    "settings.allowed-names": (
        'un nom comme "worker", ou une liste de noms',
        'a name such as "worker", or a list of names',
    ),
    "settings.allowed-other-bots": ("le nom d'un autre bot: {known}", "the name of another bot: {known}"),
    "settings.allowed-no-other-bot": (
        "rien: ce projet n'a pas d'autre bot",
        "nothing: this project has no other bot",
    ),
    "settings.found-circle": ("un cercle: {circle}", "a circle: {circle}"),
    "settings.allowed-no-circle": (
        "un ordre où aucun bot n'attend, même indirectement, son propre démarrage",
        "an order in which no bot waits, not even by a detour, for its own start",
    ),
    "settings.allowed-choice": ("l'un de: {choices}", "one of: {choices}"),
    "settings.allowed-folder": (
        "un dossier existant, vu depuis le dossier du projet",
        "an existing folder, seen from the project folder",
    ),
    "settings.allowed-path": (
        "un chemin; dans vigie.toml, un chemin Windows se met entre apostrophes: 'C:\\bots\\bot.exe'",
        "a path; in vigie.toml a Windows path goes between single quotes: 'C:\\bots\\bot.exe'",
    ),
    "settings.allowed-command": (
        'une liste de mots ["python", "start.py"], ou un texte "python start.py"',
        'a list of words ["python", "start.py"], or a text "python start.py"',
    ),
    "settings.allowed-exec": (
        "exec: suivi d'une commande, par exemple exec:python check.py",
        "exec: followed by a command, for example exec:python check.py",
    ),
    "settings.allowed-url": (
        "http://hôte:port/chemin, https://..., tcp://hôte:port, exec:COMMANDE ou none",
        "http://host:port/path, https://..., tcp://host:port, exec:COMMAND or none",
    ),
    "settings.allowed-url-host": (
        "un hôte valide après ://, par exemple localhost, 127.0.0.1 ou [::1]",
        "a valid host after ://, for example localhost, 127.0.0.1 or [::1]",
    ),
    "settings.allowed-url-plain": (
        "une adresse sans nom ni mot de passe, car elle est affichée et journalisée",
        "an address without name or password, since it is shown and logged",
    ),
    "settings.allowed-url-spaceless": ("une adresse sans espace", "an address without spaces"),
    "settings.allowed-url-tcp": ("tcp://hôte:port, sans chemin", "tcp://host:port, without a path"),
    "settings.allowed-port": ("un port de 1 à 65535", "a port from 1 to 65535"),
    "settings.allowed-status": (
        'des codes HTTP de {low} à {high}: 200, "200-299", ou une liste [200, "300-399"]',
        'HTTP codes from {low} to {high}: 200, "200-299", or a list [200, "300-399"]',
    ),
    "settings.allowed-at-least": (
        "au moins la valeur de {other}, {limit}",
        "at least the value of {other}, {limit}",
    ),
    "settings.allowed-at-most": (
        "au plus la valeur de {other}, {limit}",
        "at most the value of {other}, {limit}",
    ),
    "settings.allowed-table": ("une table, écrite [{table}]", "a table, written [{table}]"),
    "settings.allowed-name": (
        "un nom de 1 à {longest} lettres sans accent, chiffres, - ou _, qui ne commence pas par -",
        "a name of 1 to {longest} letters without accents, digits, - or _, not beginning with -",
    ),
    "settings.allowed-free-name": (
        "un autre nom: celui-ci est réservé par Windows ou par vigie",
        "another name: this one is reserved by Windows or by vigie",
    ),
    "settings.allowed-distinct": (
        "un nom qui diffère de {other} par plus que les majuscules",
        "a name that differs from {other} by more than upper and lower case",
    ),
    "settings.found-open-quote": (
        "un texte dont un guillemet n'est pas fermé",
        "a text with a quote that is never closed",
    ),
    "settings.found-not-text": (
        "une liste qui contient autre chose que du texte",
        "a list that holds more than text",
    ),
    "settings.found-nothing": ("vide", "empty"),
    "settings.found-control": (
        "un texte qui contient un caractère de contrôle (tabulation, saut de ligne...)",
        "a text that holds a control character (tab, line end...)",
    ),
    "settings.found-credentials": (
        "une adresse qui contient un nom ou un mot de passe",
        "an address that holds a name or password",
    ),
    "settings.found-composed": (
        "une valeur composée d'autres variables",
        "a value put together from other variables",
    ),
    "settings.found-no-folder": (
        "{path}, qui n'est pas un dossier existant",
        "{path}, which is no existing folder",
    ),
}
