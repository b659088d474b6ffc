"""A phone of codes, and how somebody comes in by it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.mailroom.models import Letter
from eventsapp.people import accounts
from eventsapp.people.models import Account
from tests.pages import Page, PageClient


class Phone:
    """An application of codes that has scanned the square."""

    def __init__(self, page: Page) -> None:
        [key] = [one.text for one in page.main.all("code")]
        from passlib.totp import TOTP

        self._totp = TOTP(key=key)

    def code(self) -> str:
        return str(self._totp.generate(time=hours.now().timestamp()).token)


def by_link(client: PageClient, account: Account, db_session: scoped_session[Session]) -> str:
    """Enters by a link; gives where that leads."""
    db_session.rollback()
    token = accounts.new_link(account, now=hours.now())
    db_session.commit()
    page = client.get(f"/connexion/{token}").page
    return client.submit(page.form(button="Entrer")).headers["Location"]


def try_code(client: PageClient, code: str, page: str = "code") -> tuple[int, str]:
    form = client.get(f"/connexion/{page}").page.form(button="Entrer")
    answer = client.submit(form, {"code": code})
    return answer.status_code, answer.headers.get("Location", "")


def told(db_session: scoped_session[Session]) -> list[str]:
    db_session.rollback()
    kinds = select(Letter.text).where(Letter.kind == "people/account_changed").order_by(Letter.id)
    texts = [text.split("\n\n")[1].replace("\u00a0", " ") for text in db_session.scalars(kinds)]
    db_session.rollback()
    return texts
