"""Rewriting a project that is open: its dates, the order of its axes, its actions.

What calendars are told of an action is told by `agenda.surroundings`, which calls `change_action`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select, update

from eventsapp import journal
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.people import contacts
from eventsapp.places.models import Territory
from eventsapp.programme import contents
from eventsapp.programme.contents import ActionAlreadyThere
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme
from eventsapp.refusals import NotFound, Refusal, msgid
from eventsapp.typed import line

LONGEST_DIAGNOSIS = 600
LONGEST_NAME = 160
LONGEST_NEED = 400
LONGEST_DESCRIPTION = 1200
LONGEST_SLUG = 80


class StatusMissing(Refusal):
    """How far is the project?"""

    sentence = msgid("Choisissez où en est le projet.")


class ThemeMissing(Refusal):
    """None of the seven themes."""

    sentence = msgid("Choisissez un thème.")


class AxisMissing(Refusal):
    """An action under no axis of the project."""

    sentence = msgid("Choisissez un axe du projet.")


class AxisInUse(Refusal):
    """A theme that actions decline."""

    sentence = msgid("Cet axe a des actions : déplacez-les d’abord dans un autre axe.")


@dataclass(frozen=True)
class ProjectAnswers:
    """What was typed about a project."""

    status: str = ""
    diagnosis: str = ""
    signed_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class ActionAnswers:
    """What was typed about an action."""

    name: str = ""
    public_name: str = ""
    need: str = ""
    description: str = ""
    is_sensitive: bool = False


def write_project(
    territory: Territory, project: Project | None, answers: ProjectAnswers, *, actor: str, now: datetime
) -> Project:
    """Opens the project of a territory, or rewrites it.

    Raises StatusMissing, EndsBeforeSignature, TooLong, Unwritable; ProjectAlreadyOpen.
    """
    lock(territory.id)
    if answers.status not in set(ProjectStatus):
        raise StatusMissing(field="status")
    status = ProjectStatus(answers.status)
    diagnosis = contacts.text(answers.diagnosis, field="diagnosis", longest=LONGEST_DIAGNOSIS)
    if project is None:
        return contents.open_project(
            territory,
            status,
            diagnosis=diagnosis,
            signed_on=answers.signed_on,
            ends_on=answers.ends_on,
            actor=actor,
            now=now,
        )
    contents.check_span(answers.signed_on, answers.ends_on)
    project.status, project.diagnosis = status, diagnosis
    project.signed_on, project.ends_on = answers.signed_on, answers.ends_on
    journal.note(actor, "changed", project, now=now, territory_id=territory.id, status=status.value)
    return project


def move_axis_up(axis: Axis, *, actor: str, now: datetime) -> bool:
    """An axis comes before the one above it; False when it is the first.

    The rows are the places of a project, whose numbers are unique and at most three: it is their themes
    that change places, by one that the project does not keep (a unique constraint is checked row by row),
    and their actions with them.
    """
    project = axis.project
    lock(project.territory_id)
    axes = contents.axes_of(project)
    above = next((one for one in reversed(axes) if one.position < axis.position), None)
    if above is None:
        return False
    moving, other = axis.theme, above.theme
    kept = {one.theme for one in axes}
    axis.theme = next(theme for theme in Theme if theme not in kept)
    db.session.flush()
    above.theme = moving
    db.session.flush()
    axis.theme = other
    db.session.execute(
        update(Action)
        .where(Action.axis_id.in_((axis.id, above.id)))
        .values(axis_id=case((Action.axis_id == axis.id, above.id), else_=axis.id)),
        execution_options={"synchronize_session": "fetch"},
    )
    journal.note(actor, "moved", above, now=now, territory_id=project.territory_id, theme=moving.value)
    return True


def remove_axis(axis: Axis, *, actor: str, now: datetime) -> None:
    """Keeps a theme no more. Raises AxisInUse."""
    territory_id = axis.project.territory_id
    lock(territory_id)
    if db.session.scalar(select(Action.id).where(Action.axis_id == axis.id).limit(1)) is not None:
        raise AxisInUse()
    journal.note(actor, "removed", axis, now=now, territory_id=territory_id, theme=axis.theme.value)
    db.session.delete(axis)


def write_action(axis: Axis, answers: ActionAnswers, *, actor: str, now: datetime) -> Action:
    """One more action under an axis. Raises NameMissing, TooLong, Unwritable, ActionAlreadyThere."""
    lock(axis.project.territory_id)
    said = _read(answers)
    return contents.add_action(
        axis,
        said.name,
        public_name=said.public_name,
        need=said.need,
        description=said.description,
        is_sensitive=said.is_sensitive,
        actor=actor,
        now=now,
    )


def change_action(action: Action, answers: ActionAnswers, axis: Axis, *, actor: str, now: datetime) -> None:
    """Rewrites an action, under that axis of the same project. Raises what `write_action` raises.

    Its address stays, since it stands in mails and bookmarks; but one that turns sensitive takes that of its
    public name, which must be neutral.
    """
    said = _read(answers)
    if said.is_sensitive and not action.is_sensitive:
        action.slug = _free_slug(action, said.public_name)
    if action.axis_id != axis.id:
        last = db.session.scalar(select(func.max(Action.position)).where(Action.axis_id == axis.id)) or 0
        action.axis, action.position = axis, last + 1
    action.name, action.public_name = said.name, said.public_name
    action.need, action.description = said.need, said.description
    action.is_sensitive = said.is_sensitive
    db.session.flush()
    journal.note(actor, "changed", action, now=now, territory_id=action.territory_id)


def move_action_up(action: Action, *, actor: str, now: datetime) -> bool:
    """An action comes before the one above it, under the same axis; False when it is the first."""
    lock(action.territory_id)
    under = db.session.scalars(
        select(Action).where(Action.axis_id == action.axis_id).order_by(Action.position, Action.id)
    ).all()
    order = list(under)
    at = order.index(action)
    if at == 0:
        return False
    order[at - 1 : at + 1] = [action, order[at - 1]]
    for position, one in enumerate(order, start=1):
        one.position = position
    journal.note(actor, "moved", action, now=now, territory_id=action.territory_id)
    return True


def axis_by_id(number: int, territory: Territory) -> Axis:
    """An axis of the project of a territory. Raises NotFound."""
    axis = db.session.scalars(
        select(Axis).join(Axis.project).where(Axis.id == number, Project.territory_id == territory.id)
    ).first()
    if axis is None:
        raise NotFound()
    return axis


def action_by_id(number: int, territory: Territory) -> Action:
    """An action of a territory. Raises NotFound."""
    action = db.session.scalars(
        select(Action).where(Action.id == number, Action.territory_id == territory.id)
    ).first()
    if action is None:
        raise NotFound()
    return action


def lock(territory_id: int) -> None:
    """Who rewrites the project of a territory does so alone: positions follow each other."""
    db.session.execute(select(Territory.id).where(Territory.id == territory_id).with_for_update())


def _read(answers: ActionAnswers) -> ActionAnswers:
    name = contacts.name_of(answers.name, field="name", longest=LONGEST_NAME)
    public_name = line(answers.public_name, field="public_name") or name
    return ActionAnswers(
        name=name,
        public_name=contacts.name_of(public_name, field="public_name", longest=LONGEST_NAME),
        need=contacts.text(answers.need, field="need", longest=LONGEST_NEED),
        description=contacts.text(answers.description, field="description", longest=LONGEST_DESCRIPTION),
        is_sensitive=answers.is_sensitive,
    )


def _free_slug(action: Action, public_name: str) -> str:
    """Raises ActionAlreadyThere."""
    slug = slug_from(public_name, longest=LONGEST_SLUG)
    taken = select(Action.id).where(
        Action.territory_id == action.territory_id, Action.slug == slug, Action.id != action.id
    )
    if db.session.scalar(taken) is not None:
        raise ActionAlreadyThere(field="public_name", name=public_name)
    return slug
