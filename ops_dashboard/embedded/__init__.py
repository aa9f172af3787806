"""The installation's own PostgreSQL and Valkey, for machines without a database server or a broker.

Nothing in this package imports Django: it runs before the settings can be read.
"""

from ops_dashboard.embedded.failure import ServersFailed
from ops_dashboard.embedded.installation import Addresses
from ops_dashboard.embedded.joining import running

__all__ = ["Addresses", "ServersFailed", "running"]
