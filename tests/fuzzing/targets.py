"""Every reader of what strangers send, by its name."""

from __future__ import annotations

from eventsapp.imports import reading
from tests.fuzzing import mails
from tests.fuzzing.engine import Target
from tests.imports import agendas

TARGETS = (*mails.TARGETS, Target("agenda", reading.fuzz_once, agendas.seeds, agendas.WORDS))
