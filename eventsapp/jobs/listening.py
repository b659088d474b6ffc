"""The ear of the worker: a thread of its own hears from the mail server that something came (IDLE).

It reads nothing and knows no database: it has the job run that does, at once rather than at its next turn.
So no thread of the timetable waits for a server, and where none can be heard the timetable still reads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from flask import Flask

from eventsapp.mailroom import mailbox
from eventsapp.mailroom.mailbox import MailboxAway

log = structlog.get_logger("eventsapp.worker")

ASKED_AGAIN = 5 * 60.0
"""Seconds of IDLE before it is said again: routers forget silent connections, servers end them after half an
hour (RFC 2177)."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
"""Seconds before a server that is away is called again: they double."""
LAST_WORD = 5.0
"""Seconds that the worker, when it ends, waits for this thread: it may be in the midst of a word."""


class OnceMore:
    """Runs one at a time in this process; who asks for a run while there is one has it run once more.

    A scheduler skips what falls due while the job runs, and what came just as it had ended its search would
    wait for the next turn.
    """

    def __init__(self, run: Callable[[], object]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._is_running = self._is_asked_for = False

    def __call__(self) -> None:
        """Runs, and again as long as it was asked for meanwhile; only asks where it runs already."""
        with self._lock:
            self._is_asked_for = True
            if self._is_running:
                return
            self._is_running = True
        try:
            while self._goes_on():
                self._run()
        except BaseException:
            with self._lock:  # not in a finally: another run may have begun by then
                self._is_running = False
            raise

    def will_run_again(self) -> bool:
        """Asks the run that is under way for another one; whether there is one to ask."""
        with self._lock:
            self._is_asked_for = self._is_running
            return self._is_running

    def _goes_on(self) -> bool:
        with self._lock:
            if not self._is_asked_for:
                self._is_running = False
                return False
            self._is_asked_for = False
            return True


class Ear:
    """Listens until the worker ends; `wake` has the mailbox read."""

    def __init__(self, app: Flask, wake: Callable[[], object], ending: threading.Event) -> None:
        self._app, self._wake, self._ending = app, wake, ending
        self._thread = threading.Thread(target=self._listen, name="mailbox", daemon=True)

    def begin(self) -> None:
        """Begins to listen, where there is a mailbox."""
        with self._app.app_context():
            if mailbox.is_set_up():
                self._thread.start()

    def end(self) -> None:
        """Waits until it has hung up; `ending` was set before."""
        if self.is_listening:
            self._thread.join(LAST_WORD)

    @property
    def is_listening(self) -> bool:
        """Whether the thread lives."""
        return self._thread.is_alive()

    def _listen(self) -> None:
        wait = FIRST_WAIT
        while not self._ending.is_set():
            try:
                with self._app.app_context(), mailbox.opened() as box:
                    if not box.can_tell():
                        log.info("the mail server does not say by itself what comes")
                        return
                    log.info("listening to the mail server")
                    wait = FIRST_WAIT
                    self._wake()  # something may have come while nobody listened
                    while not self._ending.is_set():
                        if box.hears_of_news(patience=ASKED_AGAIN, is_ending=self._ending.is_set):
                            self._wake()
            except MailboxAway as away:
                log.warning("not listening to the mail server", problem=away.problem.name)
            except Exception:
                log.exception("not listening to the mail server")
            self._ending.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)
