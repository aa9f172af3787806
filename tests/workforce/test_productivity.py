"""Productivity and cost: the allocation adds up, and rates at equal case mix."""

import numpy as np
import pytest
from django.test import Client

from ops_dashboard.metrics.forms import Asked
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.query import Query, Reader, run
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import SYSTEM, Role
from tests.workforce.test_oracle import PERIOD, clock, worked
from workforce import productivity
from workforce.case_mix import allocated, standardised, standardised_means

__all__ = ["clock", "worked"]  # fixtures

ASKED = Asked(PERIOD, str(PERIOD), PERIOD.previous(), "previous", Grain.DAY)


def test_a_rate_at_equal_mix_weighs_the_strata_of_everyone() -> None:
    # Easy cases hold 90 %, hard ones 50 %, for both; the first group has 80 easy of 100, the second 20.
    whole = np.array([[80.0, 20.0], [20.0, 80.0]])
    part = whole * [0.9, 0.5]
    found = standardised(part, whole)
    assert found.raw.tolist() == pytest.approx([0.82, 0.58])
    assert found.adjusted.tolist() == pytest.approx([0.7, 0.7])
    assert found.n.tolist() == [100, 100] and found.covered.tolist() == [1, 1]
    assert found.reference.tolist() == pytest.approx([0.7, 0.7])


def test_a_rate_at_equal_mix_has_the_interval_of_its_strata() -> None:
    """18 of 20 and 40 of 80, each half of all work: .25 (19/22 x 3/22 / 20 + 1/4 / 80) = .0474686^2."""
    whole = np.array([[20.0, 80.0], [80.0, 20.0]])
    found = standardised(whole * [0.9, 0.5], whole)
    assert found.low[0] == pytest.approx(0.7 - 1.959964 * 0.0474686, abs=1e-5)
    assert found.high[0] == pytest.approx(0.7 + 1.959964 * 0.0474686, abs=1e-5)
    certain = standardised(np.array([[30.0], [1.0]]), np.array([[30.0], [30.0]]))
    assert certain.low[0] < 1.0 == certain.high[0]


def test_what_a_case_takes_at_equal_mix_weighs_the_strata_of_everyone() -> None:
    """Easy cases take 10 minutes, hard ones 30, of both groups: half of all cases are hard."""
    cases = np.array([[80.0, 20.0], [20.0, 80.0]])
    found = standardised_means(cases * [10.0, 30.0], cases)
    assert found.raw.tolist() == pytest.approx([14, 26])
    assert found.adjusted.tolist() == pytest.approx([20, 20])
    # Of the first: sqrt(.25 x 100 / 80 + .25 x 900 / 20) = 3.4003 of 20, so a factor of exp(1.96 x .17001) = 1.3955.
    assert (found.low[0], found.high[0]) == pytest.approx((20 / 1.39546, 20 * 1.39546), abs=1e-3)


def test_a_group_s_amount_is_spread_as_its_effort_over_what_it_got_done() -> None:
    """100 by 3 : 1 over the strata with cases, what was logged on others left out; without effort nothing is told."""
    effort = np.array([[30.0, 10.0, 60.0], [0.0, 0.0, 0.0]])
    cases = np.array([[5.0, 5.0, 0.0], [5.0, 5.0, 5.0]])
    found = allocated(np.array([100.0, 100.0]), effort, cases)
    assert found[0].tolist() == [75, 25, 0]
    assert np.isnan(found[1]).all()
    told = standardised_means(found, cases)
    assert np.isnan(told.adjusted[1]) and told.reference[0] == told.adjusted[0] == pytest.approx(10)


def test_a_group_alone_is_as_it_is_at_its_own_mix() -> None:
    cases = np.array([[40.0, 10.0, 7.0]])
    spent = allocated(np.array([570.0]), np.array([[3.0, 9.0, 2.0]]), cases)
    found = standardised_means(spent, cases)
    assert found.raw.tolist() == found.adjusted.tolist() == pytest.approx([10])
    assert found.covered.tolist() == [1]


