"""Feedback over HTTP: sent by those who may, once, masked; read within the reader's scope."""

import json
from typing import Any

import pytest
from django.test import Client

from insights import feedback_api
from insights.models import Feedback, FeedbackRejection, FeedbackRun, FeedbackSource
from ops_dashboard.people import tokens
from ops_dashboard.people.models import AuditEntry
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

URL = "/api/v1/feedback/"
ITEM: dict[str, Any] = {"id": "r1", "at": "2026-03-02T09:00:00Z", "text": "no sound", "rating": 2}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def secret(cast: Cast) -> str:
    return token(cast, "may_send_feedback")


def token(cast: Cast, *rights: str, name: str = "erin") -> str:
    made = tokens.make(cast.users[name], name="shop", rights=rights, days=1, by=cast.users["adam"])
    return made.secret


def send(secret: str, items: Any, **more: Any) -> Any:
    body = {"source": "App Store", "medium": "review", "items": items} | more
    return Client().post(
        URL, json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )


def read(secret: str, query: str = "") -> Any:
    return Client().get(f"{URL}?{query}", headers={"Authorization": f"Bearer {secret}"})


def test_items_come_in_once_and_masked(secret: str) -> None:
    items = [
        ITEM | {"text": "I am rita holm, mail rita@holm.example", "requester_known": {"name": "Rita Holm"}},
        ITEM | {"id": "r2"},
    ]
    assert send(secret, items).json() == {"accepted": 2, "duplicate": 0, "rejected": 0, "rejections": []}
    assert send(secret, items).json() == {"accepted": 0, "duplicate": 2, "rejected": 0, "rejections": []}
    rows = list(Feedback.objects.order_by("ref").values_list("source", "ref", "text", "rating"))
    assert rows == [("app-store", "r1", "I am [name], mail [email]", 2), ("app-store", "r2", "no sound", 2)]
    source = FeedbackSource.objects.get()
    assert (source.name, source.kind, source.medium) == ("App Store", "api", "review")


def test_what_is_wrong_is_named_by_its_place_and_the_rest_comes_in(secret: str) -> None:
    answer = send(secret, [ITEM | {"at": "soon", "requester_name": "Rita", "text": "Rita here"}, ITEM, "Rita", {}])
    assert answer.status_code == 200
    assert answer.json() == {
        "accepted": 1,
        "duplicate": 0,
        "rejected": 3,
        "rejections": [
            {"item": 0, "field": "at", "reason": "is not an ISO-8601 instant, such as 2026-03-02T09:00:00Z"},
            {"item": 2, "field": "item", "reason": "is not an object"},
            {"item": 3, "field": "text", "reason": "is empty, and there is no rating"},
        ],
    }
    assert FeedbackRejection.objects.get(line=0).raw == '{"id":"r1","at":"soon","text":"[name] here","rating":2}'
    assert FeedbackRun.objects.get().origin.startswith("token ")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"source": ""}, "source"),
        ({"source": 7}, "source"),
        ({"source": "conversations"}, "source"),
        ({"medium": "pigeon"}, "medium"),
        ({"items": []}, "items"),
        ({"items": {"id": 1}}, "items"),
        ({"items": [ITEM] * 1001}, "items"),
    ],
)
def test_a_call_that_makes_no_sense_says_why_and_stores_nothing(secret: str, more: dict[str, Any], field: str) -> None:
    FeedbackSource.objects.create(slug="conversations", name="Conversations", kind="tickets")
    answer = send(secret, **{"items": [ITEM]} | more)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert not Feedback.objects.exists()
    assert FeedbackSource.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"", "application/json", 400),
        (b"x" * 200, "application/json", 413),
        (b"id,at", "text/csv", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    secret: str, monkeypatch: pytest.MonkeyPatch, body: bytes, kind: str, status: int
) -> None:
    monkeypatch.setattr(feedback_api, "MOST_BYTES", 100)
    answer = Client().post(URL, body, content_type=kind, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == status


def test_sending_needs_its_own_right_and_gives_no_reading(cast: Cast, secret: str) -> None:
    assert send(token(cast, "sees_insights", "sees_text"), [ITEM]).status_code == 403
    assert read(secret).status_code == 403
    assert Client().post(URL, "{}", content_type="application/json").status_code == 401
    answers = {
        name: cast.client(name).post(URL, json.dumps({"source": "x", "items": [ITEM]}), "application/json").status_code
        for name in ("alice", "bob", "carol", "erin", "pat", "quinn", "petra", "adam", "eve")
    }
    assert {name for name, status in answers.items() if status == 200} == {"carol", "erin"}
    assert set(answers.values()) == {200, 403}


def test_a_session_sends_only_with_its_own_page_behind_it(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.users["erin"])
    assert strict.post(URL, "{}", content_type="application/json").status_code == 403


def test_feedback_is_read_within_teams_and_by_the_filters_of_the_page(cast: Cast, secret: str) -> None:
    send(secret, [ITEM | {"team": "team-a", "channel": "Reviews"}, ITEM | {"id": "r2", "team": "team-b", "rating": 5}])
    everybody = read(token(cast, "sees_insights", "sees_text")).json()
    assert (everybody["count"], [row["id"] for row in everybody["results"]]) == (2, ["r2", "r1"])
    team_a = read(token(cast, "sees_insights", "sees_text", name="bob")).json()
    assert team_a["results"] == [
        {
            "source": "app-store",
            "id": "r1",
            "at": "2026-03-02T09:00:00Z",
            "text": "no sound",
            "rating": 2,
            "area": "",
            "channel": "reviews",
            "language": "",
            "team": "team-a",
            "themes": [],
            "masked": 0,
        }
    ]
    reader = token(cast, "sees_insights", "sees_text")
    assert read(reader, "rating=5").json()["count"] == 1
    assert read(reader, "channel=pigeon").status_code == 400
    assert read(reader, "after=x").status_code == 400


def test_pages_follow_each_other(cast: Cast, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_api, "PAGE", 2)
    send(secret, [ITEM | {"id": f"r{n}"} for n in range(5)])
    reader, seen, query = token(cast, "sees_insights", "sees_text"), [], "source=app-store&after="
    for _ in range(3):
        page = read(reader, query).json()
        seen += [row["id"] for row in page["results"]]
        query = (page["next"] or "").partition("?")[2]
    assert (sorted(seen), page["next"]) == (["r0", "r1", "r2", "r3", "r4"], None)


def test_sending_and_reading_leave_a_trace_of_counts(cast: Cast, secret: str) -> None:
    send(secret, [ITEM])
    read(token(cast, "sees_insights", "sees_text"))
    told = list(AuditEntry.objects.filter(action__contains="feedback").order_by("id").values_list("action", "detail"))
    assert told == [
        ("feedback_sent", {"source": "app-store", "accepted": 1, "duplicate": 0, "rejected": 0}),
        ("feedback_read", {"rows": 1}),
    ]


def test_what_was_refused_can_be_downloaded_by_administrators(cast: Cast, secret: str) -> None:
    send(secret, [ITEM | {"at": "soon"}])
    run = FeedbackRun.objects.get()
    answer = cast.client("adam").get(f"/admin/insights/feedbackrun/{run.pk}/rejected.jsonl")
    assert json.loads(answer.getvalue()) == {
        "run": run.pk,
        "line": 0,
        "field": "at",
        "reason": "is not an ISO-8601 instant, such as 2026-03-02T09:00:00Z",
        "raw": '{"id":"r1","at":"soon","text":"no sound","rating":2}',
    }
