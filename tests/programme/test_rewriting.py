"""A project rewritten: its days, the order of its axes and actions, whatever the constraints."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session, scoped_session

from eventsapp import clock as hours
from eventsapp.people.contacts import NameMissing, TooLong
from eventsapp.programme import contents, listings, rewriting
from eventsapp.programme.contents import ActionAlreadyThere, EndsBeforeSignature
from eventsapp.programme.models import Axis, ProjectStatus, Theme
from eventsapp.programme.rewriting import ActionAnswers, AxisInUse, ProjectAnswers, StatusMissing
from eventsapp.refusals import NotFound, Refusal
from tests import factories

Db = scoped_session[Session]


def plan() -> list[tuple[Theme, list[str]]]:
    outline = listings.outline_of(factories.a_territory())
    return [(part.axis.theme, [one.name for one in part.actions]) for part in outline.axes]


def axis_of(theme: Theme) -> Axis:
    return factories.an_axis(factories.a_territory(), theme)


def test_a_project_is_opened_then_rewritten(db_session: Db) -> None:
    territory, now = factories.a_territory(), hours.now()
    opened = rewriting.write_project(territory, None, ProjectAnswers("a_venir"), actor="cli", now=now)
    said = ProjectAnswers("signe", "Des familles seules", date(2026, 1, 5), date(2029, 12, 31))
    rewriting.write_project(territory, opened, said, actor="cli", now=now)
    db_session.flush()
    kept = listings.project_of(territory)
    assert (kept.status, kept.diagnosis, kept.signed_on, kept.ends_on) == (
        ProjectStatus.SIGNED,
        "Des familles seules",
        date(2026, 1, 5),
        date(2029, 12, 31),
    )


@pytest.mark.parametrize(
    ("said", "refused", "field"),
    [
        (ProjectAnswers(""), StatusMissing, "status"),
        (ProjectAnswers("signe", "d" * 601), TooLong, "diagnosis"),
        (ProjectAnswers("signe", "", date(2027, 1, 1), date(2027, 1, 1)), EndsBeforeSignature, "ends_on"),
    ],
)
def test_a_project_that_cannot_be_is_refused(
    db_session: Db, said: ProjectAnswers, refused: type[Refusal], field: str
) -> None:
    with pytest.raises(refused) as why:
        rewriting.write_project(factories.a_territory(), None, said, actor="cli", now=hours.now())
    assert why.value.field == field


def test_axes_change_places_with_their_actions_even_when_all_three_are_there(db_session: Db) -> None:
    for theme, names in {
        Theme.PARENTING: ["Samedis", "Cafés"],
        Theme.SOCIAL_TIES: ["Fêtes"],
        Theme.RIGHTS: [],
    }.items():
        for name in names:
            rewriting.write_action(axis_of(theme), ActionAnswers(name), actor="cli", now=hours.now())
        axis_of(theme)
    db_session.flush()
    assert rewriting.move_axis_up(axis_of(Theme.SOCIAL_TIES), actor="cli", now=hours.now())
    assert plan() == [
        (Theme.SOCIAL_TIES, ["Fêtes"]),
        (Theme.PARENTING, ["Samedis", "Cafés"]),
        (Theme.RIGHTS, []),
    ]
    assert rewriting.move_axis_up(axis_of(Theme.RIGHTS), actor="cli", now=hours.now())
    assert [theme for theme, _ in plan()] == [Theme.SOCIAL_TIES, Theme.RIGHTS, Theme.PARENTING]
    assert not rewriting.move_axis_up(axis_of(Theme.SOCIAL_TIES), actor="cli", now=hours.now())


def test_an_axis_goes_once_it_has_no_action_and_makes_room(db_session: Db) -> None:
    for theme in (Theme.PARENTING, Theme.SOCIAL_TIES, Theme.RIGHTS):
        axis_of(theme)
    factories.an_action("Samedis")
    with pytest.raises(AxisInUse):
        rewriting.remove_axis(axis_of(Theme.PARENTING), actor="cli", now=hours.now())
    rewriting.remove_axis(axis_of(Theme.SOCIAL_TIES), actor="cli", now=hours.now())
    db_session.flush()
    contents.add_axis(listings.project_of(factories.a_territory()), Theme.SPORT, actor="cli", now=hours.now())
    assert [theme for theme, _ in plan()] == [Theme.PARENTING, Theme.SPORT, Theme.RIGHTS]


def test_actions_are_written_and_ordered_under_their_axis(db_session: Db) -> None:
    axis, now = axis_of(Theme.PARENTING), hours.now()
    for name in ("Samedis", "Cafés", "Répit"):
        rewriting.write_action(axis, ActionAnswers(name), actor="cli", now=now)
    last = rewriting.write_action(axis, ActionAnswers("Fêtes", "La fête"), actor="cli", now=now)
    assert (last.slug, last.public_name) == ("la-fete", "La fête")
    assert rewriting.move_action_up(last, actor="cli", now=now)
    assert rewriting.move_action_up(last, actor="cli", now=now)
    db_session.flush()
    assert plan() == [(Theme.PARENTING, ["Samedis", "Fêtes", "Cafés", "Répit"])]
    with pytest.raises(ActionAlreadyThere):
        rewriting.write_action(axis, ActionAnswers("Encore", "Samedis"), actor="cli", now=now)
    with pytest.raises(NameMissing):
        rewriting.write_action(axis, ActionAnswers(""), actor="cli", now=now)


def test_what_belongs_to_another_territory_is_not_found(db_session: Db) -> None:
    tenth = factories.a_territory(10)
    theirs = factories.an_action("Répit", territory=tenth)
    with pytest.raises(NotFound):
        rewriting.action_by_id(theirs.id, factories.a_territory())
    with pytest.raises(NotFound):
        rewriting.axis_by_id(theirs.axis_id, factories.a_territory())
