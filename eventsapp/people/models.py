"""Persons, households, organisations and accounts."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.media.models import Picture
from eventsapp.people.mailboxes import HasMailbox
from eventsapp.people.means import Means as Means
from eventsapp.places.models import Quartier, Territory


class Person(HasMailbox, Model):
    """An adult we can reach, by mail, by phone or both.

    Neither address nor number is unique: a phone is shared, a mailbox too, and one typed into a
    form never opens or merges a household.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    """As typed, domain in lower case."""
    phone: Mapped[str | None] = mapped_column(String(32))
    """As typed; `phone_e164` is for dialling."""
    phone_e164: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    means: Mapped[Means | None] = mapped_column(choice(Means))
    """How they want to be told; None: they did not say, the best of what they left is taken."""
    phone_is_shared: Mapped[bool] = mapped_column(default=False)
    """Others read or answer that phone: what goes there tells nothing of what it is about."""
    wants_no_messages: Mapped[bool] = mapped_column(default=False)
    """« Ne m’envoyez aucun message »: nothing is sent, and nobody calls."""
    wants_alarm: Mapped[bool] = mapped_column(default=False)
    """Invitations make their calendar ring the day before (RULES P10)."""
    created_at: Mapped[datetime]


class Household(Model):
    """A family known to us through one adult; opened anew by each form without a private link."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    quartier_id: Mapped[int | None] = mapped_column(ForeignKey("quartier.id"), index=True)
    """Where they live, by the name of the quartier, where they said so: never an address."""
    created_at: Mapped[datetime]

    contact: Mapped[Person] = relationship()
    quartier: Mapped[Quartier | None] = relationship()


class PrivateLink(Model):
    """A link to the own page of a household or a professional; the token itself is never stored.

    A link "sent again" is a new link: each letter carries its own, all open the same page until
    they are revoked.
    """

    __tablename__ = "private_link"
    __table_args__ = (
        CheckConstraint("(household_id IS NULL) <> (professional_id IS NULL)", name="one_party"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    professional_id: Mapped[int | None] = mapped_column(ForeignKey("professional.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    household: Mapped[Household | None] = relationship()
    professional: Mapped[Professional | None] = relationship()


class OrganisationKind(enum.StrEnum):
    """What sort of partner an organisation is."""

    ASSOCIATION = "association"
    INSTITUTION = "institution"
    SCHOOL = "ecole"
    COMPANY = "entreprise"


class Organisation(Model):
    """A partner: it hosts events, offers topics, lends places."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(32))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    owner_asked_at: Mapped[datetime | None]
    """When somebody was last sought to answer for it, by an invitation or by leaving it to a coordinator;
    offers themselves are forgotten after a month."""

    picture: Mapped[OrganisationPicture | None] = relationship(viewonly=True)


class OrganisationPicture(Model):
    """The picture that an organisation shows beside its events, and what one sees in it."""

    __tablename__ = "organisation_picture"
    __table_args__ = (CheckConstraint("alternative <> ''", name="says_what_it_shows"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), unique=True)
    picture_id: Mapped[int] = mapped_column(ForeignKey("picture.id"), index=True)
    alternative: Mapped[str] = mapped_column(String(160))
    """For whoever does not see it (WCAG 1.1.1), in French."""
    changed_at: Mapped[datetime]

    picture: Mapped[Picture] = relationship()


