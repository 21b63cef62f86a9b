"""Sentences of ``vigie logs``."""

SENTENCES: dict[str, tuple[str, str]] = {
    "logs.lines": (
        "Nombre de lignes non valable : '{found}'. Il faut un entier de 0 à {most}",
        "Not a valid number of lines: '{found}'. A whole number from 0 to {most} is needed",
    ),
    "logs.since": (
        "Moment non valable pour --since : '{found}'. Il faut une durée (30s, 10m, 2h, 1d) ou une heure locale "
        '(19:45 ou "2026-02-08 19:45")',
        "Not a valid moment for --since: '{found}'. A duration (30s, 10m, 2h, 1d) or a local time is needed "
        '(19:45 or "2026-02-08 19:45")',
    ),
    "logs.since.hint": (
        "Par exemple : 'vigie logs --since 10m' ou 'vigie logs --since \"2026-02-08 19:45\"'.",
        "For example: 'vigie logs --since 10m' or 'vigie logs --since \"2026-02-08 19:45\"'.",
    ),
    "logs.follow-json": (
        "'logs -f' n'a pas de fin et --json promet un seul objet : les deux ne vont pas ensemble",
        "'logs -f' has no end and --json promises one object: the two do not go together",
    ),
    "logs.follow-json.hint": (
        "Enlevez -f pour un objet JSON, ou --json pour suivre ce que le bot écrit.",
        "Leave out -f for a JSON object, or --json to follow what the bot prints.",
    ),
    "logs.nothing-yet": (
        "Le bot n'a encore rien écrit : pas de fichier {path}",
        "The bot has not printed anything yet: no file {path}",
    ),
    "logs.nothing-yet.hint": (
        "Le fichier naît au premier 'vigie start'.",
        "The file is born with the first 'vigie start'.",
    ),
}
