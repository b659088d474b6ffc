"""What an account's mailbox is told when the way into it changes: whoever did not do it knows at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale, gettext

from eventsapp.languages import DEFAULT, known
from eventsapp.mailroom import outbox
from eventsapp.mailroom.outbox import OutgoingLetter, Reader, Sender
from eventsapp.people.models import Account
from eventsapp.settings import setting


def password_chosen(account: Account, *, now: datetime) -> None:
    """A password was set or changed; other devices are signed out."""
    with _spoken(account):
        said = gettext("Un mot de passe vient d’être choisi. Vos autres appareils sont déconnectés.")
        _post(account, said, now)


def password_removed(account: Account, *, now: datetime) -> None:
    """Links only from now on."""
    with _spoken(account):
        _post(account, gettext("Votre mot de passe vient d’être supprimé."), now)


def codes_on(account: Account, *, now: datetime) -> None:
    """A phone's codes are asked for from now on."""
    with _spoken(account):
        _post(account, gettext("Un code de votre téléphone est demandé à chaque connexion, désormais."), now)


def codes_off(account: Account, *, now: datetime) -> None:
    """They are not any more."""
    with _spoken(account):
        _post(account, gettext("Aucun code n’est plus demandé à la connexion."), now)


def recovery_code_used(account: Account, left: int, *, now: datetime) -> None:
    """Somebody came in by a recovery code."""
    with _spoken(account):
        _post(account, gettext("Un code de secours vient de servir. Il en reste %(left)d.", left=left), now)


def passkey_added(account: Account, called: str, *, now: datetime) -> None:
    """A passkey signs in from now on."""
    with _spoken(account):
        said = gettext(
            "Une clé d’accès vient d’être ajoutée : « %(name)s ». Elle ouvre votre compte.", name=called
        )
        _post(account, said, now)


def passkey_removed(account: Account, called: str, *, now: datetime) -> None:
    """It does not any more."""
    with _spoken(account):
        _post(account, gettext("Une clé d’accès vient d’être retirée : « %(name)s ».", name=called), now)


def _spoken(account: Account):  # type: ignore[no-untyped-def]  # what force_locale gives has no name
    return force_locale((known(account.language) or DEFAULT).locale)


def _post(account: Account, sentence: str, now: datetime) -> None:
    outbox.post(
        OutgoingLetter(
            kind="people/account_changed",
            reader=Reader(name=account.name, language=account.language, email=account.email),
            sender=Sender(name=gettext("L’agenda des quartiers"), address=setting("MAIL_DEFAULT_SENDER")),
            context={"name": account.name, "sentence": sentence},
            useless_after=now + timedelta(days=7),
        ),
        now=now,
    )
