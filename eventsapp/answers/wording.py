"""Why a mail waits for somebody, in a sentence; and whether answers are read at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext, lazy_gettext

from eventsapp.answers import authority, counters, hosts, replies, words
from eventsapp.clock import day_of
from eventsapp.invitations.contents import Content
from eventsapp.invitations.incoming_models import IncomingMail, MailKind
from eventsapp.invitations.models import PartStat
from eventsapp.languages import hour, long_day
from eventsapp.mailroom import bounces, mailbox, readings

_WHY = {
    authority.CRASHER: lazy_gettext(
        "L’invitation a été transmise : une autre personne que l’invitée a répondu. Elle n’est pas inscrite."
    ),
    authority.OTHER_EVENT: lazy_gettext("La réponse parle d’un autre rendez-vous que l’invitation."),
    authority.OTHER_ORGANIZER: lazy_gettext("La réponse est adressée à un autre organisateur que nous."),
    authority.RECURRENCE: lazy_gettext(
        "La réponse parle d’une date d’une série que nous n’avons pas envoyée."
    ),
    replies.DELEGATED: lazy_gettext("La personne envoie quelqu’un d’autre à sa place."),
    replies.COMMENT: lazy_gettext("La réponse est notée. La personne a ajouté quelque chose : lisez-le."),
    replies.SHARED: lazy_gettext(
        "Plusieurs inscriptions ont cette adresse : nous avons demandé à chacune si elle vient."
        " Rien n’a changé."
    ),
    replies.OTHER_SENDER: lazy_gettext(
        "Le « non » vient d’une autre adresse que celle de l’invitation. Rien n’a changé."
    ),
    replies.COMES_BACK: lazy_gettext(
        "La personne dit oui alors que sa place a été rendue. Elle n’est pas inscrite : proposez-lui de"
        " s’inscrire de nouveau."
    ),
    replies.NOBODY: lazy_gettext("Personne n’est inscrit à ce rendez-vous avec cette adresse."),
    replies.FORMER: lazy_gettext("La réponse date d’avant le changement : nous avons redemandé."),
    replies.NOT_ASKED_AGAIN: lazy_gettext(
        "La réponse date d’avant le changement. Nous n’avons pas pu redemander par e-mail : appelez la"
        " personne si sa réponse compte."
    ),
    counters.PROPOSED_BEFORE: lazy_gettext(
        "Cette proposition date d’avant le changement : demandez à la personne si elle tient toujours."
    ),
    hosts.NOT_NOTED: lazy_gettext("La réponse n’a pas pu être notée."),
    hosts.NO_HOST: lazy_gettext("Cette adresse ne répond plus de ce rendez-vous."),
    words.OUTLOOK: lazy_gettext(
        "Outlook a mis la réponse dans un fichier « winmail.dat » : demandez à la personne ce qu’elle a"
        " répondu."
    ),
}
LATE = timedelta(minutes=30)
"""Since the last reading of the mailbox: the worker looks every few minutes at most."""


def headline(mail: IncomingMail, content: Content | None) -> str:
    """Who did what, in a few words: « Binta vous écrit »."""
    name = mail.invitation.name if mail.invitation is not None else ""
    name = name or (content.sender_name or content.sender if content is not None else "")
    if not name:
        return mail.kind.label
    if mail.kind is MailKind.REPLY:
        return _replied(mail, name)
    said = {
        MailKind.PERSON: gettext("%(name)s vous écrit", name=name),
        MailKind.COUNTER: gettext("%(name)s propose une autre date", name=name),
        MailKind.REFRESH: gettext("%(name)s redemande la date", name=name),
        MailKind.BOUNCE: gettext("Un e-mail à %(name)s est revenu", name=name),
    }
    return said.get(mail.kind, f"{mail.kind.label} – {name}")


def _replied(mail: IncomingMail, name: str) -> str:
    if mail.problem == authority.CRASHER:
        return gettext("%(name)s : quelqu’un d’autre a répondu", name=name)
    if mail.problem == replies.DELEGATED:
        return gettext("%(name)s envoie quelqu’un d’autre", name=name)
    said = {
        PartStat.ACCEPTED: gettext("%(name)s dit oui", name=name),
        PartStat.DECLINED: gettext("%(name)s dit non", name=name),
        PartStat.TENTATIVE: gettext("%(name)s dit peut-être", name=name),
    }
    return said.get(mail.partstat, f"{mail.kind.label} – {name}") if mail.partstat else mail.kind.label


def why(mail: IncomingMail) -> str:
    """Why it waits, or what was done; of a mail that came back what that means."""
    if mail.kind is MailKind.BOUNCE:
        return _came_back(mail.problem)
    known = _WHY.get(mail.problem)
    return str(known) if known else gettext(mail.problem) if mail.problem else ""


def _came_back(problem: str) -> str:
    if bounces.gone(problem):
        return gettext("Son serveur de courrier dit que cette adresse n’existe pas ou plus.")
    if bounces.is_full(problem):
        return gettext("Sa boîte est pleine.")
    return gettext("Son serveur de courrier n’a pas pris cet e-mail. L’adresse est peut-être juste.")


def unread(now: datetime) -> str:
    """Why answers are not read, in a sentence for the desk; "" when they are."""
    if not mailbox.is_set_up():
        return gettext(
            "Les réponses des agendas ne sont pas lues : aucune boîte de courrier n’est réglée. Les personnes"
            " répondent par leur lien ou par téléphone."
        )
    state = readings.state()
    if state.last_read_at is None:
        said = gettext("Les réponses des agendas n’ont pas encore été lues.")
    elif now - state.last_read_at > LATE:
        said = gettext(
            "Les réponses des agendas ne sont plus lues depuis : %(day)s, %(hour)s.",
            day=long_day(day_of(state.last_read_at)),
            hour=hour(state.last_read_at),
        )
    else:
        return ""
    return f"{said} {gettext(state.problem)}" if state.problem else said
