"""What is said of secrets and of large files that were about to be published."""

from __future__ import annotations

from typing import Final

_NEW_FR: Final = "S'il a déjà été publié, le renouveler: "
_NEW_EN: Final = "If it was ever published, replace it: "

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "secret.found": (
        "Un secret serait publié ({count} trouvé(s)): {files}",
        "A secret would be published ({count} found): {files}",
    ),
    "secret.found.hint": (
        "Retirer le secret du fichier, le garder dans .env, puis relancer la même commande. Rien n'a été fait.",
        "Take the secret out of the file, keep it in .env, then run the same command again. Nothing was done.",
    ),
    "secret.in-unpushed": (
        "Un commit qui n'est pas encore poussé contient un secret ({count} trouvé(s)): {files}",
        "A commit that is not pushed yet holds a secret ({count} found): {files}",
    ),
    "secret.in-unpushed.hint": (
        "'vigie ship --undo' reprend le dernier ship non poussé. Sinon 'git reset --soft {commit}~1' reprend ce "
        "commit et les suivants sans toucher à aucun fichier; retirer le secret, puis relancer la même commande. "
        "Un secret qui n'est pas sorti d'ici reste bon; dans le doute, le renouveler. Rien n'a été publié.",
        "'vigie ship --undo' takes back the last ship that was not pushed. Otherwise 'git reset --soft {commit}~1' "
        "takes back this commit and the later ones without touching any file; take the secret out, then run the "
        "same command again. A secret that never left this machine stays good; in doubt, replace it. Nothing was published.",
    ),
    "secret.file-too-large": (
        "GitHub refuse les fichiers de plus de 100 Mio: {files}",
        "GitHub refuses files larger than 100 MiB: {files}",
    ),
    "secret.file-too-large.hint": (
        "Le retirer (.gitignore) ou le confier à Git LFS (git lfs track). Dans un commit déjà fait, l'effacer ne suffit "
        "pas: reprendre ce commit avec 'vigie ship --undo' ou 'git reset --soft COMMIT~1'. Rien n'a été fait.",
        "Leave it out (.gitignore) or give it to Git LFS (git lfs track). In a commit that exists, deleting it is not "
        "enough: take that commit back with 'vigie ship --undo' or 'git reset --soft COMMIT~1'. Nothing was done.",
    ),
    "secret.large": (
        "Plus de 50 Mio, ce que GitHub déconseille: {files}",
        "Larger than 50 MiB, which GitHub advises against: {files}",
    ),
    # the lines that follow
    "secret.line": ("{place} {kind} {shown}", "{place} {kind} {shown}"),
    "secret.line-commit": (
        "{place} {kind} {shown} (commit {commit})",
        "{place} {kind} {shown} (commit {commit})",
    ),
    "secret.large-line": ("{file} {size} Mio", "{file} {size} MiB"),
    "secret.large-line-commit": (
        "{file} {size} Mio (commit {commit})",
        "{file} {size} MiB (commit {commit})",
    ),
    "secret.message": ("message du commit", "commit message"),
    "secret.more": ("... et {count} autre(s)", "... and {count} more"),
    "secret.allow-title": (
        "Ce n'est pas un secret? '# vigie: allow-secret' sur la ligne, ou dans .vigie-allow:",
        "Not a secret? '# vigie: allow-secret' on the line, or in .vigie-allow:",
    ),
    "secret.allow-row": ("{digest}  # {place}", "{digest}  # {place}"),
    # kinds
    "secret.kind-own-value": ("valeur de {variable} dans .env", "value of {variable} in .env"),
    "secret.kind-and-variable": (
        "{kind}, valeur de {variable} dans .env",
        "{kind}, value of {variable} in .env",
    ),
    "secret.kind-discord-token": ("jeton Discord", "Discord token"),
    "secret.kind-discord-webhook": ("adresse de webhook Discord", "Discord webhook address"),
    "secret.kind-telegram-token": ("jeton de bot Telegram", "Telegram bot token"),
    "secret.kind-slack-token": ("jeton Slack", "Slack token"),
    "secret.kind-slack-webhook": ("adresse de webhook Slack", "Slack webhook address"),
    "secret.kind-twitch-token": ("jeton Twitch", "Twitch token"),
    "secret.kind-twitch-secret": ("secret de client Twitch", "Twitch client secret"),
    "secret.kind-github-token": ("jeton GitHub", "GitHub token"),
    "secret.kind-aws-key": ("identifiant de clé AWS", "AWS access key ID"),
    "secret.kind-aws-secret": ("clé secrète AWS", "AWS secret key"),
    "secret.kind-model-key": ("clé d'API (OpenAI, Anthropic...)", "API key (OpenAI, Anthropic...)"),
    "secret.kind-google-key": ("clé d'API Google", "Google API key"),
    "secret.kind-private-key": ("clé privée", "private key"),
    "secret.kind-url-password": ("mot de passe dans une adresse", "password in an address"),
    # how each is made worthless
    "secret.rotate-own-value": (
        _NEW_FR + "auprès du service qui l'a donné, puis dans .env",
        _NEW_EN + "at the service that gave it, then in .env",
    ),
    "secret.rotate-discord-token": (
        _NEW_FR + "https://discord.com/developers/applications, Bot, Reset Token",
        _NEW_EN + "https://discord.com/developers/applications, Bot, Reset Token",
    ),
    "secret.rotate-discord-webhook": (
        _NEW_FR + "paramètres du salon, Intégrations, supprimer ce webhook",
        _NEW_EN + "the channel's settings, Integrations, delete this webhook",
    ),
    "secret.rotate-telegram-token": (
        _NEW_FR + "écrire /revoke à @BotFather",
        _NEW_EN + "send /revoke to @BotFather",
    ),
    "secret.rotate-slack-token": (
        _NEW_FR + "https://api.slack.com/apps, OAuth & Permissions, Revoke",
        _NEW_EN + "https://api.slack.com/apps, OAuth & Permissions, Revoke",
    ),
    "secret.rotate-slack-webhook": (
        _NEW_FR + "https://api.slack.com/apps, Incoming Webhooks",
        _NEW_EN + "https://api.slack.com/apps, Incoming Webhooks",
    ),
    "secret.rotate-twitch-token": (
        _NEW_FR + "https://www.twitch.tv/settings/connections, déconnecter l'application",
        _NEW_EN + "https://www.twitch.tv/settings/connections, disconnect the application",
    ),
    "secret.rotate-twitch-secret": (
        _NEW_FR + "https://dev.twitch.tv/console/apps, New Secret",
        _NEW_EN + "https://dev.twitch.tv/console/apps, New Secret",
    ),
    "secret.rotate-github-token": (
        _NEW_FR + "https://github.com/settings/tokens",
        _NEW_EN + "https://github.com/settings/tokens",
    ),
    "secret.rotate-aws-key": (
        _NEW_FR + "console AWS, IAM, Security credentials",
        _NEW_EN + "AWS console, IAM, Security credentials",
    ),
    "secret.rotate-aws-secret": (
        _NEW_FR + "console AWS, IAM, Security credentials",
        _NEW_EN + "AWS console, IAM, Security credentials",
    ),
    "secret.rotate-model-key": (
        _NEW_FR + "page des clés d'API du fournisseur (https://platform.openai.com/api-keys ...)",
        _NEW_EN + "the provider's page of API keys (https://platform.openai.com/api-keys ...)",
    ),
    "secret.rotate-google-key": (
        _NEW_FR + "https://console.cloud.google.com/apis/credentials",
        _NEW_EN + "https://console.cloud.google.com/apis/credentials",
    ),
    "secret.rotate-private-key": (
        _NEW_FR + "créer une autre paire de clés et retirer l'ancienne clé publique partout",
        _NEW_EN + "make another pair of keys and remove the old public key everywhere",
    ),
    "secret.rotate-url-password": (
        _NEW_FR + "changer ce mot de passe auprès du service",
        _NEW_EN + "change this password at the service",
    ),
}
