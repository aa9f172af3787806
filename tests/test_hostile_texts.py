"""Every text that anybody may have written, replaced by markup, on every page: none of it may come out as markup."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from tests.access.rows import OK
from tests.cast import Cast
from tests.test_access import ROWS, cast, stage  # noqa: F401  # the stage of the table of addresses

pytestmark = pytest.mark.django_db

MARKUP = """"'><img src=x onerror=alert(1)>"""
OURS = ("people", "metrics", "tickets", "workforce", "quality", "insights")
# What is looked up by its text, so that another text would be another thing.
KEYS = {"User.username", "User.password", "Ticket.ref", "AuditEntry.hash"}


def texts() -> Iterator[tuple[type[models.Model], models.Field]]:
    """The columns in which words of people, or of other systems, stand."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.local_concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(
                    field, models.SlugField
                )
                is_key = field.name in ("zone", "currency") or f"{model.__name__}.{field.name}" in KEYS
                if is_text and not field.choices and not is_key:
                    yield model, field


def poison() -> int:
    """Put markup into every text column that takes it; returns how many did."""
    taken = 0
    for model, field in texts():
        table, column = model._meta.db_table, field.column
        if (field.max_length or 1000) < len(MARKUP) + 8:
            continue
        suffix = "|| row_number" if field.unique else ""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{table}" SET "{column}" = %s{suffix} FROM '
                    f'(SELECT ctid AS place, row_number() OVER () FROM "{table}") numbered '
                    f'WHERE "{table}".ctid = numbered.place',
                    [MARKUP],
                )
                taken += bool(cursor.rowcount)
        except DatabaseError:  # rows that never change, or must fit others
            continue
    return taken


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "erin", "pat", "quinn", "petra", "adam"])
def test_no_text_comes_out_as_markup(cast: Cast, name: str) -> None:  # noqa: F811
    assert poison() >= 20
    client = cast.client(name)
    shown, broken = 0, []
    for route, row in ROWS.items():
        if not row.shows(name):
            continue
        answer = client.get(row.url)
        assert (route, answer.status_code) == (route, OK)
        if answer["Content-Type"].startswith("text/html"):
            body = answer.content.decode()
            shown += "&lt;img src=x onerror" in body
            broken += [route] if "<img src=x" in body else []
    assert broken == []
    assert shown >= 1
