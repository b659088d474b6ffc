"""Queries about projects, shared by pages, machines and feeds; a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus
from eventsapp.refusals import NotFound


@dataclass(frozen=True)
class AxisOutline:
    """A theme that a project keeps and what is done under it, in the project's order."""

    axis: Axis
    actions: Sequence[Action]


@dataclass(frozen=True)
class Outline:
    """A project as a page shows it."""

    project: Project
    axes: Sequence[AxisOutline]


def all_projects() -> Sequence[Project]:
    """Every project with its territory, by the number of the arrondissement; one statement."""
    return db.session.scalars(
        select(Project)
        .join(Project.territory)
        .options(contains_eager(Project.territory))
        .order_by(Territory.number)
    ).all()


def project_of(territory: Territory) -> Project:
    """The project of a territory; one statement. Raises NotFound."""
    project = db.session.scalars(select(Project).where(Project.territory_id == territory.id)).first()
    if project is None:
        raise NotFound()
    return project


def status_of(territory: Territory) -> ProjectStatus | None:
    """How far the project of a territory is, None where there is none; one statement."""
    return db.session.scalar(select(Project.status).where(Project.territory_id == territory.id))


def outline_of(territory: Territory) -> Outline:
    """The project of a territory with its axes and their actions; three statements. Raises NotFound."""
    project = project_of(territory)
    axes = db.session.scalars(select(Axis).where(Axis.project_id == project.id).order_by(Axis.position)).all()
    under = {axis_id: list(found) for axis_id, found in groupby(actions_of(territory), _axis_id)}
    return Outline(project, [AxisOutline(axis, under.get(axis.id, [])) for axis in axes])


def actions_of(territory: Territory) -> Sequence[Action]:
    """The actions of a territory with their axes, in the project's order; one statement."""
    return db.session.scalars(
        select(Action)
        .join(Action.axis)
        .options(contains_eager(Action.axis))
        .where(Action.territory_id == territory.id)
        .order_by(Axis.position, Action.position, Action.id)
    ).all()


def action_by_slug(territory: Territory, slug: str) -> Action:
    """An action by the end of its address, with its axis and project; one statement. Raises NotFound."""
    action = db.session.scalars(
        select(Action)
        .where(Action.territory_id == territory.id, Action.slug == slug)
        .options(joinedload(Action.axis).joinedload(Axis.project))
    ).first()
    if action is None:
        raise NotFound()
    return action


def _axis_id(action: Action) -> int:
    return action.axis_id
