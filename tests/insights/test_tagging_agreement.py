"""How far analysts agree, against figures worked out by hand."""

import pytest
from django.core.cache import caches

from insights import tagging
from insights.models import Theme
from insights.tagging_agreement import agreement, ratings
from insights.taxonomy import revise
from tests.cast import Cast, make_cast
from tests.insights.building import make_themes
from tests.insights.tagging import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    caches["panels"].clear()
    return make_cast()


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


def judged(cast: Cast, count: int, first: Theme, second: Theme | None) -> None:
    """So many feedbacks, erin's theme of each and carol's; None: she says that none fits."""
    for _ in range(count):
        pk = said("Late").pk
        tagging.tag(pk, first, by=cast.users["erin"])
        if second:
            tagging.tag(pk, second, by=cast.users["carol"])
        else:
            tagging.no_theme(pk, by=cast.users["carol"])


def test_it_is_withheld_under_fifty(cast: Cast, themes: dict[str, Theme]) -> None:
    judged(cast, 3, themes["payouts"], themes["payouts"])
    tagging.tag(said("once").pk, themes["payouts"], by=cast.users["erin"])
    found = agreement()
    assert (found.units, found.is_told, found.share, found.alpha) == (3, False, None, None)
    assert "3 of the 50 messages tagged by two" in cast.client("erin").get("/tagging/").content.decode()


def test_fifty_are_told_with_an_interval(cast: Cast, themes: dict[str, Theme]) -> None:
    """40 agree, 24 on payouts and 16 on gifts; 10 are payouts to one and none to the other.

    Of 100 ratings 58 are payouts, 32 gifts and 10 none: D_e = 1 - (58*57 + 32*31 + 10*9) / (100*99)
    = 1 - 4388 / 9900, and D_o = 10 / 50. Alpha = 1 - 0.2 * 9900 / 5512 = 0.6408.
    """
    judged(cast, 24, themes["payouts"], themes["payouts"])
    judged(cast, 16, themes["gifts"], themes["gifts"])
    judged(cast, 10, themes["payouts"], None)
    found = agreement()
    assert found.alpha and found.alpha.low is not None and found.alpha.high is not None
    assert (found.units, found.share) == (50, 0.8)
    assert found.alpha.value == pytest.approx(1 - 0.2 * 9900 / 5512)
    assert found.alpha.low < 0.6408 < found.alpha.high
    assert "0.64 [" in cast.client("erin").get("/tagging/").content.decode()


def test_a_merged_theme_and_its_successor_are_the_same_word(cast: Cast, themes: dict[str, Theme]) -> None:
    judged(cast, 1, themes["payouts"], themes["refunds"])
    assert len(set(ratings().code)) == 2
    with revise(by=None) as revision:
        revision.merge([themes["payouts"]], themes["refunds"])
    assert len(set(ratings().code)) == 1