class OrganisationApproval(Model):
    """An organisation may act in a territory: approved there, by somebody, on a day."""

    __tablename__ = "organisation_approval"
    __table_args__ = (UniqueConstraint("territory_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    approved_at: Mapped[datetime]
    is_trusted: Mapped[bool] = mapped_column(default=False)
    """What it proposes there is published at once; otherwise a coordinator looks first."""

    organisation: Mapped[Organisation] = relationship()


class EmbedOrigin(Model):
    """A site on which an organisation shows its agenda: an origin (RFC 6454), which its frames may have."""

    __tablename__ = "embed_origin"
    __table_args__ = (UniqueConstraint("organisation_id", "origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    origin: Mapped[str] = mapped_column(String(255))
    """As a browser writes it: « https://asso.example », with a port where it is not 443."""
    added_at: Mapped[datetime]


class RequestStatus(enum.StrEnum):
    """How far a request to become a partner is."""

    WAITING = "en_attente"
    APPROVED = "acceptee"
    REFUSED = "refusee"


class PartnerRequest(Model):
    """« Devenir partenaire »: an organisation asks to act in a territory, and waits for a coordinator."""

    __tablename__ = "partner_request"
    __table_args__ = (
        CheckConstraint("(status = 'en_attente') = (settled_at IS NULL)", name="settled_has_moment"),
        CheckConstraint(
            "(status = 'acceptee') = (organisation_id IS NOT NULL)", name="approved_has_organisation"
        ),
        Index("ix_partner_request_territory", "territory_id", "status", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    organisation_name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    contact_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(32), default="")
    about: Mapped[str] = mapped_column(String(600))
    """What they would like to do there."""
    language: Mapped[str] = mapped_column(String(8), default="fr")
    status: Mapped[RequestStatus] = mapped_column(choice(RequestStatus), default=RequestStatus.WAITING)
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(400), default="")
    """Why it was refused, as the letter says it."""
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    territory: Mapped[Territory] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Professional(Model):
    """A person acting for an organisation: one we know, or the name that they typed (exactly one of both)."""

    __tablename__ = "professional"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id"),
        CheckConstraint("(organisation_id IS NULL) = (organisation_name <> '')", name="of_one_organisation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation_name: Mapped[str] = mapped_column(String(120), default="")
    """As typed, where no organisation of that name is approved: said by somebody, checked by nobody."""

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def works_for(self) -> str:
        """The name of the organisation."""
        return self.organisation.name if self.organisation else self.organisation_name


class Account(HasMailbox, Model):
    """Somebody who signs in to a desk, known by a confirmed address."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8), default="fr")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """argon2id, as people.passwords writes it; None: signs in by a link."""
    totp_secret: Mapped[str | None] = mapped_column(String(400))
    """Encrypted (people.second_factor); None: no second factor."""
    totp_step: Mapped[int | None]
    """The step (RFC 6238 section 4) of the last code taken: no code is taken twice."""
    passkey_handle: Mapped[str] = mapped_column(
        String(64), unique=True, default=lambda: secrets.token_hex(32)
    )
    """What passkeys call the account: random signs that tell nobody's address (W3C WebAuthn 2, 14.6.1)."""

    @property
    def actor(self) -> str:
        """Who does it, as journals write: « account:3 »."""
        return f"account:{self.id}"


class RecoveryCode(Model):
    """One code that stands in once for a lost phone; only its fingerprint is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("account_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Passkey(Model):
    """A WebAuthn credential of an account: its public half, the private one never leaves its device."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """In base64url; 1023 octets at most (W3C WebAuthn 2, 4)."""
    public_key: Mapped[bytes]
    """In COSE (RFC 9052)."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    """As its owner calls it."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class UsedChallenge(Model):
    """A challenge that a passkey has answered, kept until it is too old to be answered again."""

    __tablename__ = "used_challenge"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    useless_after: Mapped[datetime]


class Proof(enum.StrEnum):
    """What a sign-in was begun by."""

    LINK = "lien"
    PASSWORD = "mot_de_passe"  # noqa: S105 - the name of a way in, no password
    PASSKEY = "cle"


class SignInLink(Model):
    """A single-use link by mail; opened by GET, used up by POST, so that mail scanners burn nothing."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class SignIn(Model):
    """One browser on which an account is signed in, until it is ended or its time is over."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(40))
    """As `browsers.named` says it: « Firefox, Android », or nothing."""
    by: Mapped[Proof] = mapped_column(choice(Proof), default=Proof.LINK)
    is_half: Mapped[bool] = mapped_column(default=False)
    """The second factor is still to be proved: it opens no desk."""
    tries: Mapped[int] = mapped_column(default=0)
    """Codes that were tried for it."""
    totp_waiting: Mapped[str | None] = mapped_column(String(400))
    """Encrypted; a phone's secret that this browser was shown, not yet proved by a first code. It ends with
    the sign-in: whoever found another browser open has seen no secret that its owner will ever prove."""
    totp_shown_at: Mapped[datetime | None]
    begun_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """At the latest."""
    ended_at: Mapped[datetime | None]
    """Earlier, by somebody."""

    account: Mapped[Account] = relationship()
