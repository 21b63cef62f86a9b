"""What the demo says of what it does."""

SENTENCES: dict[str, tuple[str, str]] = {
    "demo.folder": (
        "Un bot d'exemple, un dossier temporaire ({folder}), un vrai monitoring",
        "An example bot, a temporary folder ({folder}), a real monitor",
    ),
    "demo.killed": ("On tue le bot (PID {pid}, kill -9)", "Killing the bot (PID {pid}, kill -9)"),
    "demo.frozen": (
        "On gèle le bot (PID {pid}) : il vit, mais n'entend plus rien",
        "Freezing the bot (PID {pid}): it lives, but hears nothing",
    ),
    "demo.answers-500": (
        "On rend le bot malade (PID {pid}) : son health check répond 500",
        "Making the bot ill (PID {pid}): its health check answers 500",
    ),
    "demo.came-back": (
        "Revenu en {seconds} s : PID {before} remplacé par PID {pid}, en bonne santé",
        "Back after {seconds} s: PID {before} replaced by PID {pid}, healthy",
    ),
    "demo.goes-on": (
        "Le monitoring s'en va, le bot continue (PID {pid})",
        "The monitor leaves, the bot goes on (PID {pid})",
    ),
    "demo.all-true": (
        "Tué, gelé, malade : le bot est revenu à chaque fois. Démo finie en {seconds} s, rien ne tourne plus",
        "Killed, frozen, ill: the bot came back every time. Demo over after {seconds} s, nothing is left running",
    ),
    "demo.lost": ("Le bot n'est pas revenu en {seconds} s", "The bot did not come back within {seconds} s"),
    "demo.not-true": ("La démo n'a pas tenu ses promesses", "The demo did not keep its promises"),
}
