"""Grants: who holds which function where."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.database import Model, choice
from eventsapp.people.models import Account
from eventsapp.places.models import Territory


class Role(enum.StrEnum):
    """The functions of the desks."""

    COORDINATOR = "coordination"


class Grant(Model):
    """An account holds a role in a territory."""

    __tablename__ = "access_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "territory_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str] = mapped_column(String(80))

    account: Mapped[Account] = relationship()
    territory: Mapped[Territory] = relationship()
