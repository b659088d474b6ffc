"""What the forms of the town are filled in with, so that whoever may send them is let in."""

from __future__ import annotations

FILLED_IN = {
    "outcome": "appele",
    "school_year": "2027-2028",
    "jour": "monday",
    "rang": "first",
    "tous": "1",
    "sinon": "nothing",
    "du": "2027-01-01",
    "au": "2027-06-30",
    "ajout": "2027-01-07",
    "retrait": "2027-02-02",
    "depart": "2027-03-02",
    "arrivee": "2027-03-04",
    "day": "2027-04-06",
    "reason": "Trop loin",
    "email": "quelquun@example.org",
    "first_day": "2026-12-01",
    "last_day": "2026-12-03",
    "function": "paris-19",
    "phone": "06 39 98 12 34",
    "answer": "oui",
    "confirmed_by": "Madame Roy",
    "decision": "reste",
    "status": "demandee",
    "nonce": "nonce-0001",
    "revision": "0",
    "step": "1",
}
"""What forms ask, where one answer suits all."""

A_SESSION = {
    "title": "Atelier d’écriture",
    "start": "14:00",
    "end": "16:00",
    "repeat": "une_fois",
    "audience": "tous",
    "registration": "sans",
}

OF_ONE_ROUTE = {
    "partners.approve": {"organisation": "autre"},
    "team.offer": {"role": "ecole"},
    "organisation.offer": {"role": "membre"},
    "day_links.make": {"name": "Awa"},
    "changes.move": {"jour": "2026-12-12", "debut": "10:00", "fin": "12:00", "lieu": "ecole-curial"},
    "rewording.keep": {"title": "Les écrans"},
    "access.add_speaker": {"name": "Awa", "arrives": "09:15", "leaves": "11:45"},
    "event_registrations.register": {"first_name": "Elif", "adults": "1", "agrees": "y"},
    "entry_settings.keep": {"form": "courte", "order": "ordre_strict", "answer_hours": "24"},
    "relay.register": {"first_name": "Elif", "adults": "1", "agrees": "y"},
    "paper.keep": {
        "line_1-first_name": "Elif",
        "line_1-adults": "1",
        "line_1-phone": "06 39 98 12 34",
        "line_1-agrees": "y",
    },
    "event_messages.write": {"text": "À samedi", "audience": "inscrits"},
    "embedding.add": {"site": "https://asso.example"},
    "showcase.keep": {"alternative": "Le jardin"},
    "contacts.change": {"name": "Monsieur Petit"},
    "venues.add": {"name": "Le kiosque", "kind": "parc"},
    "venues.change": {"name": "École Curial-Cambrai", "kind": "elementaire"},
    "rewriting.keep_project": {"status": "engage"},
    "rewriting.add_axis": {"theme": "droits"},
    "retention.keep": {"months": "6", "reason": "Accueil ponctuel"},
    "details.keep": {"name": "Espace 19 Ourcq", "kind": "association"},
    "decisions.publish": {"edition": "1"},
    "proposals.submit": A_SESSION,
    "proposals.correct": A_SESSION,
}
OF_ROWS = {
    "people_told.keep": {"p{hosted_person}-bracket": "18+", "agrees": "y"},
    "sessions.change": {"quoi": "deplacer", "e": "{workshop_row}", "semaines": "1"},
    "closures.close": {"raison": "Travaux"},
    "replacements.replace": {
        "structure": "{organisation}",
        "du": "2026-12-01",
        "au": "2026-12-31",
        "choix-{event_row}": "annuler",
    },
    "team.offer": {"school": "{school}"},
    "contacts.add": {"name": "Monsieur Petit", "place": "lieu:{school}"},
    "proposals.submit": {"action": "{action}", "venue": "{school}"},
    "proposals.correct": {"action": "{action}", "venue": "{school}"},
    "rewriting.add_action": {"name": "Vélo-école", "axis": "{axis}"},
    "rewriting.change_action": {"name": "Samedis", "axis": "{axis}"},
}
"""The same, where the answer is a row."""
