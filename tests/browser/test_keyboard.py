"""By keyboard alone somebody is invited, comes in, protects her account, comes back and hands the role over.

Nobody uses a mouse or types an address here: one arrives by a link of a letter, and goes on through the
links, menus and buttons that the pages have. In French on a phone, in English in a wide window: the two
heads of a page hold the same doors in other places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock
from eventsapp.mailroom import sealing
from eventsapp.mailroom.models import Letter
from tests.browser.keyboard import press_in_menu, press_to, write_in
from tests.browsers import Visit

Axe = Callable[[Page], None]

ENGLISH = {
    # Doors.
    "Entrer": "Enter",
    "Coordination du 19e": "Coordination of the 19e",
    "Équipe": "Team",
    "Mon compte": "My account",
    "Me déconnecter": "Sign out",
    "Espace des partenaires": "Partners’ area",
    # What is pressed.
    "Envoyer l’invitation": "Send the invitation",
    "Accepter": "Accept",
    "Mettre en place": "Set up",
    "Vérifier": "Check",
    "C’est fait": "Done",
    "Recevoir mon lien": "Get my link",
    "Entrer avec un code de secours": "Enter with a recovery code",
    "Transmettre": "Hand over",
    # What is asked.
    "Son adresse e-mail": "Their email address",
    "Votre nom": "Your name",
    "Le code de votre téléphone": "The code of your phone",
    "Votre adresse e-mail": "Your email address",
    "Un code de secours": "A recovery code",
    # What is read.
    "Mon espace": "My space",
    "Une fonction vous est proposée": "You are offered a role",
    "Code du téléphone": "Phone code",
    "Code à scanner": "Code to scan",
    "Quel est votre quartier ?": "Which is your neighbourhood?",
    "Entrer dans l’espace des partenaires": "Enter the partners’ area",
    "Regardez vos e-mails": "Check your email",
    "Encore une étape": "One more step",
    "Transmettre une fonction": "Hand a role over",
    "L’invitation est partie à lena@example.org.": "The invitation is on its way to lena@example.org.",
    "Gardez ces dix codes de secours": "Keep these ten recovery codes",
    "Il vous reste 9 codes de secours.": "You have 9 recovery codes left.",
    "L’invitation est partie.": "The invitation is on its way.",
    "Vous prenez la suite de Léna.": "You take over from Léna.",
    "Aucune fonction ne vous est encore confiée.": "You have no role here yet.",
}
"""The words of the story, as an English visitor reads them."""


def in_the_mail(db_session: scoped_session[Session], address: str) -> str:
    """The link of the last letter to somebody: an invitation, or the way in."""
    db_session.rollback()
    letter = db_session.scalars(
        select(Letter).where(Letter.address == address).order_by(Letter.id.desc())
    ).first()
    assert letter is not None
    found = re.search(r"/(invitation|connexion)/[\w-]+", sealing.unseal(letter.text))
    assert found is not None
    db_session.rollback()
    return found[0]


def shown_by_the_phone(key: str) -> str:
    return str(TOTP(key=key).generate(time=clock.now().timestamp()).token)


@pytest.mark.parametrize(("language", "width"), [("fr-FR", 390), ("en-GB", 1280)])
def test_by_keyboard_alone_somebody_is_invited_comes_in_and_hands_over(
    visit: Visit, axe: Axe, link: str, db_session: scoped_session[Session], language: str, width: int
) -> None:
    """Invited by mail, in by the link, a code of the phone, back by a recovery code, the role handed over."""
    arrive = partial(visit, language=language, width=width)

    def say(french: str) -> str:
        return french if language == "fr-FR" else ENGLISH[french]

    def reads(page: Page, title: str) -> None:
        """Waited for after each step: a Tab too early would go through the page that is being left."""
        expect(page.get_by_role("heading", level=1)).to_have_text(say(title))

    samira = arrive(link)
    press_to(samira, say("Entrer"))
    reads(samira, "Mon espace")
    press_to(samira, say("Coordination du 19e"), "link")
    expect(samira).to_have_url(re.compile(r"/pro/paris-19/$"))
    press_in_menu(samira, say("Équipe"))
    reads(samira, "Équipe")
    write_in(samira, say("Son adresse e-mail"), "lena@example.org")
    press_to(samira, say("Envoyer l’invitation"))
    expect(samira.get_by_text(say("L’invitation est partie à lena@example.org."))).to_be_visible()

    lena = arrive(in_the_mail(db_session, "lena@example.org"))
    reads(lena, "Une fonction vous est proposée")
    write_in(lena, say("Votre nom"), "Léna")
    press_to(lena, say("Accepter"))
    expect(lena).to_have_url(re.compile("/connexion/"))
    press_to(lena, say("Entrer"))
    reads(lena, "Mon espace")

    press_in_menu(lena, say("Mon compte"))
    reads(lena, "Mon compte")
    press_to(lena, say("Mettre en place"), "link")
    reads(lena, "Code du téléphone")
    press_to(lena, say("Mettre en place"))
    expect(lena.get_by_role("img", name=say("Code à scanner"))).to_be_visible()
    axe(lena)
    key = lena.locator(".key-text code").text_content() or ""
    write_in(lena, say("Le code de votre téléphone"), shown_by_the_phone(key))
    press_to(lena, say("Vérifier"))
    expect(lena.get_by_text(say("Gardez ces dix codes de secours"))).to_be_visible()
    axe(lena)
    recovery = lena.locator(".codes code").first.text_content() or ""
    press_to(lena, say("C’est fait"), "link")
    reads(lena, "Mon espace")

    press_in_menu(lena, say("Me déconnecter"), "button")
    reads(lena, "Quel est votre quartier ?")
    press_to(lena, say("Espace des partenaires"), "link")
    reads(lena, "Entrer dans l’espace des partenaires")
    write_in(lena, say("Votre adresse e-mail"), "lena@example.org")
    press_to(lena, say("Recevoir mon lien"))
    reads(lena, "Regardez vos e-mails")
    lena.goto(in_the_mail(db_session, "lena@example.org"))  # the link of the letter
    press_to(lena, say("Entrer"))
    reads(lena, "Encore une étape")
    press_to(lena, say("Entrer avec un code de secours"), "link")
    reads(lena, "Entrer avec un code de secours")
    write_in(lena, say("Un code de secours"), recovery)
    press_to(lena, say("Entrer"))
    expect(lena.get_by_text(say("Il vous reste 9 codes de secours."))).to_be_visible()

    press_to(lena, say("Transmettre"), "link")
    reads(lena, "Transmettre une fonction")
    write_in(lena, say("Son adresse e-mail"), "maud@example.org")
    press_to(lena, say("Transmettre"))
    expect(lena.get_by_text(say("L’invitation est partie."))).to_be_visible()

    maud = arrive(in_the_mail(db_session, "maud@example.org"))
    expect(maud.get_by_text(say("Vous prenez la suite de Léna."))).to_be_visible()
    write_in(maud, say("Votre nom"), "Maud")
    press_to(maud, say("Accepter"))
    expect(maud).to_have_url(re.compile("/connexion/"))
    press_to(maud, say("Entrer"))
    expect(maud.get_by_role("link", name=say("Coordination du 19e"))).to_be_visible()
    press_in_menu(lena, say("Mon espace"))
    expect(lena.get_by_text(say("Aucune fonction ne vous est encore confiée."))).to_be_visible()
