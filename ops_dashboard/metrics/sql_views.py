"""SQL views with named columns over the totals, for tools that speak SQL.

`metrics_<source>_daily`: day, team_id, team and one bigint column a measure. They are made anew
after every migration, because the definitions they follow are code.
"""

from typing import Any

from django.db import connections

from ops_dashboard.metrics.definitions import Source, registry


def view_name(source: Source) -> str:
    return f"metrics_{source.slug}_daily"


def view_sql(source: Source) -> str:
    """The view's statement."""
    amounts = "".join(f', c.totals[{i}] AS "{m.slug}"' for i, m in enumerate(source.sums, start=1))
    return (
        f"CREATE VIEW {view_name(source)} AS SELECT c.day, c.team AS team_id, t.slug AS team, c.n AS facts{amounts} "
        f"FROM metrics_cell c LEFT JOIN people_team t ON t.id = c.team WHERE c.source = '{source.slug}'"
    )


def drop_views(*, using: str, **_: Any) -> None:
    """Receiver of pre_migrate: a view would forbid changes of the columns it shows."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT viewname FROM pg_views WHERE viewname ~ '^metrics_.*_daily$'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP VIEW "{name}"')


def make_views(*, using: str, **_: Any) -> None:
    """Receiver of post_migrate, which a flush sends too."""
    drop_views(using=using)
    with connections[using].cursor() as cursor:
        for source in registry.sources():
            cursor.execute(view_sql(source))
