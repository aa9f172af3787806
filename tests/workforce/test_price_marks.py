"""What a change of rates, contracts or employers does to figures in money, to the cent."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ops_dashboard.metrics import reconciliation, rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.metrics.periods import Period
from ops_dashboard.metrics.query import Query, run
from ops_dashboard.metrics.rendering.figures import figure_item
from ops_dashboard.metrics.rendering.sentences import sentence
from ops_dashboard.people.models import AuditEntry, Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.metrics.facts import add_ticket, record
from tests.workforce.rostering import MONDAY, make_team, published, shift
from workforce.import_files import read
from workforce.imports import sorted_kinds, take_in
from workforce.management.commands.import_roster import SCOPE
from workforce.models import Contract, ContractType, Rate
from workforce.price_marks import repricing

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
WEEK = Period(MONDAY, MONDAY + timedelta(days=6))
WEDNESDAY = MONDAY + timedelta(days=2)
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def own(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """Ada works 8 h on Monday and 8 h on Wednesday for 30.00 an hour and solves four tickets; dot works elsewhere."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    team, people = make_team("own", "ada")
    other, others = make_team("other", "dot")
    ContractType.objects.create(slug="odd", name="Odd")
    Contract.objects.filter(agent=others["dot"]).update(type=ContractType.objects.get(slug="odd"))
    published(team, shift(people["ada"], MONDAY), shift(people["ada"], WEDNESDAY))
    published(other, shift(others["dot"], MONDAY))
    Rate.objects.create(contract_type=ContractType.objects.get(slug="full"), minor_an_hour=3000, valid_from=NEW_YEAR)
    at = datetime(2026, 3, 23, 10, tzinfo=UTC)
    record([row for n in range(4) for row in add_ticket(n + 1, created_at=at, solved_at=at, team=team.pk)])
    rollup.refill()
    yield team
    rollup.refill()
    assert [str(cell) for cell in reconciliation.differing_cells(registry.source("rostered"))] == []


@pytest.fixture
def petra(client: Client, db: None) -> Client:
    client.force_login(User.objects.create(username="petra", role=Role.PLANNER))
    return client


def figure(slug: str, team: str = "own") -> float | None:
    rollup.refill()
    return run(Query(slug, WEEK, where=(("team", (team,)),)), scope=SYSTEM).total.value


def rate_form(**changed: object) -> dict[str, object]:
    told = {
        "team": "", "vendor": "", "contract_type": ContractType.objects.get(slug="full").pk, "minor_an_hour": 3000,
        "currency": "USD", "basis": "paid", "valid_from": "2026-01-01", "valid_to": "",
    }  # fmt: skip
    return told | changed


def test_to_begin_with(own: Team) -> None:
    assert (figure("staff_cost"), figure("cost_per_resolution")) == (480.0, 120.0)


def test_a_changed_rate_changes_the_figures(own: Team, petra: Client) -> None:
    assert (
        petra.post(f"/admin/workforce/rate/{Rate.objects.get().pk}/change/", rate_form(minor_an_hour=4000)).status_code
        == 302
    )
    assert (figure("staff_cost"), figure("cost_per_resolution")) == (640.0, 160.0)


def test_a_deleted_rate_leaves_a_cost_that_is_not_known(own: Team, petra: Client) -> None:
    gone = f"/admin/workforce/rate/{Rate.objects.get().pk}/delete/"
    assert petra.post(gone, {"post": "yes"}).status_code == 302
    assert (figure("staff_cost"), figure("cost_per_resolution"), figure("cost_per_staffed_hour")) == (0.0, None, None)
    assert figure("unpriced_hours") == 16.0


def test_rates_deleted_together_are_marked_too(own: Team, petra: Client) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [Rate.objects.get().pk], "post": "yes"}
    assert petra.post("/admin/workforce/rate/", chosen).status_code == 302
    assert figure("cost_per_resolution") is None


