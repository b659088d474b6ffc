"""`python -m bench.strangers`: does a clock tell at `/connexion` who has an account, or at `/m/lien-perdu`
who is registered?

Asks for a link, alternately for an address without an account (the baseline), one with an account, and one
whose account has as many links waiting as it may; wall time of the POST in this process, median of ROUNDS.
Then for a family's: an address that is nobody's, and those of families that are registered.
DATABASE_URL measures on PostgreSQL instead of SQLite.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time

from sqlalchemy import delete, select

from bench.counting import Counter
from bench.visitors import token_in
from eventsapp import clock
from eventsapp.agenda.models import Event
from eventsapp.database import begin_writing, db
from eventsapp.people import accounts
from eventsapp.people.models import Household, Person, SignInLink
from eventsapp.registrations.models import Registration

ROUNDS = 100
LOST = "/m/lien-perdu"
KNOWN, FULL = "known@example.org", "full@example.org"


def main() -> None:
    """Opens two accounts in a folder of its own, measures, prints."""
    with tempfile.TemporaryDirectory() as folder:
        secret = "a secret of the bench, of no use elsewhere"
        os.environ.update(ENVIRONMENT="demonstration", INSTANCE_PATH=folder, LOG_LEVEL="WARNING")
        os.environ.update(SECRET_KEY=secret, RATE_LIMITS="false")
        counter = Counter()
        counter.plant()
        with counter.app.app_context():
            begin_writing()
            for email in (KNOWN, FULL):
                accounts.open_account(email, "Somebody", actor="cli", now=clock.now())
            for _ in range(accounts.MOST_WAITING):
                accounts.new_link(accounts.by_email(FULL), now=clock.now())
            db.session.commit()
        taken: dict[str, list[float]] = {"nobody's": [], "known": [], "known, links waiting": []}
        for number in range(ROUNDS):
            for who, email in zip(taken, (f"nobody{number}@example.org", KNOWN, FULL), strict=True):
                taken[who].append(_asked(counter, "/connexion", email=email))
            _free(counter)
        _report("/connexion", taken)
        _report(LOST, _lost(counter))


def _lost(counter: Counter) -> dict[str, list[float]]:
    """Each family asks once: whoever asks more than three times a day gets no letter."""
    with counter.app.app_context():
        theirs = (
            select(Person.email)
            .join(Household, Household.contact_id == Person.id)
            .join(Registration, Registration.household_id == Household.id)
            .join(Registration.event)
            .where(Person.email.is_not(None), Event.ends_at > clock.now())
            .distinct()
            .limit(ROUNDS)
        )
        families = db.session.scalars(theirs).all()
    taken: dict[str, list[float]] = {"nobody's": [], "a family's": []}
    for number, email in enumerate(families):
        taken["nobody's"].append(_asked(counter, LOST, address=f"nobody{number}@example.org"))
        taken["a family's"].append(_asked(counter, LOST, address=str(email)))
    return taken


def _report(path: str, taken: dict[str, list[float]]) -> None:
    baseline = statistics.median(taken["nobody's"])
    for who, times in taken.items():
        median = statistics.median(times)
        print(f"{path:<16}{who:<24}{median:6.2f} ms   x {median / baseline:.2f}")


def _asked(counter: Counter, path: str, **typed: str) -> float:
    """Milliseconds of one form."""
    client = counter.app.test_client()
    token = token_in(client.get(path).get_data(as_text=True))
    begun = time.perf_counter()
    answer = client.post(path, data={"csrf_token": token} | typed)
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code != 303:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return taken


def _free(counter: Counter) -> None:
    """The known account has no link waiting before it asks again."""
    with counter.app.app_context():
        begin_writing()
        number = accounts.by_email(KNOWN).id
        db.session.execute(delete(SignInLink).where(SignInLink.account_id == number))
        db.session.commit()


if __name__ == "__main__":
    main()
