"""What a WSGI server loads: `gunicorn wsgi:app`, `flask --app wsgi …`."""

import os

from eventsapp import schema
from eventsapp.app import create_app

app = create_app()

# The command line must start on an unmigrated database: migrating is one of its commands.
if "FLASK_RUN_FROM_CLI" not in os.environ:
    with app.app_context():
        schema.refuse_unmigrated()
