"""The shared cache takes values and runs nothing: whoever can write to the broker gains no more than that."""

import pickle

import pytest
from django.core.cache import cache

from ops_dashboard.plain_values import PlainValues


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


def test_values_come_back_and_numbers_can_be_counted() -> None:
    cache.set("words", {"a": [1, None, "ü"]})
    cache.set("count", 7)
    assert (cache.get("words"), cache.incr("count"), cache.get("count")) == ({"a": [1, None, "ü"]}, 8, 8)


def test_a_pickle_in_the_broker_is_nothing() -> None:
    client = cache._cache.get_client(None)  # type: ignore[attr-defined]
    client.set(cache.make_key("planted"), pickle.dumps("taken"))
    client.set(cache.make_key("deep"), b"[" * 100_000)
    assert (cache.get("planted"), cache.get("deep")) == (None, None)


def test_what_is_no_plain_value_is_not_stored() -> None:
    with pytest.raises(TypeError):
        PlainValues().dumps(object())
