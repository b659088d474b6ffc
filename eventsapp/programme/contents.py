"""Writing a project: it is opened, keeps up to three themes, and declines each into actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from eventsapp import journal
from eventsapp.codes import slug_from
from eventsapp.database import db
from eventsapp.places.models import Territory
from eventsapp.programme.models import Action, Axis, Project, ProjectStatus, Theme
from eventsapp.refusals import Conflict, Refusal, msgid

AXES_OF_A_PROJECT = 3
"""A project keeps three of the seven themes (framework of the conventions territoriales globales)."""

ACTIONS_OF_AN_AXIS = range(3, 5)
"""Three or four actions are expected under an axis; another number is remarked, not refused."""


class ProjectAlreadyOpen(Conflict):
    """A territory has one project."""

    sentence = msgid("Cet arrondissement a déjà son projet social de territoire.")


class EndsBeforeSignature(Refusal):
    """A convention ends after it is signed."""

    sentence = msgid("La fin du projet doit venir après sa signature.")


class TooManyAxes(Refusal):
    """A fourth theme."""

    sentence = msgid("Un projet garde trois thèmes au plus : retirez-en un avant d’en ajouter un autre.")


class ThemeAlreadyKept(Refusal):
    """A theme kept twice. Parameter: `theme`, its official name."""

    sentence = msgid("Le thème « %(theme)s » est déjà un axe de ce projet.")


class ActionAlreadyThere(Refusal):
    """Two actions of one territory under one public name, hence one address. Parameter: `name`."""

    sentence = msgid("Une action de cet arrondissement s’appelle déjà « %(name)s ».")


class NameMissing(Refusal):
    """An action without a name."""

    sentence = msgid("Écrivez le nom de l’action.")


@dataclass(frozen=True)
class Remark:
    """Something a project usually has and this one lacks; a remark refuses nothing.

    `theme` None: about the project itself. `count` is how many axes, or actions under that theme.
    """

    theme: Theme | None
    count: int

    @property
    def sentence(self) -> str:
        """The remark in the reader's language."""
        if self.theme is None:
            return ngettext(
                "Ce projet a %(num)d axe ; on en attend trois.",
                "Ce projet a %(num)d axes ; on en attend trois.",
                self.count,
            )
        if self.count == 0:
            return gettext(
                "L’axe « %(theme)s » n’a pas encore d’action ; on en attend trois ou quatre.",
                theme=self.theme.official_name,
            )
        return ngettext(
            "L’axe « %(theme)s » a %(num)d action ; on en attend trois ou quatre.",
            "L’axe « %(theme)s » a %(num)d actions ; on en attend trois ou quatre.",
            self.count,
            theme=self.theme.official_name,
        )


def open_project(
    territory: Territory,
    status: ProjectStatus,
    *,
    diagnosis: str = "",
    signed_on: date | None = None,
    ends_on: date | None = None,
    actor: str,
    now: datetime,
) -> Project:
    """Opens the project of a territory. Raises ProjectAlreadyOpen, EndsBeforeSignature."""
    if db.session.scalar(select(Project.id).where(Project.territory_id == territory.id)) is not None:
        raise ProjectAlreadyOpen()
    check_span(signed_on, ends_on)
    project = Project(
        territory=territory, status=status, diagnosis=diagnosis, signed_on=signed_on, ends_on=ends_on
    )
    db.session.add(project)
    db.session.flush()
    journal.note(actor, "opened", project, now=now, territory_id=territory.id, status=status.value)
    return project


def add_axis(project: Project, theme: Theme, *, actor: str, now: datetime) -> Axis:
    """Keeps one more theme. Raises ThemeAlreadyKept, TooManyAxes."""
    kept = axes_of(project)
    if any(axis.theme is theme for axis in kept):
        raise ThemeAlreadyKept(field="theme", theme=theme.official_name)
    if len(kept) >= AXES_OF_A_PROJECT:
        raise TooManyAxes(field="theme")
    free = min(set(range(1, AXES_OF_A_PROJECT + 1)) - {axis.position for axis in kept})
    axis = Axis(project=project, theme=theme, position=free)
    db.session.add(axis)
    db.session.flush()
    journal.note(actor, "added", axis, now=now, territory_id=project.territory_id, theme=theme.value)
    return axis


def add_action(
    axis: Axis,
    name: str,
    *,
    public_name: str = "",
    need: str = "",
    description: str = "",
    is_sensitive: bool = False,
    actor: str,
    now: datetime,
) -> Action:
    """Declines an axis into one more action, after those it has. Raises NameMissing, ActionAlreadyThere.

    Its address comes from the public name: that of a sensitive action must be neutral too.
    """
    name = name.strip()
    public_name = public_name.strip() or name
    if not name:
        raise NameMissing(field="name")
    territory_id = axis.project.territory_id
    slug = slug_from(public_name, longest=80)
    taken = select(Action.id).where(Action.territory_id == territory_id, Action.slug == slug)
    if db.session.scalar(taken) is not None:
        raise ActionAlreadyThere(field="public_name", name=public_name)
    last = db.session.scalar(select(func.max(Action.position)).where(Action.axis_id == axis.id)) or 0
    action = Action(
        axis=axis,
        territory_id=territory_id,
        slug=slug,
        name=name,
        public_name=public_name,
        need=need,
        description=description,
        position=last + 1,
        is_sensitive=is_sensitive,
    )
    db.session.add(action)
    db.session.flush()
    journal.note(actor, "added", action, now=now, territory_id=territory_id)
    return action


def check_span(signed_on: date | None, ends_on: date | None) -> None:
    """Raises EndsBeforeSignature."""
    if signed_on and ends_on and ends_on <= signed_on:
        raise EndsBeforeSignature(field="ends_on")


def axes_of(project: Project) -> Sequence[Axis]:
    """The themes that a project keeps, in its order."""
    return db.session.scalars(select(Axis).where(Axis.project_id == project.id).order_by(Axis.position)).all()


def remarks(project: Project) -> list[Remark]:
    """What a signed project usually has and this one lacks; two statements.

    A project that is not signed is still being written: nothing is remarked.
    """
    if project.status is not ProjectStatus.SIGNED:
        return []
    axes = axes_of(project)
    counted = db.session.execute(
        select(Action.axis_id, func.count())
        .where(Action.axis_id.in_([axis.id for axis in axes]))
        .group_by(Action.axis_id)
    )
    counts = dict(counted.all())
    found = [] if len(axes) == AXES_OF_A_PROJECT else [Remark(None, len(axes))]
    found += [
        Remark(axis.theme, counts.get(axis.id, 0))
        for axis in axes
        if counts.get(axis.id, 0) not in ACTIONS_OF_AN_AXIS
    ]
    return found
