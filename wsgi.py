"""What a WSGI server loads: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc
import os
import sys

from flask import Flask

from eventsapp.cli import bare


def whole_house() -> Flask:
    """The application with every room, ready to serve."""
    # Commands on files do without: all that is loaded here would be most of their time.
    from sqlalchemy.orm import configure_mappers

    from eventsapp.app import create_app

    house = create_app()
    # What is loaded by now stays for good: the collector need not look through it again and again, and a page
    # makes some ten thousand objects that no cycle holds (a tenth of the time of every request).
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    return house


def refuse_unmigrated(house: Flask) -> None:
    """Ends the start of a web process whose database lacks a migration."""
    from eventsapp import schema  # with the house, see above

    with house.app_context():
        schema.refuse_unmigrated()


# The command line must start on an unmigrated database: migrating is one of its commands.
if "FLASK_RUN_FROM_CLI" in os.environ:
    app = bare.create_app() if bare.suffices(sys.argv) else whole_house()
else:
    app = whole_house()
    refuse_unmigrated(app)
