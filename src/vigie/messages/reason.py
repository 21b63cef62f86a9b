"""Why a bot is in the state it is in, or why something was done to it: a clause that fits into brackets."""

from __future__ import annotations

SENTENCES: dict[str, tuple[str, str]] = {
    # what a person, or a verb acting for one, wanted
    "reason.asked-start": ("démarrage demandé", "start requested"),
    "reason.asked-stop": ("arrêt demandé", "stop requested"),
    "reason.asked-restart": ("redémarrage demandé", "restart requested"),
    "reason.asked-ensure": ("mise en ligne demandée", "asked to be online"),
    "reason.monitor-started": ("démarrage du moniteur", "monitor started"),
    "reason.shipped": ("nouvelle version livrée", "new version shipped"),
    "reason.code-changed": ("code modifié", "code changed"),
    "reason.settings-changed": ("réglages modifiés", "settings changed"),
    "reason.max-age": ("âge maximal atteint", "maximum age reached"),
    "reason.restart-hour": ("heure de redémarrage", "time of day to restart"),
    # what befell the bot
    "reason.crashed": ("plantage", "crashed"),
    "reason.hung": ("ne répond plus", "stopped answering"),
    "reason.never-ready": ("n'a jamais répondu", "never answered"),
    "reason.launch-failed": ("lancement impossible", "could not be launched"),
    "reason.launch-refused": ("lancement refusé", "launch refused"),
    "reason.memory-exceeded": ("limite de mémoire dépassée", "memory limit exceeded"),
    "reason.restart-wanted": ("le bot a demandé à être relancé", "the bot asked to be restarted"),
    "reason.stays-down": ("le bot a demandé à rester arrêté", "the bot asked to stay down"),
    "reason.finished": ("le bot a terminé", "the bot has finished"),
    "reason.not-restarted": ("pas de redémarrage prévu", "not to be restarted"),
    # what follows from policy
    "reason.waiting-backoff": ("pause avant le prochain essai", "waiting before the next try"),
    "reason.gave-up": ("trop d'échecs de suite", "too many failures in a row"),
    "reason.daily-limit": (
        "nombre maximal de redémarrages par jour atteint",
        "daily limit of restarts reached",
    ),
    "reason.stop-timeout": ("n'a pas obéi à la demande d'arrêt", "did not stop when asked"),
    "reason.leftovers": ("processus encore présents", "processes left behind"),
    "reason.starting": ("en cours de démarrage", "still starting"),
    "reason.routine": ("vérification périodique", "routine check"),
    "reason.confirming": ("échec à confirmer", "confirming a failure"),
    "reason.adopted": ("déjà lancé", "already running"),
    "reason.healthy": ("répond normalement", "answers normally"),
    "reason.started": ("démarré", "started"),
    "reason.stopped": ("arrêté", "stopped"),
    "reason.trial-failed": ("échec de la nouvelle version", "new version failed its trial"),
    "reason.trial-passed": ("nouvelle version validée", "new version passed its trial"),
}
