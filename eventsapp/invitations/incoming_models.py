"""Mails that came to the reply addresses: what they were, what became of them, their words for a while."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_babel import lazy_gettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.agenda.models import Event
from eventsapp.database import Model, choice
from eventsapp.invitations.models import Invitation, PartStat


class MailKind(enum.StrEnum):
    """What a mail turned out to be."""

    REPLY = "reponse"
    """A calendar says yes, no or perhaps (REPLY)."""
    COUNTER = "autre_date"
    """It proposes another hour (COUNTER)."""
    REFRESH = "redemande"
    """It asks for the date again (REFRESH)."""
    BOUNCE = "retour"
    """A mail of ours that never arrives (RFC 3464)."""
    PERSON = "message"
    """Somebody wrote words."""
    AUTOMATIC = "automatique"
    """A machine wrote them: nobody answers (RULES I15)."""
    UNREADABLE = "illisible"
    """Nobody knows; it is kept as it came (RULES I18)."""

    @property
    def label(self) -> str:
        """« Réponse d’un agenda »…"""
        return str(_KIND_LABELS[self])


_KIND_LABELS = {
    MailKind.REPLY: lazy_gettext("Réponse d’un agenda"),
    MailKind.COUNTER: lazy_gettext("Proposition d’une autre date"),
    MailKind.REFRESH: lazy_gettext("Demande de renvoi"),
    MailKind.BOUNCE: lazy_gettext("Courrier revenu"),
    MailKind.PERSON: lazy_gettext("Message"),
    MailKind.AUTOMATIC: lazy_gettext("Réponse automatique"),
    MailKind.UNREADABLE: lazy_gettext("Message illisible"),
}


class MailState(enum.StrEnum):
    """What became of it."""

    TO_READ = "a_lire"
    """Somebody of the desk decides."""
    DONE = "faite"
    """The program has done what it asks."""
    IGNORED = "sans_suite"
    """There was nothing to do, or nothing that may be done."""
    SETTLED = "traitee"
    ACCEPTED = "acceptee"
    """The other date is the date now."""
    REFUSED = "refusee"
    SET_ASIDE = "mise_de_cote"

    @property
    def label(self) -> str:
        """« À lire »…"""
        return str(_STATE_LABELS[self])


_STATE_LABELS = {
    MailState.TO_READ: lazy_gettext("À lire"),
    MailState.DONE: lazy_gettext("Faite"),
    MailState.IGNORED: lazy_gettext("Sans suite"),
    MailState.SETTLED: lazy_gettext("Traitée"),
    MailState.ACCEPTED: lazy_gettext("Acceptée"),
    MailState.REFUSED: lazy_gettext("Refusée"),
    MailState.SET_ASIDE: lazy_gettext("Mise de côté"),
}

MAIL_MOVES: dict[MailState, frozenset[MailState]] = {
    MailState.TO_READ: frozenset(
        {MailState.SETTLED, MailState.ACCEPTED, MailState.REFUSED, MailState.SET_ASIDE}
    ),
    **{state: frozenset[MailState]() for state in MailState if state is not MailState.TO_READ},
}
"""From each state, those it may go to."""


class IncomingMail(Model):
    """One mail that came back; read twice, it stands here once, and acts once (RULES I9)."""

    __tablename__ = "incoming_mail"
    __table_args__ = (
        CheckConstraint("(state = 'a_lire') = (handled_at IS NULL)", name="handled_has_moment"),
        CheckConstraint("kind = 'autre_date' OR proposed_at IS NULL", name="counter_proposes"),
        CheckConstraint("(proposed_at IS NULL) = (proposed_until IS NULL)", name="proposal_ends"),
        Index("ix_incoming_mail_desk", "territory_id", "state", "kind", "received_at"),
        Index("ix_incoming_mail_event", "event_id", "state", "kind", "received_at"),
        Index("ix_incoming_mail_about", "about"),
        Index("ix_incoming_mail_kept", "has_content", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """Of its Message-ID, keyed: whoever reads the table cannot tell whose it was."""
    kind: Mapped[MailKind] = mapped_column(choice(MailKind))
    state: Mapped[MailState] = mapped_column(choice(MailState))
    invitation_id: Mapped[int | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="CASCADE"), index=True
    )
    """What it answers to; it is forgotten with it."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    """Whose desk reads it; None: it does not say what it is about, and any desk may."""
    about: Mapped[str] = mapped_column(String(40), default="")
    """Of a resident's, as of letters: « registration:12 »; it is forgotten with that."""
    has_content: Mapped[bool] = mapped_column(default=False)
    """Whether words are still kept here: for a month at most."""
    content: Mapped[str] = mapped_column(Text, default="")
    """What they wrote and from where, encrypted (`invitations.contents`)."""
    original: Mapped[str] = mapped_column(Text, default="")
    """All of it as it came, in base64 and encrypted, where nobody could read it."""
    proposed_at: Mapped[datetime | None]
    """When a COUNTER would have it begin."""
    proposed_until: Mapped[datetime | None]
    partstat: Mapped[PartStat | None] = mapped_column(choice(PartStat))
    """What a calendar said."""
    problem: Mapped[str] = mapped_column(String(400), default="")
    """Why it waits for somebody, or why nothing was done: a word of `answers.wording`; what a server said."""
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(String(80), default="")
    """An actor, as journals write; « worker » where nobody had to decide."""

    event: Mapped[Event | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
