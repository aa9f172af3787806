"""Every address, with every parameter that it reads, under values that nobody would type.

What a view reads is found by watching it read, so that a new parameter is attacked on the day it is
written. An answer may refuse or ignore; it may not break, nor take long.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from urllib.parse import parse_qsl, urlencode

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from tests.access.insights import WEEK
from tests.access.quality import DRAFT, REVIEWED
from tests.cast import EVERYBODY, Cast
from tests.test_access import ROWS, cast, stage  # noqa: F401  # the stage of the table of addresses

pytestmark = pytest.mark.django_db

PATIENCE_S = 10


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


HOSTILE = (
    "a" * 5000,
    "\x00",
    "\udcff",
    "-1",
    "9" * 4400,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01..0001-01-02",
    "9999-12-31..9999-12-31",
    "1990-01-01..2199-12-31",
    "9999-W53",
    "last-9999-weeks",
    "9999-12",
    "\N{SUPERSCRIPT TWO}",
    "NaN",
    "[" * 3000,
    "24:00",
    "'\"><script>",
    cursor("0001-01-01T00:00:00+23:59 5"),
    cursor("9999-12-31T23:59:59-23:59 5"),
)
OF_NO_TYPE = ("a" * 5000, "9" * 4400, "0001-01-01", "9999-12-31", "\N{SUPERSCRIPT TWO}", "[" * 3000)
PLACE = {"team": "team-a", "agent": "alice", "on": "2026-03-24"}
WEEK_OF = {"team": "team-a", "week": "2026-03-23"}
FORMS: list[tuple[str, str, dict[str, str]]] = [
    ("bob", "/roster/edit/", PLACE | {"act": "add", "start": "09:00", "end": "17:00"}),
    ("bob", "/roster/edit/", PLACE | {"act": "remove", "shifts": "00000000-0000-0000-0000-000000000000:1"}),
    ("bob", "/roster/edit/", PLACE | {"act": "times", "key": "0" * 32, "seen": "1", "start": "09:00", "end": "17:00"}
     | {"to_on": "2026-03-25", "to_agent": "alice"}),
    ("bob", "/roster/copy/", WEEK_OF),
    ("bob", "/roster/publish/", WEEK_OF | {"mark": ""}),
    ("carol", "/alerts/new/", {"name": "Rush", "metric": "created", "when": "above", "limit": "9", "days": "1"}
     | {"cuts": "team=team-a"}),
    ("carol", "/alerts/1001/", {"name": "Rush", "metric": "created", "when": "unusual-above", "days": "7"}
     | {"preview": "1", "cuts": ""}),
    ("carol", "/alerts/firings/1001/acknowledge/", {"note": "known"}),
    ("erin", "/insights/new/", {"claim": "Late", "area": "payments", "themes": "1", "story": ""}),
    ("erin", "/insights/1001/edit/", {"claim": "Late", "area": "payments", "themes": "1", "story": ""}),
    ("erin", "/insights/1001/asks/", {"question": "When?", "due_on": "2030-01-01", "owner": ""}),
    ("erin", "/programs/new/", {"title": "Gifts", "area": "live", "state": "planned", "goal": "2.5"}),
    ("erin", "/programs/1001/milestones/", {"title": "Ledger", "due_on": "2026-03-02"}),
    ("erin", "/programs/1001/ship/", {"shipped_on": "2026-03-02", "note": ""}),
    ("erin", f"/digests/{WEEK}/live/edit/", {"headline": "Up", "narrative": ""}),
    ("pat", f"/digests/{WEEK}/payments/react/", {"reaction": "act"}),
    ("petra", "/forecast/events/add/", {"label": "Sale", "type": "sale", "start_on": "2026-03-02", "end_on": ""}),
    ("petra", "/forecast/events/900001/", {"label": "Sale", "type": "sale", "start_on": "2026-03-02"}),
    ("petra", "/forecast/queues/phone/", {"aht_s": "300", "target_s": "20", "share": "0.8", "max_occupancy": "0.85"}
     | {"external_shrinkage": "0.1", "internal_shrinkage": "0.1"}),
    ("petra", "/organisation/activities/", {"name": "Huddle", "kind": "meeting", "shrinkage": "internal"}),
    ("petra", "/organisation/templates/", {"name": "Late", "starts": "14:00", "ends": "22:00", "team": ""}
     | {"parts": "18:00-18:30 lunch", "is_active": "on"}),
    ("quinn", "/samples/draw/", {"plan": "9001", "week": "2026-03-02"}),
    ("quinn", "/samples/plans/9001/", {"name": "weekly", "strata": "agent", "size": "2", "seed": "s"}),
    ("quinn", f"/reviews/{DRAFT}/save/", {"notes": "kind"}),
    ("quinn", f"/reviews/{DRAFT}/submit/", {"notes": "kind"}),
    ("quinn", "/scorecards/accounts/edit/", {"rows": "1", "name-0": "Tone", "weight-0": "10", "policy": "klaus"}),
    ("alice", f"/reviews/{REVIEWED}/dispute/", {"reason": "I was kind"}),
    ("bob", f"/disputes/{REVIEWED}/", {"answer": "So be it"}),
    ("adam", "/admin/people/user/add/", {"username": "new", "role": "agent", "is_active": "on"}),
    ("adam", "/admin/people/team/add/", {"slug": "new", "name": "New"}),
    ("carol", "/admin/metrics/goal/add/", {"metric": "created", "value": "9", "valid_from": "2026-03-02"}),
    ("carol", "/admin/metrics/annotation/add/", {"kind": "launch", "label": "Launch", "on": "2026-03-02"}),
    ("carol", "/admin/tickets/businesscalendar/add/", {"name": "office", "timezone": "UTC", "weekly": "mon 9-17"}),
    ("carol", "/admin/tickets/slapolicy/add/", {"name": "standard", "order": "1"}),
    ("petra", "/admin/workforce/queue/add/", {"slug": "new", "name": "New", "kind": "live", "zone": "UTC"}),
    ("petra", "/admin/workforce/shifttemplate/add/", {"slug": "late", "name": "Late", "starts": "14:00"}
     | {"minutes": "480", "segments": "[]"}),
]  # fmt: skip
READING = ("get", "getlist", "__getitem__", "__contains__")
SLICES = 4  # the stage is set once for each


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("verb", ["get", "post"])
def test_no_value_of_a_parameter_breaks_an_address(
    cast: Cast,  # noqa: F811
    verb: str,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = []
    for route in sorted(ROWS)[part::SLICES]:
        path, _, query = ROWS[route].url.partition("?")
        usual = dict(parse_qsl(query)) | dict(ROWS[route].told or {})
        for client in map(cast.client, asking(route)):
            with watched(monkeypatch) as names:
                status = answer(client, verb, path, usual)
            if status != 405:
                broken += attacked(client, verb, path, usual, assignments(sorted(names)))
    assert broken == []


@pytest.mark.parametrize(("name", "url", "told"), FORMS, ids=[url for _, url, _ in FORMS])
def test_no_value_of_a_field_breaks_a_form_that_is_right_otherwise(
    cast: Cast,  # noqa: F811
    name: str,
    url: str,
    told: dict[str, str],
) -> None:
    attacks = ({field: value} for field in told for value in OF_NO_TYPE)
    assert attacked(cast.client(name), "post", url, told, [{}, *attacks]) == []


def attacked(
    client: Client, verb: str, path: str, usual: dict[str, str], attacks: Iterable[dict[str, str]]
) -> list[object]:
    """What broke, or took long, under hostile values in the place of usual ones."""
    client.raise_request_exception = False
    broken: list[object] = []
    for hostile in attacks:
        started = monotonic()
        status = answer(client, verb, path, usual | hostile)
        if status >= 500 or monotonic() - started > PATIENCE_S:
            broken.append((verb, path, status, {name: value[:40] for name, value in hostile.items()}))
    return broken


def asking(route: str) -> list[str]:
    """An agent, whose pages differ, and whoever may open the most."""
    open_to = ROWS[route].open_to or EVERYBODY
    most = next((name for name in ("carol", "petra", "erin", "quinn", "pat") if name in open_to), open_to[0])
    return list(dict.fromkeys(name for name in (most, "alice") if name in open_to))


def assignments(names: list[str]) -> Iterator[dict[str, str]]:
    """Every name meets every value once, among others."""
    for i in range(len(HOSTILE) if names else 0):
        yield {name: HOSTILE[(i + j) % len(HOSTILE)] for j, name in enumerate(names)}


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names that are read from query strings and forms meanwhile."""
    names: set[str] = set()
    with monkeypatch.context() as patch:
        for method in READING:
            patch.setattr(QueryDict, method, _noting(getattr(QueryDict, method), names))
        yield names


def _noting(read, names: set[str]):  # type: ignore[no-untyped-def]  # as whatever it wraps
    def reading(self: QueryDict, key: str, *rest: object) -> object:
        names.add(key)
        return read(self, key, *rest)

    return reading


def answer(client: Client, verb: str, path: str, data: dict[str, str]) -> int:
    """The status; what the request wrote is taken back."""
    encoded = urlencode(data, errors="surrogateescape")
    with transaction.atomic():
        if verb == "get":
            response = client.get(f"{path}?{encoded}")
        else:
            response = client.post(path, encoded, content_type="application/x-www-form-urlencoded")
        transaction.set_rollback(True)
    return response.status_code
