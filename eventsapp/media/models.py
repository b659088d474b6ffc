"""Pictures, as they are shown."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.database import Model


class Picture(Model):
    """An image made anew by `media.pictures`, in two sizes; what it shows is said by whoever uses it.

    Its octets stand in the database: a copy of the database is then a copy of everything, several
    machines show the same pictures without a shared disk, and a picture is kept or undone together
    with what it belongs to. At most 1600 points a side, they weigh less than a page of tables.
    """

    __tablename__ = "picture"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="has_points"),
        CheckConstraint("small_width > 0 AND small_height > 0", name="small_has_points"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the octets, in hexadecimal: its address, and what makes it one when given twice."""
    width: Mapped[int]
    height: Mapped[int]
    small_width: Mapped[int]
    small_height: Mapped[int]
    weight: Mapped[int]
    """Octets of the large one."""
    added_at: Mapped[datetime]
    """When it was last given."""
    octets: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """WebP; read by the door that shows it, never with a list."""
    small_octets: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
