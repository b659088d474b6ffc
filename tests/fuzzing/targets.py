"""Every reader of what strangers send, by its name."""

from __future__ import annotations

from tests.fuzzing import mails

TARGETS = (*mails.TARGETS,)
