"""The web application: `gunicorn ops_dashboard.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ops_dashboard.settings")
application = get_wsgi_application()
