"""What a family reads of the rule by which places go, before it registers and as it waits; and it is so."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp.agenda.entry_rules import EntryRules, QueueOrder
from eventsapp.agenda.models import Event
from eventsapp.database import db
from eventsapp.registrations import listings
from eventsapp.registrations.models import Registration
from tests import factories
from tests.pages import PageClient
from tests.registrations.stories import answers, cancel, register
from tests.web.residents.homes import confirm

pytestmark = pytest.mark.databases("sqlite")

FIRST_FIT = "Elle va à la première famille de la liste qui tient tout entière."
BOUND = "Au plus 3 autres peuvent passer devant une famille qui attend."
BESIDE = "Une famille qui ne lui prend aucune place ne compte pas."
STRICT = "Elle va à la première famille de la liste, et à personne d’autre."
OF_HOURS = "La famille choisie a 12 heures pour dire oui, moins si le rendez-vous est proche."


def full(session: scoped_session[Session], **rules: object) -> tuple[Event, Registration]:
    """Four places, and Awa and hers have them all."""
    event = factories.an_event(capacity=4, entry=EntryRules(**rules))  # type: ignore[arg-type]
    session.commit()
    return event, register(event, answers("Awa", adults=3, children=1)).registration


@pytest.mark.parametrize(
    ("rules", "said", "unsaid"),
    [
        ({}, [FIRST_FIT, BOUND], [BESIDE, STRICT, "pour dire oui"]),
        ({"most_children": 2}, [FIRST_FIT, BOUND, BESIDE], [STRICT]),
        ({"answer_hours": 12}, [FIRST_FIT, BOUND, OF_HOURS], [BESIDE, STRICT]),
        ({"order": QueueOrder.STRICT, "most_children": 2}, [STRICT], [FIRST_FIT, BOUND, BESIDE, "Au plus 3"]),
    ],
)
def test_the_rule_stands_on_the_public_page_and_on_the_own_page(
    client: PageClient,
    db_session: scoped_session[Session],
    rules: dict[str, object],
    said: list[str],
    unsaid: list[str],
) -> None:
    event, _ = full(db_session, **rules)
    home = confirm(client, register(event, answers("Binta", adults=2)))
    for address in (f"/e/{event.code}-{event.slug}", home):
        text = client.get(address).page.main.text
        assert [one for one in said if one not in text] == []
        assert [one for one in unsaid if one in text] == []


def test_who_waits_reads_how_many_may_still_pass_and_in_strict_order_that_nobody_does(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    event, awa = full(db_session)
    home = confirm(client, register(event, answers("Binta", adults=4)))
    assert "Au plus 3 familles peuvent passer devant vous." in client.get(home).page.main.text
    clara = register(event, answers("Clara")).registration
    register(event, answers("Driss", adults=2))
    cancel(awa)  # four come free: Binta's
    db.session.refresh(clara)
    assert "C’est noté" in client.get(home).page.heading
    assert listings.rank(clara) == 1


def test_others_pass_three_times_and_then_the_order_is_strict(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    event = factories.an_event(capacity=4)
    db_session.commit()
    register(event, answers("Awa"))
    home = confirm(client, register(event, answers("Binta", adults=4)))
    register(event, answers("Clara"))
    text = client.get(home).page.main.text
    assert "1 famille est passée devant vous. Après 3, plus personne ne passe devant vous." in text
    event.entry = EntryRules(order=QueueOrder.STRICT)
    db_session.commit()
    driss = register(event, answers("Driss")).registration
    assert listings.rank(driss) == 2  # two places are free
    text = client.get(home).page.main.text
    assert "1 famille est passée devant vous. Plus personne ne passe devant vous." in text
    assert "Après 3" not in text


def test_who_takes_nothing_of_what_she_lacks_does_not_count(
    client: PageClient, db_session: scoped_session[Session]
) -> None:
    """One child at most, and it is Awa’s. Four adults find a chair beside Binta and her child, no fifth."""
    event = factories.an_event(capacity=8, entry=EntryRules(most_children=1))
    db_session.commit()
    register(event, answers("Awa", children=1))
    binta = register(event, answers("Binta", children=1))
    home = confirm(client, binta)
    beside = [register(event, answers(name)).registration for name in ("Clara", "Driss", "Elif", "Fatou")]
    assert [listings.rank(one) for one in beside] == [None] * 4
    assert "Au plus 3 familles peuvent passer devant vous." in client.get(home).page.main.text
    register(event, answers("Gabin"))
    assert "1 famille est passée devant vous." in client.get(home).page.main.text


@pytest.mark.parametrize("adults", [1, 3])
def test_who_waits_and_changes_the_number_keeps_the_rank_and_reads_it_before(
    client: PageClient, db_session: scoped_session[Session], adults: int
) -> None:
    event, awa = full(db_session)
    binta = register(event, answers("Binta", adults=2))
    clara = register(event, answers("Clara", adults=3)).registration
    home = confirm(client, binta)
    page = client.get(client.get(home).page.link("Changer mon groupe (Atelier cuisine en famille)")).page
    assert "Vous gardez votre rang sur la liste d’attente." in page.main.text
    done = client.submit(page.form(button="Enregistrer"), {"adults": str(adults)})
    assert done.status_code == 303
    db.session.rollback()
    assert [listings.rank(one) for one in (binta.registration, clara)] == [1, 2]
    assert "Votre rang : 1." in client.get(home).page.main.text
    cancel(awa)
    assert listings.rank(binta.registration) is None  # hers are the first places that come free
