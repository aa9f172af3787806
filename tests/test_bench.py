"""What a bench may throw away: a database that a bench made, and no other."""

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.bench.ground import NotOurs, make_database

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def name() -> Iterator[str]:
    """Of a database that nobody else has, gone afterwards."""
    name = f"{connection.settings_dict['NAME']}_bench"
    yield name
    run(f'DROP DATABASE IF EXISTS "{name}"')


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def number_of(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid::bigint FROM pg_database WHERE datname = %s", [name])
        return int(cursor.fetchone()[0])


def test_a_database_of_a_bench_is_made_anew_or_kept(name: str) -> None:
    make_database(name)
    first = number_of(name)
    make_database(name, keep=True)
    assert number_of(name) == first
    make_database(name)
    assert number_of(name) != first


@pytest.mark.parametrize("keep", [False, True])
def test_a_database_of_somebody_else_is_neither_dropped_nor_used(name: str, *, keep: bool) -> None:
    run(f'CREATE DATABASE "{name}"')
    first = number_of(name)
    with pytest.raises(NotOurs, match="no bench made it"):
        make_database(name, keep=keep)
    assert number_of(name) == first
