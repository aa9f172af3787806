"""What a theme costs, worked out by hand, and who may know."""

from datetime import date

import pytest

from insights.impact import Cost, priced_at, together, weekly_costs
from ops_dashboard.people.roles import scope_for
from tests.cast import make_cast
from tests.insights.building import make_themes


def test_conversations_cost_what_a_resolution_costs_in_their_team() -> None:
    # 3 x 4.00 + 2 x 10.00 = 32.00; reviews that no team answered cost nothing
    assert priced_at({"a": 3, "b": 2, "none": 9}, {"a": 4.0, "b": 10.0}, 6.0) == Cost(5, 32.0)


def test_a_team_without_a_price_has_the_usual_one() -> None:
    assert priced_at({"a": 3, "c": 2}, {"a": 4.0, "c": None}, 6.0) == Cost(5, 24.0)


def test_a_team_that_costs_nothing_is_not_one_without_a_price() -> None:
    assert priced_at({"a": 3, "c": 2}, {"a": 4.0, "c": 0.0}, 6.0) == Cost(5, 12.0)


def test_a_cost_is_unknown_where_no_rate_is_known() -> None:
    assert priced_at({"a": 3}, {}, None) == Cost(3, None)
    assert priced_at({"none": 4}, {}, None) == Cost(0, 0.0)


def test_themes_add_up_unless_one_is_unknown() -> None:
    assert together([Cost(5, 32.0), Cost(1, 4.0)]) == Cost(6, 36.0)
    assert together([Cost(5, 32.0), Cost(1, None)]) == Cost(6, None)
    assert together([]) is None


@pytest.mark.django_db
def test_readers_without_costs_are_told_none() -> None:
    cast, themes = make_cast(), make_themes()
    told = {
        name: weekly_costs([themes["payouts"]], date(2026, 3, 2), scope=scope_for(user))
        for name, user in cast.users.items()
    }
    assert {name for name, costs in told.items() if costs} == {"carol", "erin", "petra"}
    assert told["carol"] == {"payouts": Cost(0, 0.0)}
