"""How the web processes run, on a laptop and in a container alike; `gunicorn` reads this by itself.

Threads, since a page waits for the database more than it computes; two processes for two cores.
"""

import os

wsgi_app = "ops_dashboard.wsgi"
bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
threads = 4
timeout = 60
graceful_timeout = 15
keepalive = 5
loglevel = "warning"
