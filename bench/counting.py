"""The same visits inside this process, to count the SQL statements they say."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask_migrate import upgrade
from sqlalchemy import event as listening
from sqlalchemy import func, select

from bench.processes import parent_of
from bench.visitors import token_in
from eventsapp import clock, glances, seeds
from eventsapp.agenda.entry_rules import EntryRules
from eventsapp.agenda.models import Activity, Audience, Event, EventStatus
from eventsapp.app import create_app
from eventsapp.database import db
from eventsapp.programme.models import Action
from eventsapp.registrations.models import Registration, RegistrationStatus
from eventsapp.tasks.models import Heartbeat


class Counter:
    """An application of this process on the database under measure."""

    def __init__(self) -> None:
        self.app = create_app()

    def plant(self) -> None:
        """Migrates and plants the demonstration."""
        with self.app.app_context():
            upgrade()
            seeds.plant(now=clock.now(), progress=lambda *_: None)

    def open_event(self) -> Event:
        """The public event with the most places left."""
        with self.app.app_context():
            left = Event.capacity - Event.seats_taken
            event = db.session.scalars(
                select(Event)
                .where(
                    Event.capacity.is_not(None),
                    Event.is_restricted.is_(False),
                    Event.status == EventStatus.SCHEDULED,
                    Event.starts_at > clock.now(),
                )
                .order_by(left.desc())
                .limit(1)
            ).one()
            _ = event.slug  # reads its action while the session is there
            db.session.expunge_all()
            return event

    def open_events(self, how_many: int) -> list[str]:
        """The codes of public events that ask the short form and to which nobody waits, those with the most
        places first."""
        with self.app.app_context():
            waits = select(Registration.event_id).where(Registration.status == RegistrationStatus.WAITING)
            return list(
                db.session.scalars(
                    select(Event.code)
                    .where(
                        Event.capacity.is_not(None),
                        Event.is_restricted.is_(False),
                        Event.audience != Audience.PROFESSIONALS,
                        Event.entry == EntryRules(),
                        ~Event.activity.has(Activity.action.has(Action.is_sensitive)),
                        Event.status == EventStatus.SCHEDULED,
                        Event.starts_at > clock.now(),
                        Event.id.not_in(waits),
                    )
                    .order_by((Event.capacity - Event.seats_taken).desc(), Event.id)
                    .limit(how_many)
                )
            )

    def statements_of(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """How many statements one GET says, warm."""
        client = self.app.test_client()
        client.get(path, headers=headers)
        with self.heard() as said:
            client.get(path, headers=headers)
        return len(said)

    def statements_of_registration(self, form: str, answers: Mapping[str, str]) -> list[int]:
        """Statements of each of the five requests of a registration."""
        client, counts = self.app.test_client(), []

        def count(method: str, path: str, data: Mapping[str, str] | None = None) -> str:
            with self.heard() as said:
                answer = client.open(path, method=method, data=data)
            counts.append(len(said))
            return answer.location or answer.text

        page = count("GET", form)
        count("POST", form, {**answers, "csrf_token": token_in(page)})
        page = count("GET", f"{form}/verification")
        own_page = count("POST", f"{form}/verification", {"csrf_token": token_in(page)})
        count("GET", own_page)
        return counts

    def database_server(self) -> list[int]:
        """The process of a PostgreSQL server on this machine; none of SQLite, which has no process."""
        with self.app.app_context():
            if db.engine.dialect.name == "sqlite":
                return []
            backend = db.session.scalar(select(func.pg_backend_pid()))
            return [parent_of(backend)] if backend else []

    def dispose(self) -> None:
        """Lets the connections go."""
        with self.app.app_context():
            db.engine.dispose()

    def version_of(self, path: str) -> str:
        """The ETag of a feed."""
        return str(self.app.test_client().get(path).headers["ETag"])

    def wait_for_worker(self) -> None:
        """Until a worker gives its sign of life, for half a minute at most."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with self.app.app_context():
                if db.session.scalar(select(func.count()).select_from(Heartbeat)):
                    return
            time.sleep(0.2)

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """The statements that are said meanwhile."""
        said: list[str] = []

        def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                said.append(statement)

        with self.app.app_context():
            engine = db.engine

        def hear_glance(_engine: object, statement: str, **_: object) -> None:
            said.append(statement)

        listening.listen(engine, "before_cursor_execute", hear)
        try:
            with glances.said.connected_to(hear_glance):
                yield said
        finally:
            listening.remove(engine, "before_cursor_execute", hear)
