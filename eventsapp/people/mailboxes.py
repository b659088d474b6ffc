"""A mailbox whose mails come back: noted beside its address, and forgotten with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column, validates


class HasMailbox:
    """The column of whoever has an `email`."""

    mail_failed_at: Mapped[datetime | None] = mapped_column()
    """When a server said that mails to this address never arrive (RFC 3464, RULES I15): they are told by
    other means first. None as long as nobody said so, or since they answered from there."""

    @validates("email")
    def _another_mailbox(self, _key: str, email: str | None) -> str | None:
        """Of another address nothing is known."""
        if getattr(self, "email", None) != email:
            self.mail_failed_at = None
        return email
