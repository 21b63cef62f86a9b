"""What asking a bot "are you well?" can come to. One line each, the whole of what follows the tag."""

from __future__ import annotations

_IMPOSSIBLE = "Vérification impossible : "

SENTENCES: dict[str, tuple[str, str]] = {
    # well
    "probe.answered": (
        "Le bot répond (HTTP {status})",
        "The bot answers (HTTP {status})",
    ),
    "probe.connected": (
        "Le bot accepte les connexions sur {place}",
        "The bot takes connections on {place}",
    ),
    "probe.exec-passed": (
        "La commande de vérification a réussi",
        "The check command succeeded",
    ),
    "probe.alive": (
        "Le processus du bot est en vie (pid {pid})",
        "The bot's process is alive (pid {pid})",
    ),
    # not reached
    "probe.refused": (
        "Bot injoignable: connexion refusée, rien n'écoute sur {place}",
        "Bot unreachable: connection refused, nothing listens on {place}",
    ),
    "probe.reset": (
        "Bot injoignable: connexion coupée brutalement par le bot",
        "Bot unreachable: connection reset by the bot",
    ),
    "probe.closed": (
        "Bot injoignable: connexion fermée sans réponse",
        "Bot unreachable: connection closed without an answer",
    ),
    "probe.unreachable": (
        "Bot injoignable: aucun chemin réseau jusqu'à lui",
        "Bot unreachable: no network path leads to it",
    ),
    "probe.failed": (
        "Bot injoignable: erreur réseau {detail}",
        "Bot unreachable: network error {detail}",
    ),
    "probe.name-not-found": (
        "Bot injoignable: le nom {host} n'existe pas",
        "Bot unreachable: the name {host} does not exist",
    ),
    "probe.timeout-connecting": (
        "Bot injoignable: délai de {seconds} s dépassé pendant la connexion",
        "Bot unreachable: no connection within {seconds} s",
    ),
    "probe.timeout-tls": (
        "Bot injoignable: délai de {seconds} s dépassé pendant la négociation TLS",
        "Bot unreachable: TLS handshake not finished within {seconds} s",
    ),
    "probe.timeout-answering": (
        "Bot injoignable: délai de {seconds} s dépassé",
        "Bot unreachable: no complete answer within {seconds} s",
    ),
    "probe.timeout-exec": (
        "Bot injoignable: délai de {seconds} s dépassé par la commande de vérification",
        "Bot unreachable: the check command did not finish within {seconds} s",
    ),
    # reached, but not well
    "probe.status": (
        "Bot en erreur: il répond HTTP {status}",
        "Bot in error: it answers HTTP {status}",
    ),
    "probe.redirect": (
        "Bot en erreur: il répond par une redirection (HTTP {status}), qui n'est pas suivie",
        "Bot in error: it answers with a redirect (HTTP {status}), which is not followed",
    ),
    "probe.redirect.hint": (
        "Indiquez dans health_url l'adresse qui répond elle-même",
        "Set health_url to the address that answers by itself",
    ),
    "probe.redirect-to": (
        "Bot en erreur: il redirige (HTTP {status}) vers {location}, ce qui n'est pas suivi",
        "Bot in error: it redirects (HTTP {status}) to {location}, which is not followed",
    ),
    "probe.redirect-to.hint": (
        "Si cette adresse est la bonne, indiquez-la dans health_url",
        "If that address is the right one, set health_url to it",
    ),
    "probe.cut": (
        "Bot en erreur: réponse interrompue avant la fin",
        "Bot in error: its answer broke off before the end",
    ),
    "probe.not-http": (
        "Bot en erreur: ce qui répond ne parle pas HTTP correctement",
        "Bot in error: what answers does not speak proper HTTP",
    ),
    "probe.not-http.hint": (
        "Vérifiez le port de health_url, et s'il faut https:// ou tcp:// au lieu de http://",
        "Check the port in health_url, and whether it takes https:// or tcp:// rather than http://",
    ),
    "probe.headers-too-large": (
        "Bot en erreur: les en-têtes de sa réponse dépassent 16 Kio",
        "Bot in error: the headers of its answer exceed 16 KiB",
    ),
    "probe.exec-exit": (
        "Bot en erreur: la commande de vérification s'est terminée avec le code {code}",
        "Bot in error: the check command ended with exit code {code}",
    ),
    "probe.exec-signal": (
        "Bot en erreur: la commande de vérification a été tuée par le signal {signal}",
        "Bot in error: the check command was killed by signal {signal}",
    ),
    "probe.not-running": (
        "Bot arrêté: aucun processus en vie",
        "Bot stopped: no living process",
    ),
    "probe.too-young": (
        "Bot en cours de démarrage: son processus (pid {pid}) vient d'être lancé",
        "Bot starting: its process (pid {pid}) was launched just now",
    ),
    # TLS
    "probe.tls-expired": (
        "Bot injoignable: le certificat de {host} a expiré",
        "Bot unreachable: the certificate of {host} has expired",
    ),
    "probe.tls-not-yet-valid": (
        "Bot injoignable: le certificat de {host} n'est pas encore valable"
        " (l'heure de cette machine est-elle juste ?)",
        "Bot unreachable: the certificate of {host} is not valid yet (is this machine's clock right?)",
    ),
    "probe.tls-self-signed": (
        "Bot injoignable: le certificat de {host} est auto-signé",
        "Bot unreachable: the certificate of {host} is self-signed",
    ),
    "probe.tls-self-signed.hint": (
        "Utilisez http:// sur cette machine, ou indiquez son autorité dans la variable SSL_CERT_FILE",
        "Use http:// on this machine, or name its authority in the variable SSL_CERT_FILE",
    ),
    "probe.tls-unknown-issuer": (
        "Bot injoignable: le certificat de {host} vient d'une autorité inconnue de cette machine",
        "Bot unreachable: the certificate of {host} comes from an authority unknown to this machine",
    ),
    "probe.tls-wrong-host": (
        "Bot injoignable: le certificat présenté n'est pas celui de {host}",
        "Bot unreachable: the certificate shown is not that of {host}",
    ),
    "probe.tls-certificate": (
        "Bot injoignable: certificat de {host} refusé ({detail})",
        "Bot unreachable: certificate of {host} rejected ({detail})",
    ),
    "probe.tls-not-spoken": (
        "Bot injoignable: le serveur ne parle pas TLS",
        "Bot unreachable: the server does not speak TLS",
    ),
    "probe.tls-not-spoken.hint": (
        "Si le bot répond en clair, écrivez http:// et non https:// dans health_url",
        "If the bot answers in the clear, write http:// rather than https:// in health_url",
    ),
    "probe.tls-failed": (
        "Bot injoignable: échec TLS ({detail})",
        "Bot unreachable: TLS failure ({detail})",
    ),
    # the question could not be put: says nothing of the bot
    "probe.no-descriptors": (
        _IMPOSSIBLE + "trop de fichiers ouverts sur cette machine",
        "Cannot check: too many open files on this machine",
    ),
    "probe.no-descriptors.hint": (
        "Relevez la limite (ulimit -n), ou fermez ce qui en ouvre trop",
        "Raise the limit (ulimit -n), or close what opens too many",
    ),
    "probe.no-memory": (
        _IMPOSSIBLE + "cette machine n'a plus assez de mémoire ou de processus",
        "Cannot check: this machine is out of memory or processes",
    ),
    "probe.no-ports": (
        _IMPOSSIBLE + "cette machine n'a plus de port libre pour appeler le bot",
        "Cannot check: this machine has no free port left to call the bot from",
    ),
    "probe.no-network": (
        _IMPOSSIBLE + "cette machine n'a pas le réseau qu'il faut",
        "Cannot check: this machine has no network that leads there",
    ),
    "probe.forbidden": (
        _IMPOSSIBLE + "cette machine interdit la connexion (pare-feu ou bac à sable)",
        "Cannot check: this machine forbids the connection (firewall or sandbox)",
    ),
    "probe.no-tls": (
        _IMPOSSIBLE + "ce Python n'a pas de TLS",
        "Cannot check: this Python has no TLS",
    ),
    "probe.lookup-failed": (
        _IMPOSSIBLE + "la recherche du nom {host} a échoué",
        "Cannot check: looking up the name {host} failed",
    ),
    "probe.timeout-lookup": (
        _IMPOSSIBLE + "le nom {host} n'a pas été trouvé en {seconds} s",
        "Cannot check: the name {host} was not looked up within {seconds} s",
    ),
    "probe.overslept": (
        _IMPOSSIBLE + "cette machine nous a retenus pendant {seconds} s",
        "Cannot check: this machine held us up for {seconds} s",
    ),
    "probe.bad-url-scheme": (
        _IMPOSSIBLE + "health_url ne commence pas par http://, https://, tcp:// ou exec:",
        "Cannot check: health_url does not start with http://, https://, tcp:// or exec:",
    ),
    "probe.bad-url-credentials": (
        _IMPOSSIBLE + "health_url contient un nom d'utilisateur ou un mot de passe",
        "Cannot check: health_url holds a user name or password",
    ),
    "probe.bad-url-credentials.hint": (
        "health_url est affichée et journalisée : ouvrez plutôt l'adresse de santé à cette machine seule",
        "health_url is shown and logged: rather open the health address to this machine alone",
    ),
    "probe.bad-url-host": (
        _IMPOSSIBLE + "health_url ne contient pas de nom de machine valable",
        "Cannot check: health_url holds no valid host name",
    ),
    "probe.bad-url-port": (
        _IMPOSSIBLE + "health_url ne contient pas de port valable (1 à 65535)",
        "Cannot check: health_url holds no valid port (1 to 65535)",
    ),
    "probe.bad-url-characters": (
        _IMPOSSIBLE + "health_url contient des caractères de contrôle",
        "Cannot check: health_url holds control characters",
    ),
    "probe.exec-empty": (
        _IMPOSSIBLE + "la commande de vérification est vide",
        "Cannot check: the check command is empty",
    ),
    "probe.exec-quotes": (
        _IMPOSSIBLE + "un guillemet n'est pas fermé dans la commande de vérification",
        "Cannot check: a quote is not closed in the check command",
    ),
    "probe.exec-control": (
        _IMPOSSIBLE + "la commande de vérification contient un caractère nul",
        "Cannot check: the check command holds a null character",
    ),
    "probe.exec-not-found": (
        _IMPOSSIBLE + "commande de vérification introuvable : {program}",
        "Cannot check: check command not found: {program}",
    ),
    "probe.exec-not-found.hint": (
        "Donnez le chemin complet du programme dans health_url, ou un chemin relatif au dossier du bot",
        "Give the program's full path in health_url, or a path relative to the bot's folder",
    ),
    "probe.exec-not-executable": (
        _IMPOSSIBLE + "la commande de vérification n'est pas exécutable : {program}",
        "Cannot check: the check command is not executable: {program}",
    ),
    "probe.exec-not-executable.hint": (
        "Lancez-la par son interpréteur (exec:python verif.py), ou rendez-la exécutable : chmod +x",
        "Start it through its interpreter (exec:python check.py), or make it executable: chmod +x",
    ),
    "probe.exec-directory": (
        _IMPOSSIBLE + "dossier du bot introuvable ou interdit : {directory}",
        "Cannot check: the bot's folder is missing or closed to us: {directory}",
    ),
    "probe.exec-failed": (
        _IMPOSSIBLE + "la commande de vérification n'a pas pu être lancée ({detail})",
        "Cannot check: the check command could not be started ({detail})",
    ),
    "probe.exec-unknown": (
        _IMPOSSIBLE + "le système n'a pas donné le code de fin de la commande",
        "Cannot check: the system did not tell the command's exit code",
    ),
}
