"""What a WSGI server loads: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import gc
import os

from sqlalchemy.orm import configure_mappers

from eventsapp import schema
from eventsapp.app import create_app

app = create_app()
# What is loaded by now stays for good: the collector need not look through it again and again, and a page
# makes some ten thousand objects that no cycle holds (a tenth of the time of every request).
configure_mappers()
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

# The command line must start on an unmigrated database: migrating is one of its commands.
if "FLASK_RUN_FROM_CLI" not in os.environ:
    with app.app_context():
        schema.refuse_unmigrated()
