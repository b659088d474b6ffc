"""What the journal's verbs are called: one sentence for each thing and verb, without who did it.

A house test compares this page with every `journal.note` of the program.
"""

from __future__ import annotations

from flask_babel import lazy_gettext

THINGS = {
    "event": lazy_gettext("Rendez-vous"),
    "change_batch": lazy_gettext("Changements groupés"),
    "venue_closure": lazy_gettext("Lieux fermés"),
    "disruption": lazy_gettext("Changements de plusieurs rendez-vous"),
    "activity": lazy_gettext("Séries"),
    "draft": lazy_gettext("Calendriers"),
    "year_preparation": lazy_gettext("Années en préparation"),
    "comeback_question": lazy_gettext("Réponses « On repart ? »"),
    "closed_year": lazy_gettext("Années archivées"),
    "registration": lazy_gettext("Inscriptions"),
    "household": lazy_gettext("Pages personnelles"),
    "standing_sign_up": lazy_gettext("Inscriptions à toutes les dates"),
    "referral": lazy_gettext("Liens d’orientation"),
    "event_message": lazy_gettext("Messages aux personnes inscrites"),
    "saturday_offer": lazy_gettext("Propositions pour les samedis"),
    "topic": lazy_gettext("Sujets"),
    "letter": lazy_gettext("Courriers et appels"),
    "incoming_mail": lazy_gettext("Réponses reçues"),
    "access_grant": lazy_gettext("Fonctions"),
    "grant_offer": lazy_gettext("Invitations"),
    "organisation_approval": lazy_gettext("Partenaires"),
    "organisation_picture": lazy_gettext("Images de structures"),
    "embed_origin": lazy_gettext("Sites de structures"),
    "proposal": lazy_gettext("Propositions"),
    "import_source": lazy_gettext("Agendas importés"),
    "partner_request": lazy_gettext("Demandes de partenaires"),
    "day_link": lazy_gettext("Aides du jour"),
    "feed_link": lazy_gettext("Calendriers privés"),
    "contact": lazy_gettext("Contacts"),
    "host_link": lazy_gettext("Liens des écoles"),
    "date_answer": lazy_gettext("Réponses des écoles"),
    "host_answer": lazy_gettext("Réponses des structures"),
    "authorisation": lazy_gettext("Autorisations d’accès"),
    "speaker": lazy_gettext("Listes d’entrée"),
    "organisation": lazy_gettext("Structures"),
    "venue": lazy_gettext("Lieux"),
    "contact_import": lazy_gettext("Listes de contacts"),
    "attendance_figures": lazy_gettext("Présences"),
    "event_means": lazy_gettext("Moyens d’un rendez-vous"),
    "project": lazy_gettext("Projet"),
    "axis": lazy_gettext("Axes"),
    "action": lazy_gettext("Actions"),
}
"""Kinds of things, by their table, as the filter offers them."""

