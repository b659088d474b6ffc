"""A project keeps at most three themes, all different, and declines each into actions."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from eventsapp.clock import now
from eventsapp.journal import JournalLine
from eventsapp.places.models import Territory
from eventsapp.programme import contents, listings
from eventsapp.programme.contents import Remark
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme
from eventsapp.refusals import NotFound
from tests.factories import a_territory

pytestmark = pytest.mark.usefixtures("db_session")


def opened(number: int = 19, status: ProjectStatus = ProjectStatus.SIGNED) -> Project:
    return contents.open_project(a_territory(number), status, actor="cli", now=now())


def keep(project: Project, theme: Theme) -> Axis:
    return contents.add_axis(project, theme, actor="cli", now=now())


def do(axis: Axis, name: str, **values: str) -> Action:
    return contents.add_action(axis, name, actor="cli", now=now(), **values)


def test_claire_writes_the_project_of_the_nineteenth(db_session):
    project = opened()
    parenting, ties = keep(project, Theme.PARENTING), keep(project, Theme.SOCIAL_TIES)
    mornings = do(parenting, "Samedis Matins à l’école", public_name="Samedis matins à l’école")
    coffees = do(parenting, "Cafés des parents")
    fairs = do(ties, "Journées festives")

    outline = listings.outline_of(project.territory)

    assert outline.project is project
    assert [(one.axis, list(one.actions)) for one in outline.axes] == [
        (parenting, [mornings, coffees]),
        (ties, [fairs]),
    ]
    assert [axis.position for axis in (parenting, ties)] == [1, 2]
    assert mornings.slug == "samedis-matins-a-l-ecole"
    said = [(line.actor, line.verb, line.thing) for line in db_session.scalars(select(JournalLine))]
    assert said == [
        ("cli", "opened", "project"),
        ("cli", "added", "axis"),
        ("cli", "added", "axis"),
        *[("cli", "added", "action")] * 3,
    ]


def test_a_fourth_theme_is_refused_and_nothing_is_kept():
    project = opened()
    kept = [keep(project, theme) for theme in (Theme.PARENTING, Theme.SOCIAL_TIES, Theme.RIGHTS)]

    with pytest.raises(contents.TooManyAxes):
        keep(project, Theme.SPORT)

    assert list(contents.axes_of(project)) == kept


def test_a_theme_is_kept_once(db_session):
    project = opened()
    keep(project, Theme.PARENTING)

    with pytest.raises(contents.ThemeAlreadyKept, match="« Parentalité » est déjà"):
        keep(project, Theme.PARENTING)

    assert len(contents.axes_of(project)) == 1


def test_a_theme_taken_away_leaves_its_place_to_another(db_session):
    project = opened()
    first = keep(project, Theme.PARENTING)
    keep(project, Theme.RIGHTS)
    db_session.delete(first)
    db_session.flush()

    assert keep(project, Theme.SPORT).position == 1


def test_a_territory_has_one_project():
    opened()

    with pytest.raises(contents.ProjectAlreadyOpen):
        opened()


def test_a_project_does_not_end_before_it_is_signed(db_session):
    with pytest.raises(contents.EndsBeforeSignature) as refused:
        contents.open_project(
            a_territory(),
            ProjectStatus.SIGNED,
            signed_on=date(2025, 3, 1),
            ends_on=date(2025, 3, 1),
            actor="cli",
            now=now(),
        )

    assert refused.value.field == "ends_on"
    assert db_session.scalar(select(Project.id)) is None


def test_two_actions_of_a_territory_do_not_share_an_address():
    project = opened()
    parenting, rights = keep(project, Theme.PARENTING), keep(project, Theme.RIGHTS)
    do(parenting, "Café des parents")

    with pytest.raises(contents.ActionAlreadyThere):
        do(rights, "CAFÉ DES PARENTS")

    tenth = keep(opened(10), Theme.PARENTING)
    assert do(tenth, "Café des parents").slug == "cafe-des-parents"


def test_an_action_has_a_name():
    with pytest.raises(contents.NameMissing):
        do(keep(opened(), Theme.PARENTING), "   ")


def test_what_is_missing_is_remarked_not_refused(app):
    project = opened()
    parenting, rights = keep(project, Theme.PARENTING), keep(project, Theme.RIGHTS)
    do(parenting, "Samedis matins")
    assert contents.remarks(project) == [Remark(None, 2), Remark(Theme.PARENTING, 1), Remark(Theme.RIGHTS, 0)]
    for number in range(3):
        do(rights, f"Permanence {number}")
    keep(project, Theme.SPORT)

    found = contents.remarks(project)

    assert found == [Remark(Theme.PARENTING, 1), Remark(Theme.SPORT, 0)]
    with app.test_request_context():
        assert [one.sentence for one in found] == [
            "L’axe « Parentalité » a 1 action ; on en attend trois ou quatre.",
            "L’axe « Sport, loisirs, vacances » n’a pas encore d’action ; on en attend trois ou quatre.",
        ]


@pytest.mark.parametrize("status", [ProjectStatus.ENGAGED, ProjectStatus.UPCOMING])
def test_a_project_being_written_is_not_remarked_upon(status):
    assert contents.remarks(opened(status=status)) == []


def test_an_outline_takes_three_statements_however_long_it_is(db_session, statements):
    project = opened()
    for theme in (Theme.PARENTING, Theme.SOCIAL_TIES, Theme.RIGHTS):
        axis = keep(project, theme)
        for number in range(4):
            do(axis, f"{theme} {number}")
    territory_id = project.territory_id
    db_session.commit()
    territory = db_session.get_one(Territory, territory_id)

    with statements() as said:
        outline = listings.outline_of(territory)
        names = [action.axis.theme for one in outline.axes for action in one.actions]

    assert len(names) == 12
    assert len(said) == 3


def test_an_action_is_found_in_its_own_territory_only():
    action = do(keep(opened(), Theme.PARENTING), "Café des parents")
    opened(10)

    assert listings.action_by_slug(a_territory(19), "cafe-des-parents") is action
    with pytest.raises(NotFound):
        listings.action_by_slug(a_territory(10), "cafe-des-parents")


def test_a_territory_without_a_project_has_no_outline():
    with pytest.raises(NotFound):
        listings.outline_of(a_territory(13))


def test_projects_come_by_the_number_of_their_arrondissement():
    nineteenth, ninth = opened(19), opened(9, ProjectStatus.ENGAGED)

    assert list(listings.all_projects()) == [ninth, nineteenth]
