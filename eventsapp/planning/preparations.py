"""Preparations of school years, as pages and plans ask for them; a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from eventsapp.codes import fingerprint
from eventsapp.database import db
from eventsapp.people.models import Organisation
from eventsapp.places.models import Territory, Venue
from eventsapp.planning.models import (
    Comeback,
    ComebackQuestion,
    FormerPair,
    SchoolTarget,
    YearPreparation,
)
from eventsapp.refusals import NotFound, Refusal, msgid


class QuestionDoesNotWork(Refusal):
    """Unknown, or replaced by a newer link; which of them is nobody's business."""

    sentence = msgid("Ce lien ne marche plus. Un lien plus récent est dans votre boîte, ou appelez l’équipe.")
    status = 410


@dataclass(frozen=True)
class School:
    """A school in a year being prepared: its target, and who came before how often."""

    target: SchoolTarget
    pairs: tuple[FormerPair, ...]


def of(territory: Territory, school_year: str) -> YearPreparation | None:
    """The preparation of a year in a territory; one statement."""
    return db.session.scalars(
        select(YearPreparation).where(
            YearPreparation.territory_id == territory.id, YearPreparation.school_year == school_year
        )
    ).first()


def questions_of(preparation: YearPreparation) -> Sequence[ComebackQuestion]:
    """Who was asked, or is to be, by name; one statement."""
    return db.session.scalars(
        select(ComebackQuestion)
        .join(ComebackQuestion.organisation)
        .where(ComebackQuestion.preparation_id == preparation.id)
        .options(joinedload(ComebackQuestion.organisation), joinedload(ComebackQuestion.preparation))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def question_by_id(number: int, territory: Territory) -> ComebackQuestion:
    """One question of a territory. Raises NotFound."""
    question = db.session.scalars(
        select(ComebackQuestion)
        .join(ComebackQuestion.preparation)
        .where(ComebackQuestion.id == number, YearPreparation.territory_id == territory.id)
        .options(joinedload(ComebackQuestion.organisation), joinedload(ComebackQuestion.preparation))
    ).first()
    if question is None:
        raise NotFound()
    return question


def behind(token: str) -> ComebackQuestion:
    """The question that a link answers. Raises QuestionDoesNotWork."""
    question = db.session.scalars(
        select(ComebackQuestion)
        .where(ComebackQuestion.fingerprint == fingerprint(token))
        .options(
            joinedload(ComebackQuestion.organisation),
            joinedload(ComebackQuestion.preparation)
            .joinedload(YearPreparation.territory)
            .defer(Territory.drawing),
        )
    ).first()
    if question is None:
        raise QuestionDoesNotWork()
    return question


def targets_of(preparation: YearPreparation) -> Sequence[SchoolTarget]:
    """The target of each school, by name; one statement."""
    return db.session.scalars(
        select(SchoolTarget)
        .join(SchoolTarget.venue)
        .where(SchoolTarget.preparation_id == preparation.id)
        .options(joinedload(SchoolTarget.venue))
        .order_by(Venue.short_name, Venue.id)
    ).all()


def schools_of(preparation: YearPreparation) -> list[School]:
    """Each school with its target and who came before, most often first; two statements."""
    pairs: dict[int, list[FormerPair]] = {}
    found = (
        select(FormerPair)
        .where(FormerPair.preparation_id == preparation.id)
        .options(joinedload(FormerPair.organisation))
        .order_by(FormerPair.sessions.desc(), FormerPair.id)
    )
    for pair in db.session.scalars(found):
        pairs.setdefault(pair.venue_id, []).append(pair)
    return [School(one, tuple(pairs.get(one.venue_id, ()))) for one in targets_of(preparation)]


def not_coming(territory: Territory, school_year: str) -> Select[int]:
    """The numbers of the organisations that answered no for a year, to be asked within another statement."""
    return (
        select(ComebackQuestion.organisation_id)
        .join(ComebackQuestion.preparation)
        .where(
            YearPreparation.territory_id == territory.id,
            YearPreparation.school_year == school_year,
            ComebackQuestion.answer == Comeback.NO,
        )
    )