def test_an_imported_rate_counts_from_its_first_day(own: Team) -> None:
    rows = "contract_type,amount,currency,basis,valid_from\nfull,50.00,USD,paid,2026-03-25\n"
    assert take_in(sorted_kinds(read("rates.csv", rows.encode())), scope=SCOPE).taken
    # Monday 8 h at 30.00, Wednesday 8 h at 50.00.
    assert (figure("staff_cost"), figure("cost_per_resolution")) == (640.0, 160.0)


def test_an_import_that_is_only_looked_at_marks_nothing(own: Team) -> None:
    rows = "contract_type,amount,currency,basis,valid_from\nfull,50.00,USD,paid,2026-03-25\n"
    take_in(sorted_kinds(read("rates.csv", rows.encode())), scope=SCOPE, dry_run=True)
    assert not StaleCell.objects.exists()


def test_another_kind_of_contract_has_another_price(own: Team) -> None:
    rows = "agent,type,hours_a_week,days_a_week,zone,valid_from\nada,odd,40,5,Europe/Warsaw,2026-03-24\n"
    assert take_in(sorted_kinds(read("contracts.csv", rows.encode())), scope=SCOPE).taken
    assert (figure("staff_cost"), figure("unpriced_hours")) == (240.0, 8.0)


def test_a_team_that_goes_to_a_vendor_costs_the_vendor_s_price(own: Team, petra: Client) -> None:
    acme = Vendor.objects.create(slug="acme", name="Acme")
    assert (
        petra.post(
            "/admin/workforce/rate/add/", rate_form(contract_type="", vendor=acme.pk, minor_an_hour=1250)
        ).status_code
        == 302
    )
    assert figure("staff_cost") == 480.0
    petra.force_login(User.objects.create(username="adam", role=Role.ADMIN))
    told = {"slug": "own", "name": "Own", "site": own.site_id, "vendor": acme.pk, "is_active": "on"}
    assert petra.post(f"/admin/people/team/{own.pk}/change/", told).status_code == 302
    assert figure("staff_cost") == 200.0
    assert AuditEntry.objects.filter(action="admin_changed", subject=f"team {own.pk}").exists()


def test_only_days_and_teams_with_another_price_are_marked(own: Team) -> None:
    with repricing():
        Rate.objects.create(team=own, minor_an_hour=5000, valid_from=WEDNESDAY, valid_to=date(2026, 3, 26))
    marked = list(StaleCell.objects.values_list("source", "day", "team"))
    # Two days before its first and three after its last: a shift's hours may lie on other days in another zone.
    assert {(source, team) for source, _, team in marked} == {("rostered", own.pk)}
    assert sorted(day for _, day, _ in marked) == [MONDAY + timedelta(days=n) for n in range(7)]
    assert figure("staff_cost") == 8 * 30 + 8 * 50


def test_a_change_that_fails_marks_nothing_and_changes_nothing(own: Team) -> None:
    with pytest.raises(RuntimeError), repricing():
        Rate.objects.update(minor_an_hour=1)
        raise RuntimeError
    assert not StaleCell.objects.exists() and Rate.objects.get().minor_an_hour == 3000


def test_solves_of_a_team_without_a_roster_have_no_cost_and_no_rate(own: Team) -> None:
    idle = Team.objects.create(slug="idle", name="Idle")
    at = datetime(2026, 3, 23, 10, tzinfo=UTC)
    record([row for n in range(40, 80) for row in add_ticket(n, created_at=at, solved_at=at, team=idle.pk)])
    found = {slug: figure(slug, "idle") for slug in ("cost_per_resolution", "solved_per_hour", "solved_per_paid_hour")}
    assert found == {"cost_per_resolution": None, "solved_per_hour": None, "solved_per_paid_hour": None}
    result = run(Query("cost_per_resolution", WEEK, where=(("team", ("idle",)),)), scope=SYSTEM)
    assert result.total.n == 40
    assert sentence(result) == "No cost known in these 7 days."
    assert figure_item(result).why_empty == "no cost known"
    assert run(Query("solved", WEEK, where=(("team", ("idle",)),)), scope=SYSTEM).total.value == 40
