"""The web application: `gunicorn ops_dashboard.wsgi`.

Every page is imported before the first reader comes, and what stands then stays: the collector of
garbage need not walk it again and again, which had made one page in ten wait for 200 ms.
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

YOUNG = 50_000  # objects made since the last collection; a page makes some 20,000, nearly all gone at its end

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ops_dashboard.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(YOUNG, 20, 50)
