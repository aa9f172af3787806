#!/usr/bin/env python
"""Django's command line, on running servers: outside ones, or the installation's own."""

import os
import sys

from ops_dashboard.embedded.command_line import with_servers

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ops_dashboard.settings")
    sys.exit(with_servers(sys.argv))
