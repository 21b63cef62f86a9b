"""Sentences of ``check``: the guide's own."""

SENTENCES: dict[str, tuple[str, str]] = {
    "check.begin": ("Vérification de l'état du bot...", "Checking the bot's state..."),
    "check.running": ("Bot en cours d'exécution", "Bot is running"),
    "check.online": ("Bot: EN LIGNE [OK]", "Bot: ONLINE [OK]"),
    "check.offline": ("Bot: HORS LIGNE [ERROR]", "Bot: OFFLINE [ERROR]"),
}
