"""Every variable is checked before anything starts."""

from pathlib import Path

import pytest

from ops_dashboard.environment import NO_DATABASE, PROJECT, BadEnvironment, Environment, is_local

SECRET = "a-secret-of-fifty-characters-and-a-few-more-0123456789"
OUTSIDE = {"DATABASE_URL": "postgresql://ops:p%40ss@db.example.org:5433/figures?sslmode=require", "SECRET_KEY": SECRET}


def test_an_empty_environment_is_a_local_installation_without_servers() -> None:
    environment = Environment.read({})
    assert environment.var == PROJECT / "var"
    assert environment.database_url == NO_DATABASE
    assert (environment.port, environment.debug, environment.https) == (8000, False, False)
    assert environment.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert environment.reporting_zone == "UTC"


def test_a_local_secret_is_another_one_each_time() -> None:
    assert Environment.read({}).secret_key != Environment.read({}).secret_key


def test_a_database_url_becomes_djangos_settings() -> None:
    database = Environment.read(OUTSIDE).database()
    assert (database["USER"], database["PASSWORD"], database["HOST"], database["PORT"], database["NAME"]) == (
        "ops",
        "p@ss",
        "db.example.org",
        5433,
        "figures",
    )
    assert database["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_directory_keeps_its_letters() -> None:
    url = "postgresql://ops:x@%2Frun%2FPostgres/figures"
    assert Environment.read({"DATABASE_URL": url, "SECRET_KEY": SECRET}).database()["HOST"] == "/run/Postgres"


def test_a_statement_limit_comes_with_limits_on_locks_and_idle_transactions() -> None:
    options = Environment.read({**OUTSIDE, "STATEMENT_TIMEOUT_S": "15"}).database()["OPTIONS"]["options"]
    assert options == ("-c statement_timeout=15s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s")


def test_an_outside_database_means_https_unless_told_otherwise() -> None:
    assert Environment.read(OUTSIDE).https is True
    assert Environment.read({**OUTSIDE, "HTTPS": "0"}).https is False


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u@127.0.0.1:5/x", True),
        ("postgresql://u@[::1]/x", True),
        ("postgresql://u@%2Frun%2Fpg/x", True),
        ("postgresql:///x", True),
        ("postgresql://u@db/x", False),
    ],
)
def test_local_addresses_are_told_from_outside_ones(url: str, expected: bool) -> None:
    assert is_local(url) is expected


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DATABASE_URL": "postgresql://u@db/x"}, "SECRET_KEY"),
        ({"DATABASE_URL": "postgresql://u@db/x", "SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DATABASE_URL": "postgresql://u@db/x", "SECRET_KEY": "ab" * 40}, "SECRET_KEY"),
        ({"PORT": "eight"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "ops.example.org"}, "DEBUG"),
        ({"REPORTING_ZONE": "Mars/Olympus"}, "REPORTING_ZONE"),
        ({"REPORTING_ZONE": "../etc/passwd"}, "REPORTING_ZONE"),
        ({"CURRENCY": "dollars"}, "CURRENCY"),
        ({"STATEMENT_TIMEOUT_S": "-1"}, "STATEMENT_TIMEOUT_S"),
        ({"WORKER_PROCESSES": "0"}, "WORKER_PROCESSES"),
        ({"REQUESTER_KEY": "short"}, "REQUESTER_KEY"),
        ({"REQUESTER_KEY": "ab" * 20}, "REQUESTER_KEY"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(variables: dict[str, str], named: str) -> None:
    with pytest.raises(BadEnvironment, match=named):
        Environment.read(variables)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(BadEnvironment, match="DATABASE_URL must begin with postgres:// or postgresql://"):
        Environment.read({"DATABASE_URL": "mysql://u@db/x", "SECRET_KEY": SECRET}).database()


def test_a_mail_url_becomes_djangos_settings() -> None:
    email = Environment.read({"EMAIL_URL": "smtp://me:p%40ss@mail.example.org:587?tls=1"}).email()
    assert email["EMAIL_HOST"] == "mail.example.org"
    assert email["EMAIL_HOST_PASSWORD"] == "p@ss"
    assert (email["EMAIL_PORT"], email["EMAIL_USE_TLS"], email["EMAIL_USE_SSL"]) == (587, True, False)


def test_ops_var_may_be_relative_to_where_the_command_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Environment.read({"OPS_VAR": "mine"}).var == tmp_path / "mine"