WORDS = {
    ("event", "announced"): lazy_gettext("a annoncé un rendez-vous"),
    ("event", "rescheduled"): lazy_gettext("a déplacé un rendez-vous"),
    ("event", "reworded"): lazy_gettext("a changé le texte d’un rendez-vous"),
    ("event", "cancelled"): lazy_gettext("a annulé un rendez-vous"),
    ("event", "restored"): lazy_gettext("a rétabli un rendez-vous"),
    ("event", "room_changed"): lazy_gettext("a changé la salle d’un rendez-vous"),
    ("event", "undone"): lazy_gettext("est revenu en arrière sur un rendez-vous"),
    ("change_batch", "undone"): lazy_gettext("est revenu en arrière sur plusieurs rendez-vous"),
    ("event", "rehosted"): lazy_gettext("a changé l’intervenant d’un rendez-vous"),
    ("venue_closure", "closed"): lazy_gettext("a fermé un lieu"),
    ("venue_closure", "lifted"): lazy_gettext("a rouvert un lieu"),
    ("disruption", "changed_many"): lazy_gettext("a changé plusieurs rendez-vous"),
    ("disruption", "undone"): lazy_gettext("a tout annulé d’un changement"),
    ("activity", "rule_set"): lazy_gettext("a changé la règle d’une série"),
    ("activity", "date_added"): lazy_gettext("a ajouté une date à une série"),
    ("activity", "date_dropped"): lazy_gettext("a retiré une date d’une série"),
    ("activity", "date_moved"): lazy_gettext("a déplacé une date d’une série"),
    ("activity", "retention_chosen"): lazy_gettext("a changé la durée de conservation d’une activité"),
    ("activity", "exception_forgotten"): lazy_gettext("a annulé le changement d’une date"),
    ("draft", "requested"): lazy_gettext("a demandé un calendrier"),
    ("draft", "proposed"): lazy_gettext("a proposé un calendrier"),
    ("draft", "accepted"): lazy_gettext("a accepté un calendrier"),
    ("draft", "set aside"): lazy_gettext("a mis un calendrier de côté"),
    ("year_preparation", "opened"): lazy_gettext("a ouvert une année à préparer"),
    ("year_preparation", "asked partners"): lazy_gettext("a demandé aux partenaires s’ils repartent"),
    ("year_preparation", "set targets"): lazy_gettext("a fixé les cibles des écoles"),
    ("comeback_question", "answered"): lazy_gettext("a répondu à « On repart ? »"),
    ("closed_year", "closed"): lazy_gettext("a archivé une année"),
    ("closed_year", "reopened"): lazy_gettext("a rouvert une année archivée"),
    ("registration", "registered_confirmed"): lazy_gettext("s’est inscrite"),
    ("registration", "registered_waiting"): lazy_gettext("est sur la liste d’attente"),
    ("registration", "cancelled"): lazy_gettext("a annulé une inscription"),
    ("registration", "mailbox right"): lazy_gettext("a dit juste une adresse d’où un courrier est revenu"),
    ("contact", "mailbox right"): lazy_gettext("a dit juste une adresse d’où un courrier est revenu"),
    ("access_grant", "mailbox right"): lazy_gettext("a dit juste une adresse d’où un courrier est revenu"),
    ("registration", "leaving"): lazy_gettext("a répondu non par son agenda"),
    ("registration", "stays"): lazy_gettext("garde sa place, après un « non » de son agenda"),
    ("incoming_mail", "settled"): lazy_gettext("a traité une réponse reçue"),
    ("incoming_mail", "set aside"): lazy_gettext("a mis de côté une réponse reçue"),
    ("incoming_mail", "accepted"): lazy_gettext("a accepté une autre date proposée"),
    ("incoming_mail", "refused"): lazy_gettext("a refusé une autre date proposée"),
    ("registration", "seated"): lazy_gettext("a donné une place qui s’est libérée"),
    ("registration", "offered"): lazy_gettext("a proposé une place qui s’est libérée"),
    ("registration", "offer_taken"): lazy_gettext("a dit oui à une place proposée"),
    ("registration", "offer_lapsed"): lazy_gettext("a repris une place proposée, restée sans réponse"),
    ("registration", "offer_ended"): lazy_gettext("a repris une place proposée : le rendez-vous commence"),
    ("registration", "registered by desk"): lazy_gettext("a inscrit une personne, avec son accord"),
    ("registration", "registered by relay"): lazy_gettext(
        "a inscrit une personne en tant que relais, avec son accord"
    ),
    ("registration", "registered on paper"): lazy_gettext(
        "a recopié une inscription faite sur papier et signée"
    ),
    ("referral", "made"): lazy_gettext("a donné un lien d’orientation"),
    ("registration", "changed"): lazy_gettext("a changé le nombre de personnes d’une inscription"),
    ("registration", "people told"): lazy_gettext(
        "a noté qui vient et avec quels besoins, avec l’accord de la personne"
    ),
    ("event", "entry_set"): lazy_gettext("a réglé les inscriptions d’un rendez-vous"),
    ("activity", "entry_set"): lazy_gettext("a réglé les inscriptions d’une série"),
    ("registration", "agreed to photos"): lazy_gettext("a dit oui à des photos"),
    ("registration", "took photos back"): lazy_gettext("a repris son accord pour des photos"),
    ("household", "changed preferences"): lazy_gettext("a changé ses préférences"),
    ("professional", "changed preferences"): lazy_gettext("a changé ses préférences"),
    ("household", "replaced an address"): lazy_gettext("a changé son adresse e-mail"),
    ("household", "replaced a number"): lazy_gettext("a changé son numéro de téléphone"),
    ("household", "confirmed a browser"): lazy_gettext("a confirmé un téléphone par un code"),
    ("household", "forgot browsers"): lazy_gettext("a oublié des téléphones"),
    ("household", "asked for a new link"): lazy_gettext("a demandé un nouveau lien"),
    ("standing_sign_up", "asked for all dates"): lazy_gettext("vient à toutes les dates d’une série"),
    ("standing_sign_up", "paused"): lazy_gettext("ne vient plus aux nouvelles dates d’une série"),
    ("standing_sign_up", "resumed"): lazy_gettext("vient de nouveau à toutes les dates d’une série"),
    ("standing_sign_up", "ended"): lazy_gettext("a cessé de venir à toutes les dates d’une série"),
    ("event_message", "sent"): lazy_gettext("a écrit aux personnes inscrites"),
    ("saturday_offer", "offered"): lazy_gettext("a proposé des samedis à l’école"),
    ("saturday_offer", "changed"): lazy_gettext("a changé ce qu’elle propose pour les samedis"),
    ("topic", "proposed"): lazy_gettext("a proposé un sujet"),
    ("letter", "sent again"): lazy_gettext("a relancé un courrier"),
    ("letter", "called"): lazy_gettext("a appelé une personne"),
    ("letter", "left a message"): lazy_gettext("a laissé un message"),
    ("letter", "found nobody"): lazy_gettext("a appelé, sans réponse"),
    ("letter", "found a wrong number"): lazy_gettext("a trouvé un numéro faux"),
    ("access_grant", "granted"): lazy_gettext("a donné une fonction"),
    ("access_grant", "ended"): lazy_gettext("a mis fin à une fonction"),
    ("access_grant", "stands in"): lazy_gettext("a accepté un remplacement"),
    ("access_grant", "no more stood in for"): lazy_gettext("a terminé un remplacement"),
    ("grant_offer", "offered"): lazy_gettext("a invité une personne"),
    ("grant_offer", "accepted"): lazy_gettext("a accepté une invitation"),
    ("grant_offer", "withdrawn"): lazy_gettext("a retiré une invitation"),
    ("organisation_approval", "approved"): lazy_gettext("a donné son accord à une structure"),
    ("organisation_approval", "ended"): lazy_gettext("a retiré son accord à une structure"),
    ("organisation_approval", "trusted"): lazy_gettext("laisse une structure publier sans attendre"),
    ("organisation_approval", "trusted no more"): lazy_gettext(
        "relit de nouveau ce qu’une structure propose"
    ),
    ("organisation_picture", "showed a picture"): lazy_gettext("a montré une image de sa structure"),
    ("organisation_picture", "removed a picture"): lazy_gettext("a retiré une image de structure"),
    ("embed_origin", "allowed a site"): lazy_gettext("a montré l’agenda de sa structure sur un site"),
    ("embed_origin", "removed a site"): lazy_gettext("ne montre plus l’agenda de sa structure sur un site"),
    ("proposal", "submitted"): lazy_gettext("a proposé un rendez-vous"),
    ("proposal", "corrected"): lazy_gettext("a corrigé une proposition"),
    ("proposal", "withdrawn"): lazy_gettext("a retiré une proposition"),
    ("proposal", "published"): lazy_gettext("a publié une proposition"),
    ("proposal", "asked for changes"): lazy_gettext("a demandé de changer une proposition"),
    ("proposal", "refused"): lazy_gettext("a refusé une proposition"),
    ("import_source", "added"): lazy_gettext("a commencé d’importer un agenda"),
    ("import_source", "changed"): lazy_gettext("a changé les réglages d’un agenda importé"),
    ("import_source", "imported"): lazy_gettext("a repris des rendez-vous d’un agenda importé"),
    ("import_source", "removed"): lazy_gettext("ne suit plus un agenda importé"),
    ("partner_request", "asked"): lazy_gettext("a demandé à devenir partenaire"),
    ("partner_request", "approved"): lazy_gettext("a accepté une demande de partenaire"),
    ("partner_request", "refused"): lazy_gettext("a refusé une demande de partenaire"),
    ("feed_link", "made"): lazy_gettext("s’est fait un calendrier privé"),
    ("feed_link", "renewed"): lazy_gettext("a changé l’adresse de son calendrier privé"),
    ("feed_link", "revoked"): lazy_gettext("a supprimé son calendrier privé"),
    ("day_link", "made"): lazy_gettext("a donné un lien d’un jour"),
    ("day_link", "revoked"): lazy_gettext("a retiré un lien d’un jour"),
    ("contact", "to be called"): lazy_gettext("a mis le contact d’une école dans les appels"),
    ("contact", "corrected"): lazy_gettext("a corrigé ses coordonnées"),
    ("contact", "confirmed"): lazy_gettext("a confirmé ses coordonnées"),
    ("contact", "said gone"): lazy_gettext("a dit ne plus être le contact d’une école"),
    ("contact", "stays"): lazy_gettext("a gardé un contact"),
    ("host_link", "sent"): lazy_gettext("a envoyé le lien d’une école"),
    ("host_link", "revoked"): lazy_gettext("a coupé le lien d’une école"),
    ("date_answer", "answered"): lazy_gettext("a répondu ou noté une réponse pour une date"),
    ("host_answer", "answered"): lazy_gettext("a dit si la structure vient"),
    ("authorisation", "set"): lazy_gettext("a noté où en est une autorisation d’accès"),
    ("speaker", "added"): lazy_gettext("a mis une personne sur une liste d’entrée"),
    ("speaker", "removed"): lazy_gettext("a retiré une personne d’une liste d’entrée"),
    ("organisation", "changed"): lazy_gettext("a changé les coordonnées d’une structure"),
    ("venue", "added"): lazy_gettext("a ajouté un lieu"),
    ("venue", "changed"): lazy_gettext("a modifié un lieu"),
    ("venue", "ended"): lazy_gettext("a retiré un lieu"),
    ("venue", "restored"): lazy_gettext("utilise un lieu à nouveau"),
    ("contact", "added"): lazy_gettext("a ajouté un contact"),
    ("contact", "changed"): lazy_gettext("a modifié un contact"),
    ("contact", "verified"): lazy_gettext("a vérifié un contact"),
    ("contact", "ended"): lazy_gettext("a retiré un contact"),
    ("contact_import", "taken over"): lazy_gettext("a importé une liste de contacts"),
    ("attendance_figures", "typed a sheet"): lazy_gettext("a recopié une feuille de présence"),
    ("event_means", "told means"): lazy_gettext("a noté les moyens d’un rendez-vous"),
    ("project", "opened"): lazy_gettext("a ouvert un projet"),
    ("project", "changed"): lazy_gettext("a modifié le projet"),
    ("axis", "added"): lazy_gettext("a ajouté un axe"),
    ("axis", "moved"): lazy_gettext("a déplacé un axe"),
    ("axis", "removed"): lazy_gettext("a retiré un axe"),
    ("action", "added"): lazy_gettext("a ajouté une action"),
    ("action", "changed"): lazy_gettext("a modifié une action"),
    ("action", "moved"): lazy_gettext("a déplacé une action"),
}

NOBODYS_ACCOUNT = {
    "worker": lazy_gettext("Le service"),
    "cli": lazy_gettext("L’exploitant du service"),
    "seeds": lazy_gettext("L’installation"),
    "visitor": lazy_gettext("Une structure"),
}
"""Actors that are no account."""


def who(actor: str, names: dict[int, str]) -> str:
    """An actor in words; a family is never named, and whoever left has no name any more."""
    kind, _, number = actor.partition(":")
    if kind == "household":
        return str(lazy_gettext("Une famille"))
    if kind == "professional":
        return str(lazy_gettext("Une personne d’une structure"))
    if kind == "contact":
        return str(lazy_gettext("Le contact d’une école"))
    if kind == "account" and number.isdigit():
        return names.get(int(number)) or str(lazy_gettext("Une personne partie"))
    return str(NOBODYS_ACCOUNT.get(actor, actor))


def what(thing: str, verb: str) -> str:
    """What was done, in words."""
    return str(WORDS.get((thing, verb), f"{thing}: {verb}"))
