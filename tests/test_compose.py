"""The container set-up: valid, healthy by its own checks, and without a default secret."""

import os
import shutil
import subprocess

import pytest
import yaml

from ops_dashboard.environment import PROJECT

FILE = PROJECT / "docker-compose.yml"
SECRETS = {"SECRET_KEY": "s" * 50, "POSTGRES_PASSWORD": "p", "VALKEY_PASSWORD": "v", "REQUESTER_KEY": "r" * 32}


def compose() -> list[str]:
    """The compose command of this machine; skips where there is none."""
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        return [docker, "compose"]
    standalone = shutil.which("docker-compose")
    if standalone is None:
        pytest.skip("neither 'docker compose' nor 'docker-compose' on this machine")
    return [standalone]


def configured(without: str = "") -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in SECRETS.items() if name != without}
    return subprocess.run(
        [*compose(), "--file", str(FILE), "config"],
        env={"PATH": os.environ["PATH"], "HOME": str(PROJECT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_compose_accepts_the_file() -> None:
    done = configured()
    assert done.returncode == 0, done.stderr
    services = yaml.safe_load(done.stdout)["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_compose_refuses_to_start_without_a_secret(secret: str) -> None:
    done = configured(without=secret)
    assert done.returncode != 0
    assert secret in done.stderr


def test_every_lasting_service_says_whether_it_is_healthy() -> None:
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]


def test_the_image_runs_as_an_account_of_its_own() -> None:
    lines = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER ops"]
    assert lines.index("USER ops") < next(place for place, line in enumerate(lines) if line.startswith("CMD "))