def test_a_stratum_with_too_few_cases_gives_its_weight_to_the_rest_and_says_so() -> None:
    found = standardised(np.array([[9.0, 0.0], [45.0, 25.0]]), np.array([[10.0, 2.0], [50.0, 50.0]]))
    assert found.adjusted.tolist() == pytest.approx([0.9, 0.9 * 60 / 112 + 0.5 * 52 / 112])
    assert found.covered.tolist() == pytest.approx([60 / 112, 1])
    # All together keep 54 of 60 and 25 of 52; the first is compared with the former alone.
    assert found.reference.tolist() == pytest.approx([0.9, 0.9 * 60 / 112 + 25 / 52 * 52 / 112])
    assert found.raw.tolist() == pytest.approx([9 / 12, 0.7])


def test_a_group_without_cases_has_no_rate() -> None:
    found = standardised(np.zeros((2, 1)), np.array([[0.0], [10.0]]))
    assert np.isnan(found.raw[0]) and np.isnan(found.adjusted[0]) and found.adjusted[1] == 0


def test_the_lines_of_the_allocation_add_up_to_the_total_figures(worked: list[Team]) -> None:
    lines = productivity._lines(Reader(SYSTEM), ASKED)
    for name, slug in (("cost", "staff_cost"), ("hours", "paid_hours"), ("unpriced", "unpriced_hours")):
        total = run(Query(slug, PERIOD), scope=SYSTEM).total.value
        assert sum(getattr(line, name) for line in lines) == pytest.approx(total), name
    assert sum(line.solves for line in lines) == run(Query("solved", PERIOD), scope=SYSTEM).total.value
    per = run(Query("cost_per_resolution", PERIOD), scope=SYSTEM).total.value
    assert per == pytest.approx(sum(line.cost for line in lines) / sum(line.solves for line in lines))


def test_what_stands_apart_is_told(worked: list[Team]) -> None:
    told = productivity.allocation(Reader(SYSTEM), ASKED)
    assert "paid hours have no rate and cost nothing here" in told["sentence"]
    assert "of teams without rostered hours lower the total" in told["sentence"]
    quiet = {row[0].text: row[0].quiet for row in told["table"].rows}
    assert quiet["Idle"] == "no rostered hours" and quiet["Own"] == ""
    per = {row[0].text: row[-1].text for row in told["table"].rows}
    assert per["Idle"] == "\N{EM DASH}" and per["Own"] != "\N{EM DASH}"


def test_the_page_has_its_panels(worked: list[Team], client: Client) -> None:
    client.force_login(User.objects.create(username="carol", role=Role.MANAGER))
    html = client.get(f"/productivity/?period={PERIOD}").content.decode()
    for words in (
        "How cost is allocated",
        "At equal case mix",
        "All together",
        "Acme",
        "In-house",
        "How hours and money were spread over the strata",
        "time logged",
        "Throughput and cost at equal case mix",
        "Assumed handle times",
    ):
        assert words in html, words
    assert "This panel failed" not in html and "This figure failed" not in html
    assert "Left out, as your role does not see it" not in html


def test_a_lead_sees_the_hours_of_the_own_teams_and_no_money(worked: list[Team], client: Client) -> None:
    bob = User.objects.create(username="bob", role=Role.TEAM_LEAD)
    bob.teams.add(worked[0])
    client.force_login(bob)
    html = client.get(f"/productivity/?period={PERIOD}").content.decode()
    assert "Left out, as your role does not see it: cost per resolution, staff cost, cost per productive hour." in html
    for words in ("Staffed hours", "Solved per productive hour", "Shrinkage", "At equal case mix"):
        assert words in html, words
    for words in ("How cost is allocated", "USD", "Acme", "Hired", "Your role does not", "panel failed"):
        assert words not in html, words
