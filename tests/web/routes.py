"""Every route: an address of it in the town (tests/web/town.py), who is let in, and what they get."""

from __future__ import annotations

from tests.web.public_routes import PUBLIC_ROUTES
from tests.web.visitors import COORDINATION, ESPACE, EVERYBODY, HOSTS, SIGNED_IN, TEAM, Route, desk

ROUTES = (
    *PUBLIC_ROUTES,
    # Signing in.
    Route("GET", "sign_in.form", "/connexion", EVERYBODY, 200, also=303),  # signed in already: goes on
    Route("POST", "sign_in.ask", "/connexion", EVERYBODY, 303),
    Route("GET", "sign_in.sent", "/connexion/envoye", EVERYBODY, 200),
    Route("GET", "sign_in.link", "/connexion/{sign_in_token}", EVERYBODY, 200),
    Route("POST", "sign_in.enter", "/connexion/{sign_in_token}", EVERYBODY, 303),
    Route("POST", "sign_in.leave", "/deconnexion", EVERYBODY, 303),
    Route("GET", "second_step.password", "/connexion/mot-de-passe", EVERYBODY, 200, also=303),
    Route("POST", "second_step.enter", "/connexion/mot-de-passe", EVERYBODY, 422),
    Route("GET", "second_step.form", "/connexion/code", EVERYBODY, 303),  # nothing begun
    Route("POST", "second_step.check", "/connexion/code", EVERYBODY, 303),
    Route("GET", "second_step.recovery", "/connexion/code-de-secours", EVERYBODY, 303),
    Route("POST", "second_step.recover", "/connexion/code-de-secours", EVERYBODY, 303),
    Route("POST", "passkeys.enter", "/connexion/cle", EVERYBODY, 303),  # nothing answered: back to the form
    Route("POST", "passkeys.complete", "/connexion/code/cle", EVERYBODY, 303),
    # One's own account.
    Route("GET", "desk.home", "/pro/", SIGNED_IN, 200),
    Route("GET", "account.show", "/pro/compte", SIGNED_IN, 200),
    Route("POST", "account.end", "/pro/compte/entrees/{sign_in}/fin", frozenset(), 404),  # nobody's own
    Route("POST", "account.end_others", "/pro/compte/entrees/fin", SIGNED_IN, 303),
    Route("GET", "password.form", "/pro/compte/mot-de-passe", SIGNED_IN, 200),
    Route("POST", "password.choose", "/pro/compte/mot-de-passe", SIGNED_IN, 422),
    Route("POST", "password.remove", "/pro/compte/mot-de-passe/suppression", SIGNED_IN, 303),
    Route("GET", "codes.show", "/pro/compte/code", SIGNED_IN, 200),
    Route("POST", "codes.prepare", "/pro/compte/code/preparation", SIGNED_IN, 303),
    Route("POST", "codes.keep_present", "/pro/compte/code/preparation/retrait", SIGNED_IN, 303),
    Route("POST", "codes.turn_on", "/pro/compte/code", SIGNED_IN, 409),  # nothing was scanned
    Route("POST", "codes.renew", "/pro/compte/code/secours", SIGNED_IN, 409),
    Route("POST", "codes.turn_off", "/pro/compte/code/arret", SIGNED_IN, 409),
    Route("GET", "keys.index", "/pro/compte/cles", SIGNED_IN, 200),
    Route("POST", "keys.add", "/pro/compte/cles", SIGNED_IN, 409),  # tests have no domain (test_keys)
    Route("POST", "keys.remove", "/pro/compte/cles/1/retrait", frozenset(), 404),  # nobody's own
    # The desks of a territory.
    desk("GET", "desk.territory", "{territory}/", 200),
    desk("GET", "desk.programme", "{territory}/programme", 200),
    desk("GET", "schools.index", "{territory}/ecoles", 200),
    desk("POST", "school.send_link", "ecoles/{school}/contacts/{host}/lien", 303),
    desk("POST", "school.revoke_links", "ecoles/{school}/contacts/{host}/lien/retrait", 303),
    desk("POST", "school.settle_departure", "ecoles/{school}/contacts/{host}/depart", 303),
    desk("POST", "access.authorise", "rendez-vous/{event}/acces/autorisation", 303),
    desk("GET", "sessions.index", "{territory}/rendez-vous", 200),
    desk("GET", "sessions.preview", "{territory}/rendez-vous/changement", 303),  # nothing was ticked
    # The table has not read the preview, so what it sends is stale (test_sessions).
    desk("POST", "sessions.change", "{territory}/rendez-vous/changement", 409),
    desk("GET", "closures.index", "{territory}/fermetures", 200),
    desk("GET", "closures.form", "{territory}/lieux/{school}/fermeture", 200),
    desk("POST", "closures.close", "{territory}/lieux/{school}/fermeture", 303),
    desk("GET", "closures.show", "{territory}/lieux/{closed}/fermeture/{closure}", 200),
    desk("POST", "closures.lift", "{territory}/lieux/{closed}/fermeture/{closure}/fin", 303),
    desk("GET", "closures.sign", "{territory}/lieux/{closed}/fermeture/{closure}/affiche", 200),
    desk("GET", "replacements.form", "{territory}/remplacement", 200),
    desk("POST", "replacements.replace", "{territory}/remplacement", 303),
    desk("GET", "gestures.show", "{territory}/changements/{change}", 200),
    desk("POST", "gestures.undo", "{territory}/changements/{change}/annulation", 303),
    desk("GET", "plans.index", "{territory}/plans", 200),
    desk("POST", "plans.propose", "{territory}/plans", 409),  # that year is being worked out
    desk("GET", "plans.show", "plans/{draft}", 200),
    desk("POST", "plans.accept", "plans/{draft}/acceptation", 303),
    desk("POST", "plans.set_aside", "plans/{draft}/mise-de-cote", 303),
    desk("GET", "next_year.show", "{territory}/annee-suivante", 200),
    desk("POST", "next_year.open_", "{territory}/annee-suivante", 303),
    desk("POST", "next_year.ask", "{territory}/annee-suivante/questions", 303),
    desk("POST", "next_year.note", "{territory}/annee-suivante/reponses/{comeback}", 303),
    desk("POST", "next_year.targets", "{territory}/annee-suivante/cibles", 303),
    desk("POST", "next_year.close", "{territory}/annees/2025-2026/archive", 303),
    desk("POST", "next_year.reopen", "{territory}/annees/2024-2025/archive/retrait", 303),
    desk("GET", "series.index", "{territory}/series", 200),
    desk("GET", "series.show", "series/{series}", 200),
    desk("POST", "series.set_rule", "series/{series}/regle", 303),
    desk("POST", "series.add_date", "series/{series}/ajout", 303),
    desk("POST", "series.drop_date", "series/{series}/retrait", 303),
    desk("POST", "series.move_date", "series/{series}/deplacement", 303),
    desk("POST", "series.forget_exception", "series/{series}/oubli", 303),
    desk("POST", "series.announce_missing", "series/{series}/annonce", 303),
    desk("GET", "tasks.show", "taches/{task}", 200),
    desk("POST", "tasks.stop", "taches/{task}/arret", 303),
    desk("GET", "calls.index", "{territory}/appels", 200),
    desk("POST", "calls.outcome", "{territory}/appels/{call}", 303),
    desk("GET", "offered_places.index", "{territory}/places-offertes", 200),
    desk("GET", "letters.index", "{territory}/courriers", 200),
    desk("GET", "letters.show", "{territory}/courriers/{letter}", 200),
    desk("POST", "letters.retry", "{territory}/courriers/{letter}/relance", 303),
    desk("GET", "partners.index", "{territory}/partenaires", 200),
    desk("GET", "partners.asked", "{territory}/partenaires/demandes/{request}", 200),
    desk("POST", "partners.approve", "{territory}/partenaires/demandes/{request}/acceptation", 303),
    desk("POST", "partners.refuse", "{territory}/partenaires/demandes/{request}/refus", 303),
    desk("POST", "partners.end", "{territory}/partenaires/{organisation}/fin", 303),
    desk("GET", "contacts.index", "{territory}/contacts", 200),
    desk("GET", "contacts.form", "{territory}/contacts/nouveau", 200),
    desk("POST", "contacts.add", "{territory}/contacts/nouveau", 303),
    desk("GET", "contacts.table", "{territory}/contacts.csv", 200),
    desk("GET", "contacts.edit", "{territory}/contacts/{contact}", 200),
    desk("POST", "contacts.change", "{territory}/contacts/{contact}", 303),
    desk("POST", "contacts.verify", "{territory}/contacts/{contact}/verification", 303),
    desk("POST", "mailboxes.of_contact", "{territory}/contacts/{contact}/adresse-juste", 303),
    desk("POST", "contacts.end", "{territory}/contacts/{contact}/fin", 303),
    desk("GET", "contact_imports.form", "{territory}/contacts/import", 200),
    desk("POST", "contact_imports.send", "{territory}/contacts/import", 422),  # no file
    desk("GET", "contact_imports.show", "{territory}/contacts/import/{import}", 200),
    desk("POST", "contact_imports.take_over", "{territory}/contacts/import/{import}/acceptation", 303),
    desk("GET", "venues.index", "{territory}/lieux", 200),
    desk("GET", "venues.form", "{territory}/lieux/nouveau", 200),
    desk("POST", "venues.add", "{territory}/lieux/nouveau", 303),
    desk("GET", "venues.show", "{territory}/lieux/{school}", 200),
    desk("GET", "venues.edit", "{territory}/lieux/{school}/modification", 200),
    desk("POST", "venues.change", "{territory}/lieux/{school}/modification", 303),
    desk("POST", "venues.end", "{territory}/lieux/{school}/retrait", 303),
    desk("POST", "venues.restore", "{territory}/lieux/{school}/reprise", 409),  # it is in use
    desk("GET", "rewriting.project", "{territory}/programme/projet", 200),
    desk("POST", "rewriting.keep_project", "{territory}/programme/projet", 303),
    desk("GET", "rewriting.axes", "{territory}/programme/axes", 200),
    desk("POST", "rewriting.add_axis", "{territory}/programme/axes", 303),
    desk("POST", "rewriting.move_axis", "{territory}/programme/axes/{axis}/montee", 303),
    desk("POST", "rewriting.remove_axis", "{territory}/programme/axes/{axis}/retrait", 303),
    desk("GET", "rewriting.new_action", "{territory}/programme/actions/nouvelle", 200),
    desk("POST", "rewriting.add_action", "{territory}/programme/actions/nouvelle", 303),
    desk("GET", "rewriting.action", "{territory}/programme/actions/{action}", 200),
    desk("POST", "rewriting.change_action", "{territory}/programme/actions/{action}", 303),
    desk("POST", "rewriting.move_action", "{territory}/programme/actions/{action}/montee", 303),
    desk("POST", "partners.trust", "{territory}/partenaires/{organisation}/confiance", 303),
    desk("POST", "partners.distrust", "{territory}/partenaires/{organisation}/confiance/retrait", 303),
    desk("GET", "decisions.index", "{territory}/propositions", 200),
    desk("GET", "decisions.show", "{territory}/propositions/{proposal}", 200),
    desk("POST", "decisions.publish", "{territory}/propositions/{proposal}/publication", 303),
    desk(
        "POST", "decisions.ask_for_changes", "{territory}/propositions/{proposal}/demande-de-changement", 303
    ),
    desk("POST", "decisions.refuse", "{territory}/propositions/{proposal}/refus", 303),
    desk("GET", "journal.index", "{territory}/journal", 200),
    desk("GET", "journal.export", "{territory}/journal.csv", 200),
    desk("GET", "retention.deletions", "{territory}/suppressions", 200),
    desk("GET", "retention.export", "{territory}/suppressions.csv", 200),
    desk("GET", "retention.show", "series/{series}/conservation", 200),
    desk("POST", "retention.keep", "series/{series}/conservation", 303),
    desk("GET", "team.show", "{territory}/equipe", 200),
    # Whoever stands in names no coordinator (test_team); the contact of a school she may.
    desk("POST", "team.offer", "{territory}/equipe", 303),
    desk("POST", "mailboxes.of_team", "{territory}/equipe/{grant}/adresse-juste", 303),
    # Roles: those who hold them in person pass them on; Ada names coordinators.
    *(
        Route(method, f"roles.{name}", f"/pro/{rule}", frozenset({"samira", "ada"}), status)
        for method, name, rule, status in (
            ("GET", "passing_on", "fonctions/{grant}/transmission", 200),
            ("POST", "pass_on", "fonctions/{grant}/transmission", 303),
            ("GET", "being_away", "fonctions/{grant}/absence", 200),
            ("POST", "note_absence", "fonctions/{grant}/absence", 303),
            ("POST", "end", "fonctions/{grant}/fin", 303),
            ("POST", "end_stand_in", "remplacements/{stand_in}/fin", 303),
            ("POST", "withdraw", "invitations/{offer}/retrait", 303),
            ("POST", "send_again", "invitations/{offer}/renvoi", 303),
        )
    ),
    # Organisations, schools, the installation.
    Route(
        "GET",
        "organisation.home",
        "/pro/organisations/{organisation}/",
        COORDINATION | {"nadia", "moussa"},
        200,
    ),
    Route(
        "GET",
        "organisation.team",
        "/pro/organisations/{organisation}/equipe",
        COORDINATION | {"nadia", "moussa"},
        200,
    ),
    Route(
        "POST",
        "organisation.offer",
        "/pro/organisations/{organisation}/equipe",
        frozenset({"nadia"}),
        303,
    ),
    # She answers for it; where nobody does, its coordinators may (test_details).
    Route(
        "GET",
        "details.show",
        "/pro/organisations/{organisation}/coordonnees",
        frozenset({"nadia"}),
        200,
    ),
    Route(
        "POST",
        "details.keep",
        "/pro/organisations/{organisation}/coordonnees",
        frozenset({"nadia"}),
        303,
    ),
    Route(
        "GET", "embedding.show", "/pro/organisations/{organisation}/integration", frozenset({"nadia"}), 200
    ),
    Route(
        "POST", "embedding.add", "/pro/organisations/{organisation}/integration", frozenset({"nadia"}), 303
    ),
    Route(
        "POST",
        "embedding.remove",
        "/pro/organisations/{organisation}/integration/{origin}/retrait",
        frozenset({"nadia"}),
        303,
    ),
    Route("GET", "showcase.show", "/pro/organisations/{organisation}/vitrine", frozenset({"nadia"}), 200),
    Route("POST", "showcase.keep", "/pro/organisations/{organisation}/vitrine", frozenset({"nadia"}), 303),
    Route(
        "POST",
        "showcase.remove",
        "/pro/organisations/{organisation}/vitrine/image/retrait",
        COORDINATION | {"nadia"},
        303,
    ),
    Route("GET", "proposals.new", "/pro/organisations/{organisation}/rendez-vous/nouveau", ESPACE, 200),
    Route("POST", "proposals.submit", "/pro/organisations/{organisation}/rendez-vous/nouveau", ESPACE, 303),
    Route("GET", "proposals.show", "/pro/organisations/{organisation}/propositions/{proposal}", ESPACE, 200),
    Route(
        "GET",
        "proposals.correction",
        "/pro/organisations/{organisation}/propositions/{proposal}/correction",
        ESPACE,
        200,
    ),
    Route(
        "POST",
        "proposals.correct",
        "/pro/organisations/{organisation}/propositions/{proposal}/correction",
        ESPACE,
        303,
    ),
    Route(
        "POST",
        "proposals.withdraw",
        "/pro/organisations/{organisation}/propositions/{proposal}/retrait",
        ESPACE,
        303,
    ),
    Route("GET", "imports.index", "/pro/organisations/{organisation}/imports", HOSTS, 200),
    Route("GET", "imports.new", "/pro/organisations/{organisation}/imports/nouveau", ESPACE, 200),
    Route("POST", "imports.add", "/pro/organisations/{organisation}/imports/nouveau", ESPACE, 303),
    Route("GET", "imports.show", "/pro/organisations/{organisation}/imports/{agenda}", HOSTS, 200),
    *(
        Route(
            method, f"imports.{name}", f"/pro/organisations/{{organisation}}/imports/{rule}", ESPACE, status
        )
        for method, name, rule, status in (
            ("GET", "settings", "{agenda}/reglages", 200),
            ("POST", "change", "{agenda}/reglages", 303),
            ("POST", "send", "{agenda}/fichier", 422),  # no file
            ("POST", "read", "{feed}/lecture", 303),
            ("POST", "place", "{agenda}/lieux", 303),
            ("POST", "take_over", "{agenda}/acceptation", 303),
            ("POST", "remove", "{agenda}/retrait", 303),
        )
    ),
    # Each has feeds of their own: another's number is unknown, to whoever may enter (test_feed_pages).
    *(
        Route(method, f"{door}.{name}", f"/pro/{path}/calendrier{rule}", who, status)
        for door, path, who in (
            ("organisation_feeds", "organisations/{organisation}", {"nadia", "moussa"}),
            ("school_feeds", "ecoles/{school}", COORDINATION | {"roy"}),
            ("territory_feeds", "{territory}", COORDINATION),
        )
        for method, name, rule, status in (
            ("GET", "show", "", 200),
            ("POST", "make", "", 303),
            ("POST", "renew", "/{host_feed}/nouvelle-adresse", 404),
            ("POST", "revoke", "/{host_feed}/suppression", 303),
        )
    ),
    Route("GET", "school.show", "/pro/ecoles/{school}", COORDINATION | {"roy"}, 200),
    Route("GET", "school.entries", "/pro/ecoles/{school}/entrees", COORDINATION | {"roy"}, 200),
    # Who comes is the host's business, the answer the school's; both see the page.
    Route(
        "GET", "access.show", "/pro/rendez-vous/{event}/acces", COORDINATION | {"nadia", "moussa", "roy"}, 200
    ),
    Route("POST", "access.answer", "/pro/rendez-vous/{event}/acces/reponse", COORDINATION | {"roy"}, 303),
    Route(
        "POST",
        "access.say_coming",
        "/pro/rendez-vous/{event}/acces/structure",
        COORDINATION | {"nadia", "moussa"},
        303,
    ),
    Route(
        "POST",
        "access.add_speaker",
        "/pro/rendez-vous/{event}/acces/intervenants",
        COORDINATION | {"nadia", "moussa"},
        303,
    ),
    Route(
        "POST",
        "access.remove_speaker",
        "/pro/rendez-vous/{event}/acces/intervenants/{speaker}/retrait",
        COORDINATION | {"nadia", "moussa"},
        303,
    ),
    Route(
        "GET", "day_links.index", "/pro/rendez-vous/{event}/aides", COORDINATION | {"nadia", "moussa"}, 200
    ),
    Route(
        "POST", "day_links.make", "/pro/rendez-vous/{event}/aides", COORDINATION | {"nadia", "moussa"}, 303
    ),
    Route(
        "POST",
        "day_links.revoke",
        "/pro/rendez-vous/{event}/aides/{day_link}/retrait",
        COORDINATION | {"nadia", "moussa"},
        303,
    ),
    # One event. The undo finds nothing to take back, and says so on the page it leads to (test_changes).
    *(
        Route(
            method, endpoint, f"/pro/rendez-vous/{{event}}{rule}", COORDINATION | {"nadia", "moussa"}, status
        )
        for method, endpoint, rule, status in (
            ("GET", "changes.show", "", 200),
            ("GET", "changes.moving", "/deplacement", 200),
            ("POST", "changes.move", "/deplacement", 303),
            ("GET", "changes.cancelling", "/annulation", 200),
            ("POST", "changes.cancel", "/annulation", 303),
            ("GET", "changes.restoring", "/retablissement", 200),
            ("POST", "changes.restore", "/retablissement", 303),
            ("POST", "changes.undo", "/retour", 303),
            ("GET", "rewording.form", "/modification", 200),
            ("POST", "rewording.keep", "/modification", 303),
        )
    ),
    Route("GET", "posters.show", "/pro/rendez-vous/{event}/affiche", COORDINATION | {"nadia", "moussa"}, 200),
    Route(
        "GET",
        "posters.file",
        "/pro/rendez-vous/{event}/affiche/a5.png",
        COORDINATION | {"nadia", "moussa"},
        200,
    ),
    Route("GET", "event_registrations.index", "/pro/rendez-vous/{hosted}/inscriptions", TEAM, 200),
    Route(
        "POST", "event_registrations.search", "/pro/rendez-vous/{hosted}/inscriptions/recherche", TEAM, 303
    ),
    Route("GET", "event_registrations.export", "/pro/rendez-vous/{hosted}/inscriptions.csv", TEAM, 200),
    Route("GET", "event_registrations.new", "/pro/rendez-vous/{hosted}/inscriptions/nouvelle", TEAM, 200),
    Route(
        "POST", "event_registrations.register", "/pro/rendez-vous/{hosted}/inscriptions/nouvelle", TEAM, 303
    ),
    Route(
        "GET",
        "event_registrations.show",
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}",
        TEAM,
        200,
    ),
    # The table has not read the page, so what it sends is stale (test_registrations, test_messages).
    Route(
        "POST",
        "event_registrations.change",
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}",
        TEAM,
        409,
    ),
    Route(
        "POST",
        "event_registrations.cancel",
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}/annulation",
        TEAM,
        409,
    ),
    Route(
        "POST",
        "mailboxes.of_registration",
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}/adresse-juste",
        TEAM,
        303,
    ),
    Route(
        "POST",
        "event_offers.answer",
        "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}/place",
        TEAM,
        303,
    ),
    Route("GET", "entry_settings.form", "/pro/rendez-vous/{hosted}/inscriptions/reglages", TEAM, 200),
    Route("POST", "entry_settings.keep", "/pro/rendez-vous/{hosted}/inscriptions/reglages", TEAM, 303),
    *(
        Route(
            method,
            f"people_told.{endpoint}",
            "/pro/rendez-vous/{hosted}/inscriptions/{hosted_registration}/personnes",
            TEAM,
            status,
        )
        for method, endpoint, status in (("GET", "form", 200), ("POST", "keep", 303))
    ),
    # Whoever may act in a territory registers others there; afterwards each sees whom they helped.
    Route("GET", "relay.search", "/pro/inscrire", TEAM | {"paul", "omar"}, 200),
    Route("GET", "relay.form", "/pro/rendez-vous/{workshop}/inscrire", TEAM, 200),
    Route("POST", "relay.register", "/pro/rendez-vous/{workshop}/inscrire", TEAM, 303),
    *(
        Route(method, endpoint, f"/pro/rendez-vous/{{workshop}}/{rule}", who, status)
        for method, endpoint, rule, who, status in (
            ("POST", "relay.cancel", "inscrire/{helped}/annulation", frozenset({"moussa"}), 303),
            ("GET", "slips.show", "inscriptions/{helped}/bulletin", COORDINATION | {"moussa"}, 200),
        )
    ),
    Route("GET", "referrals.index", "/pro/rendez-vous/{respite}/orientations", TEAM, 200),
    Route("POST", "referrals.make", "/pro/rendez-vous/{respite}/orientations", TEAM, 303),
    Route("GET", "paper.sheet", "/pro/rendez-vous/{hosted}/inscriptions/feuille", TEAM, 200),
    Route("GET", "paper.form", "/pro/rendez-vous/{hosted}/inscriptions/feuille/saisie", TEAM, 200),
    Route("POST", "paper.keep", "/pro/rendez-vous/{hosted}/inscriptions/feuille/saisie", TEAM, 303),
    Route("GET", "paper.done", "/pro/rendez-vous/{hosted}/inscriptions/feuille/resultat", TEAM, 200),
    desk("GET", "answers.index", "{territory}/reponses", 200),
    Route("GET", "answers.of_organisation", "/pro/organisations/{organisation}/reponses", ESPACE, 200),
    Route("GET", "answers.show", "/pro/reponses/{words}", TEAM, 200),
    Route("GET", "answers.original", "/pro/reponses/{unreadable}/message.eml", TEAM, 200),
    Route("POST", "answers.settle", "/pro/reponses/{words}/traitement", TEAM, 303),
    Route("POST", "answers.set_aside", "/pro/reponses/{unreadable}/mise-de-cote", TEAM, 303),
    Route("POST", "answers.refuse", "/pro/reponses/{counter}/refus", TEAM, 303),
    Route("POST", "answers.accept", "/pro/reponses/{counter}/acceptation", TEAM, 303),
    Route("GET", "event_messages.form", "/pro/rendez-vous/{hosted}/message", TEAM, 200),
    Route("POST", "event_messages.write", "/pro/rendez-vous/{hosted}/message", TEAM, 303),
    Route("GET", "event_messages.check", "/pro/rendez-vous/{hosted}/message/{message}", TEAM, 200),
    Route("POST", "event_messages.send", "/pro/rendez-vous/{hosted}/message/{message}/envoi", TEAM, 409),
    Route("GET", "yearly.show", "/pro/organisations/{organisation}/bilan", TEAM, 200),
    Route("GET", "yearly.export", "/pro/organisations/{organisation}/bilan.xlsx", TEAM, 200),
    Route("GET", "yearly.table", "/pro/organisations/{organisation}/rendez-vous.csv", TEAM, 200),
    Route("GET", "saturday_offers.index", "/pro/organisations/{organisation}/samedis", TEAM, 303),
    Route("GET", "saturday_offers.show", "/pro/organisations/{organisation}/samedis/{territory}", TEAM, 200),
    Route("POST", "saturday_offers.keep", "/pro/organisations/{organisation}/samedis/{territory}", TEAM, 409),
    Route("GET", "territory_sessions.export", "/pro/{territory}/rendez-vous.csv", COORDINATION, 200),
    *(
        Route(method, f"attendance.{name}", f"/pro/rendez-vous/{{event}}/{rule}", HOSTS, status)
        for method, name, rule, status in (
            ("GET", "show", "presences", 200),
            ("POST", "keep_sheet", "presences", 409),  # its day has not come
            ("POST", "keep_means", "moyens", 303),
            ("GET", "sheet", "feuille", 200),
        )
    ),
    Route("GET", "installation.show", "/pro/installation", frozenset({"ada"}), 200),
    Route("POST", "installation.offer", "/pro/installation", frozenset({"ada"}), 303),
)
