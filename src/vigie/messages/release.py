"""Sentences of ``vigie releases``."""

SENTENCES: dict[str, tuple[str, str]] = {
    "release.none": (
        "Aucune version n'a encore tourné ici : la première est notée au prochain 'vigie start'",
        "No version has run here yet: the first one is noted with the next 'vigie start'",
    ),
    "release.lines": (
        "Nombre de versions non valable : '{found}'. Il faut un entier de 1 à {most}",
        "Not a valid number of versions: '{found}'. A whole number from 1 to {most} is needed",
    ),
    "release.lines.hint": (
        "Par exemple : 'vigie releases -n 5'.",
        "For example: 'vigie releases -n 5'.",
    ),
    "release.label-bot": ("Bot", "Bot"),
    "release.label-version": ("Version", "Version"),
    "release.label-from": ("Depuis", "From"),
    "release.label-to": ("Jusqu'à", "To"),
    "release.label-launches": ("Lancements", "Launches"),
    "release.label-healthy": ("Saine pendant", "Healthy for"),
    "release.label-verdict": ("Verdict", "Verdict"),
    "release.label-subject": ("Commit", "Commit"),
    "release.now": ("en marche", "running"),
    "release.unknown": ("inconnu", "unknown"),
    "release.proven": ("éprouvée", "proven"),
    "release.bad": ("mauvaise", "bad"),
    "release.unproven": ("-", "-"),
    "release.rolled-back": ("retour en arrière", "way back"),
    "release.parked": ("à côté du dossier", "beside the folder"),
}
