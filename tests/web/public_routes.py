"""Every route of the public site and behind links, as `routes` says those of desks."""

from __future__ import annotations

from tests.web.visitors import EVERYBODY, Route

PUBLIC_ROUTES = (
    # For everybody, account or not.
    Route("GET", "site.territories", "/", EVERYBODY, 200),
    Route("GET", "site.help", "/aide", EVERYBODY, 200),
    Route("GET", "site.accessibility", "/accessibilite", EVERYBODY, 200),
    Route("GET", "site.privacy", "/donnees-personnelles", EVERYBODY, 200),
    Route("GET", "site.legal", "/mentions-legales", EVERYBODY, 200),
    Route("GET", "site.robots", "/robots.txt", EVERYBODY, 200),
    Route("GET", "favicon", "/favicon.ico", EVERYBODY, 301),
    Route("GET", "health.alive", "/healthz", EVERYBODY, 200),
    Route("GET", "health.ready", "/readyz", EVERYBODY, 503),  # no worker lives in a test
    Route("GET", "agenda.listing", "/{territory}/", EVERYBODY, 200),
    Route("GET", "programme.project", "/{territory}/projet", EVERYBODY, 200),
    Route("GET", "programme.action", "/{territory}/actions/samedis-matins-a-l-ecole", EVERYBODY, 200),
    Route("GET", "subscriptions.page", "/{territory}/recevoir", EVERYBODY, 200),
    Route("GET", "newsletter.form", "/{territory}/recevoir/par-courriel", EVERYBODY, 200),
    Route("POST", "newsletter.ask", "/{territory}/recevoir/par-courriel", EVERYBODY, 303),
    Route("GET", "newsletter.asked", "/{territory}/recevoir/par-courriel/envoye", EVERYBODY, 200),
    Route("GET", "newsletter.show", "/lettre/{letter_token}", EVERYBODY, 200),
    Route("POST", "newsletter.choose", "/lettre/{letter_token}", EVERYBODY, 303),
    Route("POST", "newsletter.confirm", "/lettre/{letter_token}/confirmation", EVERYBODY, 303),
    Route("GET", "newsletter.stopping", "/lettre/{letter_token}/arret", EVERYBODY, 200),
    Route("POST", "newsletter.stop", "/lettre/{letter_token}/arret", EVERYBODY, 303),
    Route("POST", "newsletter.resume", "/lettre/{letter_token}/reprise", EVERYBODY, 303),
    Route("GET", "exports.table", "/agendas/{territory}.csv", EVERYBODY, 200),
    Route("GET", "exports.news", "/agendas/{territory}.rss", EVERYBODY, 200),
    Route("GET", "exports.graph", "/agendas/{territory}.jsonld", EVERYBODY, 200),
    Route("GET", "exports.open_agenda", "/agendas/{territory}.openagenda.json", EVERYBODY, 200),
    Route("GET", "calendar_feeds.territory", "/agendas/{territory}.ics", EVERYBODY, 200),
    Route("GET", "calendar_feeds.theme", "/agendas/{territory}/parentalite.ics", EVERYBODY, 200),
    Route("GET", "events.page", "/e/{workshop}-atelier-cuisine-en-famille", EVERYBODY, 200),
    Route("GET", "events.download", "/e/{workshop}.ics", EVERYBODY, 200),
    Route("GET", "registrations.form", "/e/{workshop}/inscription", EVERYBODY, 200),
    Route("POST", "registrations.keep_answers", "/e/{workshop}/inscription", EVERYBODY, 422),
    Route("GET", "registrations.check", "/e/{workshop}/inscription/verification", EVERYBODY, 303),
    Route("POST", "registrations.confirm", "/e/{workshop}/inscription/verification", EVERYBODY, 410),
    Route("GET", "people.index", "/e/{workshop}/inscription/personnes", EVERYBODY, 303),
    Route("POST", "people.more", "/e/{workshop}/inscription/personnes", EVERYBODY, 303),
    Route("GET", "people.person", "/e/{workshop}/inscription/personnes/1", EVERYBODY, 303),
    Route("POST", "people.keep_person", "/e/{workshop}/inscription/personnes/1", EVERYBODY, 303),
    Route("POST", "people.remove", "/e/{workshop}/inscription/personnes/1/retrait", EVERYBODY, 303),
    Route("GET", "fewer.form", "/e/{workshop}/inscription/moins", EVERYBODY, 303),
    Route("POST", "fewer.keep", "/e/{workshop}/inscription/moins", EVERYBODY, 303),
    Route("GET", "partner_requests.form", "/devenir-partenaire", EVERYBODY, 200),
    Route("POST", "partner_requests.ask", "/devenir-partenaire", EVERYBODY, 422),
    Route("GET", "partner_requests.kept", "/devenir-partenaire/merci", EVERYBODY, 200),
    Route("GET", "embed.agenda", "/integration/espace-19", EVERYBODY, 200),
    Route("GET", "pictures.show", "/images/{fingerprint}.webp", EVERYBODY, 200),
    Route("GET", "pictures.small", "/images/petites/{fingerprint}.webp", EVERYBODY, 200),
    Route("GET", "demonstration.mail", "/demonstration/courrier", EVERYBODY, 404),
    Route("GET", "demonstration.message", "/demonstration/courrier/1.eml", EVERYBODY, 404),
    Route("GET", "demonstration.download", "/demonstration/courrier/1.eml/fichier", EVERYBODY, 404),
    # By a link: whoever holds it.
    Route("GET", "own_page.show", "/m/{household_token}", EVERYBODY, 200),
    Route(
        "GET",
        "own_page.cancellation",
        "/m/{household_token}/inscriptions/{registration}/annulation",
        EVERYBODY,
        200,
    ),
    Route(
        "GET", "standing.offer", "/m/{household_token}/inscriptions/{registration}/abonnement", EVERYBODY, 303
    ),
    Route(
        "POST", "standing.ask", "/m/{household_token}/inscriptions/{registration}/abonnement", EVERYBODY, 303
    ),
    Route("POST", "standing.pause", "/m/{household_token}/abonnements/{standing}/pause", EVERYBODY, 303),
    Route("POST", "standing.resume", "/m/{household_token}/abonnements/{standing}/reprise", EVERYBODY, 303),
    Route("GET", "standing.ending", "/m/{household_token}/abonnements/{standing}/fin", EVERYBODY, 303),
    Route("POST", "standing.end", "/m/{household_token}/abonnements/{standing}/fin", EVERYBODY, 303),
    Route(
        "POST",
        "own_page.cancel",
        "/m/{household_token}/inscriptions/{registration}/annulation",
        EVERYBODY,
        303,
    ),
    Route(
        "POST", "own_page.stay", "/m/{household_token}/inscriptions/{registration}/maintien", EVERYBODY, 303
    ),
    Route("GET", "own_data.erased", "/donnees-personnelles/effacees", EVERYBODY, 200),
    Route(
        "POST",
        "own_page.answer_offer",
        "/m/{household_token}/inscriptions/{registration}/place",
        EVERYBODY,
        303,
    ),
    # Whom it is about: in a confirmed browser only (test_own_codes).
    *(
        Route(method, f"own_{name}", f"/m/{{household_token}}/{rule}", EVERYBODY, status)
        for method, name, rule, status in (
            ("GET", "codes.form", "confirmation", 200),
            ("POST", "codes.send", "confirmation/code", 303),
            ("POST", "codes.check", "confirmation", 422),
            ("POST", "codes.forget_others", "telephones/oubli", 303),
            ("POST", "codes.leave", "telephones/sortie", 303),
            ("GET", "people.form", "inscriptions/{registration}/personnes", 303),
            ("POST", "people.change", "inscriptions/{registration}/personnes", 303),
            ("GET", "needs.form", "inscriptions/{registration}/besoins", 303),
            ("POST", "needs.keep", "inscriptions/{registration}/besoins", 303),
            ("GET", "slips.show", "inscriptions/{registration}/bulletin", 303),
            ("GET", "photos.form", "inscriptions/{registration}/photos", 303),
            ("POST", "photos.say", "inscriptions/{registration}/photos", 303),
            ("GET", "preferences.form", "preferences", 303),
            ("POST", "preferences.keep", "preferences", 303),
            ("POST", "preferences.ask_address", "preferences/adresse", 303),
            ("POST", "preferences.replace_address", "preferences/adresse/code", 303),
            ("POST", "preferences.ask_number", "preferences/telephone", 303),
            ("POST", "preferences.replace_number", "preferences/telephone/code", 303),
            ("GET", "data.show", "mes-donnees", 303),
            ("GET", "data.download", "mes-donnees.json", 303),
            ("GET", "data.erasure", "effacement", 303),
            ("POST", "data.erase", "effacement", 303),
            ("GET", "returning.index", "inscrire", 303),
            ("GET", "returning.form", "inscrire/{hosted}", 303),
            ("POST", "returning.register", "inscrire/{hosted}", 303),
        )
    ),
    # A browser that is not the household's is led to the code (test_feed_pages).
    Route("GET", "own_feeds.show", "/m/{household_token}/calendrier", EVERYBODY, 303),
    Route("POST", "own_feeds.make", "/m/{household_token}/calendrier", EVERYBODY, 303),
    Route("POST", "own_feeds.renew", "/m/{household_token}/calendrier/1/nouvelle-adresse", EVERYBODY, 303),
    Route("POST", "own_feeds.revoke", "/m/{household_token}/calendrier/1/suppression", EVERYBODY, 303),
    Route("GET", "private_feeds.read", "/agendas/prives/{feed_token}.ics", EVERYBODY, 200),
    *(
        Route(method, f"{door}.{name}", f"/{path}/calendrier{rule}", EVERYBODY, status)
        for door, path, feed in (
            ("professional_feeds", "ma-venue/{professional_token}", "{professional_feed}"),
            ("host_feeds", "ecole/{host_token}", "{host_feed}"),
        )
        for method, name, rule, status in (
            ("GET", "show", "", 200),
            ("POST", "make", "", 303),
            ("POST", "renew", f"/{feed}/nouvelle-adresse", 303),
            ("POST", "revoke", f"/{feed}/suppression", 303),
        )
    ),
    Route("GET", "lost_links.form", "/m/lien-perdu", EVERYBODY, 200),
    Route("POST", "lost_links.ask", "/m/lien-perdu", EVERYBODY, 422),
    Route("GET", "lost_links.sent", "/m/lien-perdu/envoye", EVERYBODY, 200),
    Route("GET", "referral_links.show", "/orientation/{referral_token}", EVERYBODY, 200),
    Route("POST", "referral_links.enter", "/orientation/{referral_token}", EVERYBODY, 303),
    Route("GET", "professional_page.show", "/ma-venue/{professional_token}", EVERYBODY, 200),
    *(
        Route(method, f"professional_{name}", f"/ma-venue/{{professional_token}}/{rule}", EVERYBODY, status)
        for method, name, rule, status in (
            ("GET", "page.cancellation", "inscriptions/{professional_registration}/annulation", 200),
            ("POST", "page.cancel", "inscriptions/{professional_registration}/annulation", 303),
            ("POST", "page.stay", "inscriptions/{professional_registration}/maintien", 303),
            ("POST", "page.answer_offer", "inscriptions/{professional_registration}/place", 303),
            ("POST", "page.keep_alarm", "rappel-agenda", 303),
            ("GET", "standing.offer", "inscriptions/{professional_registration}/abonnement", 200),
            ("POST", "standing.ask", "inscriptions/{professional_registration}/abonnement", 303),
            ("POST", "standing.pause", "abonnements/{professional_standing}/pause", 303),
            ("POST", "standing.resume", "abonnements/{professional_standing}/reprise", 303),
            ("GET", "standing.ending", "abonnements/{professional_standing}/fin", 200),
            ("POST", "standing.end", "abonnements/{professional_standing}/fin", 303),
        )
    ),
    # Its day has not come (test_day_links).
    Route("GET", "day.show", "/jour/{day_token}", EVERYBODY, 410),
    Route("GET", "coming_back.show", "/on-repart/{comeback_token}", EVERYBODY, 200),
    Route("POST", "coming_back.answer", "/on-repart/{comeback_token}", EVERYBODY, 303),
    Route("GET", "host_coming.show", "/structure/{coming_token}", EVERYBODY, 200),
    Route("POST", "host_coming.say", "/structure/{coming_token}/reponse", EVERYBODY, 303),
    Route("GET", "host.lost", "/ecole", EVERYBODY, 200),
    Route("POST", "host.ask_again", "/ecole", EVERYBODY, 303),
    Route("GET", "host.sent", "/ecole/envoye", EVERYBODY, 200),
    Route("GET", "host.show", "/ecole/{host_token}", EVERYBODY, 200),
    Route("POST", "host.answer", "/ecole/{host_token}/dates/{event}", EVERYBODY, 303),
    Route("GET", "host.entries", "/ecole/{host_token}/entrees", EVERYBODY, 200),
    Route("GET", "host.details", "/ecole/{host_token}/coordonnees", EVERYBODY, 200),
    Route("POST", "host.correct", "/ecole/{host_token}/coordonnees", EVERYBODY, 303),
    Route("POST", "host.say_gone", "/ecole/{host_token}/depart", EVERYBODY, 303),
    Route("POST", "day.arrive", "/jour/{day_token}/arrivees/{registration}", EVERYBODY, 410),
    Route("POST", "day.undo", "/jour/{day_token}/arrivees/{registration}/annulation", EVERYBODY, 410),
    Route("POST", "day.arrive_by_code", "/jour/{day_token}/bulletins", EVERYBODY, 410),
    Route("POST", "day.count", "/jour/{day_token}/comptes/3-5", EVERYBODY, 410),
    Route("POST", "day.keep_marks", "/jour/{day_token}/marques", EVERYBODY, 410),
    Route("GET", "day.worker", "/jour/sw.js", EVERYBODY, 200),
    Route("GET", "invitations.show", "/invitation/{offer_token}", EVERYBODY, 200),
    Route("POST", "invitations.accept", "/invitation/{offer_token}", EVERYBODY, 422),  # it asks a name
)
