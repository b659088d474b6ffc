"""The Flask extensions, made once, bound to an application by `app.create_app`."""

from __future__ import annotations

from flask_babel import Babel
from flask_compress import Compress
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect

babel = Babel()
compress = Compress()
csrf = CSRFProtect()
mail = Mail()
migrate = Migrate(compare_type=True, render_as_batch=True)
