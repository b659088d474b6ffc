"""A mailbox whose mails come back: noted beside its address, and forgotten with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, validates


class HasMailbox:
    """The column of whoever has an `email`."""

    mail_failed_at: Mapped[datetime | None] = mapped_column()
    """When a server said that mails to this address never arrive (RFC 3464, RULES I15): they are told by
    other means first. None as long as nobody said so, or since they answered from there or came
    by a link that was sent there."""
    mail_problem: Mapped[str] = mapped_column(String(12), default="")
    """The status by which it said so (« 5.1.1 »), for whoever asks why; empty beside no moment."""

    @validates("email")
    def _another_mailbox(self, _key: str, email: str | None) -> str | None:
        """Of another address nothing is known."""
        if getattr(self, "email", None) != email:
            works(self)
        return email


def works(owner: HasMailbox) -> None:
    """Mails arrive there, as far as is known."""
    owner.mail_failed_at, owner.mail_problem = None, ""
