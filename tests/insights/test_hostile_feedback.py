"""Feedback by somebody who means harm: each item comes in or is a rejection that can be kept."""

from typing import Any

import orjson
import pytest

from insights.feedback_import import take_in
from insights.feedback_intake import Told, source_of
from insights.models import Feedback, FeedbackRejection, FeedbackSource
from tests.cast import make_cast
from tests.insights.test_feedback_import import ITEM, line, lines
from tickets import word_limits
from tickets.connectors.drafts import Rejected
from tickets.models import Channel

pytestmark = pytest.mark.django_db


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def json_of(value: Any) -> bytes:
    """JSON of any depth."""
    if isinstance(value, list):
        return b"[" + b",".join(map(json_of, value)) + b"]"
    if isinstance(value, dict):
        return b"{" + b",".join(json_of(name) + b":" + json_of(told) for name, told in value.items()) + b"}"
    return orjson.dumps(value)


def kept(items: list[Told | Rejected]) -> int:
    """How many of them were rejected, once all are taken in."""
    source = source_of("posts", kind=FeedbackSource.Kind.FILE)
    return take_in(source, items, origin="a test").rejected


@pytest.mark.parametrize("name", ["id", "at", "text", "rating", "area", "team", "requester_known", "further"])
def test_a_value_nested_deep_ends_no_import(name: str) -> None:
    (told,) = lines(line(**{name: deep(300)}) if name != "further" else line(further=deep(300), rating=9))
    assert kept([told]) == 1
    assert FeedbackRejection.objects.get().field == ("rating" if name == "further" else name)


def test_a_head_that_is_no_text_ends_no_import() -> None:
    (told,) = lines(b"id,at,text,\xff\nr1,yesterday,hello,x\n")
    assert kept([told]) == 1


def test_channels_without_room_count_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(word_limits.MOST, "channel", 2)
    told = [told for n, word in enumerate("abc") for told in lines(line(**ITEM | {"id": f"r{n}", "channel": word}))]
    assert kept(told) == 0
    slugs = dict(Channel.objects.values_list("pk", "slug"))
    codes = Feedback.objects.order_by("ref").values_list("channel", flat=True)
    assert [slugs.get(code, "none") for code in codes] == ["a", "b", "none"]


def test_a_deep_item_sent_by_a_program_is_one_rejection() -> None:
    cast = make_cast()
    body = {"source": "posts", "items": [deep(300), {"id": deep(300)}, ITEM]}
    answer = cast.client("erin").post("/api/v1/feedback/", json_of(body), "application/json")
    assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (200, 1, 2)
