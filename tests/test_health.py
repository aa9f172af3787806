"""Probes and gauges, and the configurations that the system checks refuse."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as BrokerGone

from ops_dashboard import checks, health
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people import audit
from tickets.models import ImportRun, Source

TOKEN = "a" * 16 + "b" * 16


def test_alive_asks_nothing_of_the_database(db: None, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_every_part() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "cache": "ok", "oldest_stale_s": 0.0}


@pytest.mark.django_db
def test_without_the_broker_it_is_not_ready_and_says_when_to_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(key: str) -> None:
        raise BrokerGone

    monkeypatch.setattr("ops_dashboard.health.cache.get", gone)
    response = Client().get("/readyz")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json() == {"database": "ok", "migrations": "ok", "cache": "unreachable"}


@pytest.mark.django_db
def test_without_the_database_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*arguments: object) -> None:
        raise OperationalError

    monkeypatch.setattr("ops_dashboard.health.MigrationExecutor", gone)
    monkeypatch.setattr("ops_dashboard.health.connection.cursor", gone)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "unreachable", "migrations": "unreachable", "cache": "ok"}


@pytest.mark.django_db
def test_gauges_say_what_is_owed_and_what_failed() -> None:
    now = timezone.now()
    desk = Source.objects.create(slug="desk", kind="events", last_success_at=now - timedelta(minutes=10))
    ImportRun.objects.create(source=desk, origin="a", state="done", rejected=3)
    ImportRun.objects.create(source=desk, origin="b", state="failed", rejected=4)
    for day, marked in (("2026-11-01", 60), ("2026-11-01", 30), ("2026-11-02", 30)):
        StaleCell.objects.create(source="created", day=day, team=1, marked_at=now - timedelta(seconds=marked))
    for action in ("signed_in", "sign_in_failed", "sign_in_failed"):
        audit.record("carol", action, "session")
    samples = dict(line.rsplit(" ", 1) for line in "".join(health.exposition()).splitlines() if line[0] != "#")
    assert samples["ops_stale_cells"] == "2"
    assert 60 <= float(samples["ops_oldest_stale_seconds"]) < 90
    assert 600 <= float(samples['ops_import_lag_seconds{source="desk"}']) < 630
    assert samples['ops_rejected_rows_total{source="desk"}'] == "7"
    assert (samples['ops_import_runs{state="done"}'], samples['ops_import_runs{state="failed"}']) == ("1", "1")
    assert (samples['ops_sign_ins_total{outcome="success"}'], samples['ops_sign_ins_total{outcome="failure"}']) == (
        "1",
        "2",
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "192.0.2.7"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}, 403),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"}, 403),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, 200),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer " + "a" * 32}, 403),
        ({"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer "}, 403),
    ],
)
@pytest.mark.django_db
def test_gauges_open_to_this_machine_and_to_the_bearer_of_the_token(  # type: ignore[no-untyped-def]
    settings, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert Client(**headers).get("/metrics").status_code == status  # type: ignore[arg-type]


@pytest.mark.django_db
def test_without_a_token_an_empty_one_does_not_open_the_gauges(settings) -> None:  # type: ignore[no-untyped-def]
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer ").status_code == 403


def found() -> list[str]:
    return sorted(str(message.id) for message in checks.configuration(None))


def test_a_sound_configuration_passes(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ALLOWED_HOSTS, settings.DEBUG, settings.SESSION_COOKIE_SECURE = ["ops.example"], False, True
    assert found() == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"ALLOWED_HOSTS": ["ops.example"], "DEBUG": True, "SESSION_COOKIE_SECURE": True}, ["ops.E001"]),
        ({"ALLOWED_HOSTS": ["ops.example"], "SESSION_COOKIE_SECURE": False}, ["ops.W001"]),
        ({"ALLOWED_HOSTS": ["localhost"], "DEBUG": True}, []),
        ({"SECRET_KEY": "short"}, ["ops.E002"]),
        ({"SECRET_KEY": "ab" * 40}, ["ops.E002"]),
        ({"SECRET_KEY": "django-insecure-" + "abcdefghij" * 5}, ["ops.E002"]),
        ({"METRICS_TOKEN": "guess"}, ["ops.E004"]),
    ],
)
def test_a_dangerous_configuration_is_named(settings, wrong: dict[str, object], expected: list[str]) -> None:  # type: ignore[no-untyped-def]
    settings.DEBUG = False
    for name, value in wrong.items():
        setattr(settings, name, value)
    assert found() == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://broker.example:6379/0", ["ops.E003"]),
        ("rediss://:secret@broker.example:6379/0", []),
        ("redis://127.0.0.1:6379/0", []),
        ("redis://no-broker-was-started.invalid:6379/0", []),
    ],
)
def test_an_open_broker_elsewhere_is_named(monkeypatch: pytest.MonkeyPatch, url: str, expected: list[str]) -> None:
    class Installation:
        redis_url = url

    monkeypatch.setattr("django.conf.settings.ENVIRONMENT", Installation())
    assert found() == expected
