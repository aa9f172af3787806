"""The cache of answers: what was put in comes out as it is, until its time is over or others push it out."""

from datetime import UTC, datetime, timedelta

import time_machine

from ops_dashboard.metrics.kept_answers import KeptAnswers


def test_the_very_answer_comes_back_until_its_time_is_over() -> None:
    cache, answer = KeptAnswers("kept", {"TIMEOUT": 900}), object()
    with time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False) as clock:
        cache.set("a", answer)
        cache.set("b", answer, 10)
        assert (cache.get("a"), cache.get("b"), cache.get("c", "none")) == (answer, answer, "none")
        clock.shift(timedelta(seconds=11))
        assert (cache.get("a"), cache.get("b")) == (answer, None)
        clock.shift(timedelta(seconds=900))
        assert cache.get("a") is None


def test_what_was_asked_for_least_lately_goes_first() -> None:
    cache = KeptAnswers("few", {"OPTIONS": {"MAX_ENTRIES": 2}})
    for key in ("a", "b"):
        cache.set(key, key)
    cache.get("a")
    cache.set("c", "c")
    assert [cache.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]
