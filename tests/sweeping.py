"""After a test that committed: the tables that hold rows are emptied, which are few, and not all of them.

Django truncates every table and makes its permissions anew, which takes longer than most of these tests.
"""

from functools import cache

from django.db import OperationalError, connection, transaction
from psycopg2.errors import DeadlockDetected

KEPT = {"django_content_type", "auth_permission"}  # as migrations left them
TRIES = 3
NEVER_DELETED_FROM = {"people_auditentry"}  # a trigger refuses it


def sweep() -> None:
    """A page that closes may still save what was written; whoever comes in its way lets it end, and begins again."""
    for _ in range(TRIES - 1):
        try:
            _empty()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        else:
            return
    _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_question())
        filled = {table for (table,) in cursor.fetchall()}
        with transaction.atomic():  # foreign keys are looked at when it commits
            for table in filled:
                verb = "TRUNCATE" if table in NEVER_DELETED_FROM else "DELETE FROM"
                cursor.execute(f'{verb} "{table}"')


@cache
def _question() -> str:
    """Ask which tables hold rows."""
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    return " UNION ALL ".join(f"(SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\"))" for table in sorted(tables))
