"""Site, vendor and support function: cuts of every source, made from its teams."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.test import Client

from ops_dashboard.metrics import cells, rollup
from ops_dashboard.metrics.catalogue import cuts
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.explanations import explain
from ops_dashboard.metrics.periods import Grain, Period
from ops_dashboard.metrics.query import BadQuery, NotYours, Query, Reader, run, subjects
from ops_dashboard.people.models import Site, Team, User, Vendor
from ops_dashboard.people.roles import SYSTEM, Role
from tests.metrics.facts import add_ticket, make_teams, random_tickets, record

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
WEEK = Period(date(2026, 3, 30), date(2026, 4, 5))
CUTS = ("site", "vendor", "support_function")


@pytest.fixture
def teams() -> list[Team]:
    """Teams 0 and 1 in Lisbon, team 2 nowhere; team 1 of a vendor; teams 0 and 2 answer for ads."""
    lisbon = Site.objects.create(slug="lisbon", name="Lisbon")
    acme = Vendor.objects.create(slug="acme", name="Acme Care")
    teams = make_teams(3)
    Team.objects.filter(id__in=[teams[0].id, teams[1].id]).update(site=lisbon)
    Team.objects.filter(id=teams[1].id).update(vendor=acme)
    Team.objects.filter(id__in=[teams[0].id, teams[2].id]).update(support_function="Ads & business")
    return teams


@pytest.fixture
def counted(teams: list[Team]) -> list[Team]:
    """Five tickets of team 0, three of team 1, two of team 2, one of none."""
    owners = [team.id for team, count in zip(teams, (5, 3, 2), strict=True) for _ in range(count)]
    record([row for i, team in enumerate([*owners, 0]) for row in add_ticket(i + 1, created_at=NOON, team=team)])
    rollup.refill()
    return teams


def by(cut: str, **more: object) -> dict[tuple[str, str], float | None]:
    result = run(Query("created", WEEK, by=(cut,), **more), scope=SYSTEM)  # type: ignore[arg-type]
    return {(row.keys[0], row.labels[0]): row.figure.value for row in result.rows}


def test_work_without_a_vendor_is_in_house_and_work_without_a_team_is_not(counted: list[Team]) -> None:
    assert by("vendor") == {("acme", "Acme Care"): 3, ("none", "In-house"): 7, ("no-team", "No team"): 1}
    assert by("site") == {("lisbon", "Lisbon"): 8, ("none", "No site"): 2, ("no-team", "No team"): 1}
    ads = ("ads-business", "Ads & business")
    assert by("support_function") == {ads: 7, ("none", "No function"): 3, ("no-team", "No team"): 1}


def test_a_filter_by_vendor_reads_its_teams(counted: list[Team]) -> None:
    def of(cut: str, *values: str) -> float | None:
        return run(Query("created", WEEK, where=((cut, values),)), scope=SYSTEM).total.value

    assert of("vendor", "none") == 7
    assert of("vendor", "acme", "none") == 10
    assert of("vendor", "no-team") == 1
    assert of("site", "lisbon") == 8
    assert run(Query("created", WEEK, where=(("site", ("lisbon",)), ("vendor", ("none",)))), scope=SYSTEM).total.n == 5
    with pytest.raises(BadQuery, match="no vendor 'moon'"):
        of("vendor", "moon")
    assert subjects(Query("created", WEEK, where=(("vendor", ("acme",)),)), scope=SYSTEM).tolist() == [6, 7, 8]


def test_cuts_stand_beside_the_team_and_each_other(counted: list[Team]) -> None:
    result = run(Query("created", WEEK, by=("vendor", "team")), scope=SYSTEM)
    assert {row.keys: row.figure.value for row in result.rows} == {
        ("acme", "team-1"): 3,
        ("none", "team-0"): 5,
        ("none", "team-2"): 2,
        ("no-team", "none"): 1,
    }


def test_they_answer_from_totals_and_never_open_a_block(counted: list[Team], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a block was opened")

    monkeypatch.setattr(cells, "_from_blocks", refuse)
    for cut in CUTS:
        for slug in ("created", "backlog", "resolution_median", "first_reply_attainment"):
            run(Query(slug, WEEK, Grain.DAY, by=(cut,), where=(("vendor", ("none", "acme")),)), scope=SYSTEM)


def test_each_value_equals_its_teams_asked_together(teams: list[Team]) -> None:
    record(random_tickets(300, seed=5, until=NOON + timedelta(days=6)))
    rollup.refill()
    for slug, cut in product(("created", "backlog", "resolution_median", "first_resolution_attainment"), CUTS):
        result = run(Query(slug, WEEK, Grain.DAY, by=(cut,)), scope=SYSTEM)
        assert result.rows, (slug, cut)
        for value in {row.keys[0] for row in result.rows}:
            alone = run(Query(slug, WEEK, Grain.DAY, where=((cut, (value,)),)), scope=SYSTEM)
            own = [row for row in result.rows if row.keys[0] == value]
            assert [row.figure.n for row in own] == [row.figure.n for row in alone.rows], (slug, cut, value)
            told = [row.figure.value for row in alone.rows]
            assert [row.figure.value for row in own] == pytest.approx(told), (slug, cut, value)


def test_a_team_that_moves_takes_its_answers_along(counted: list[Team]) -> None:
    assert by("vendor")[("acme", "Acme Care")] == 3
    Team.objects.filter(id=counted[0].id).update(vendor=Vendor.objects.get())
    assert by("vendor")[("acme", "Acme Care")] == 8


def test_a_lead_s_site_is_their_part_of_it(counted: list[Team]) -> None:
    lead = replace(SYSTEM, role="team_lead", teams=frozenset({counted[1].id}))
    result = run(Query("created", WEEK, by=("site",)), scope=lead)
    assert [(row.keys[0], row.figure.value) for row in result.rows] == [("lisbon", 3)]


@pytest.mark.parametrize("cut", CUTS)
def test_partners_get_no_sums_of_teams(counted: list[Team], cut: str) -> None:
    """A site less the team that is told beside it is the team that is not."""
    partner = replace(SYSTEM, small_cells_hidden=True)
    for query in (Query("created", WEEK, by=(cut,)), Query("created", WEEK, where=((cut, ("none",)),))):
        with pytest.raises(NotYours, match="may not see figures by"):
            run(query, scope=partner)


def test_partners_get_no_hours_of_the_week(counted: list[Team]) -> None:
    """Of eight weeks and of nine, the difference is one hour of one week."""
    partner = replace(SYSTEM, small_cells_hidden=True)
    assert run(Query("created", WEEK, Grain.HOUR_OF_WEEK), scope=SYSTEM).rows
    with pytest.raises(NotYours, match="hour of the week"):
        run(Query("created", WEEK, Grain.HOUR_OF_WEEK), scope=partner)


def test_a_change_is_explained_by_them(counted: list[Team]) -> None:
    before = WEEK.shifted(-7)
    explanation = explain(Query("created", WEEK), against=before, by="vendor", reader=Reader(SYSTEM))
    assert {effect.key: effect.total for effect in explanation.effects} == {"none": 7, "acme": 3, "no-team": 1}


def test_every_metric_offers_them() -> None:
    for metric in registry.metrics():
        assert set(CUTS) < set(cuts(metric)), metric.slug
    for source in registry.sources():
        assert not {"team", *CUTS} & {cut.slug for cut in source.dimensions}, source.slug


@pytest.fixture
def get(client: Client) -> Callable[[str], str]:
    client.force_login(User.objects.create(username="carol", role=Role.MANAGER))
    return lambda path: client.get(path).content.decode()


def test_pages_files_and_answers_take_them(counted: list[Team], get: Callable[[str], str]) -> None:
    page = get(f"/backlog/?period={WEEK}&vendor=acme&by=site")
    assert "Acme Care" in page and "Lisbon" in page
    rows = get(f"/export/created.csv?period={WEEK}&by=vendor&raw=1").splitlines()
    assert any(row.startswith(f"{WEEK},acme,3,3") for row in rows)
    assert '"value":7,' in get(f"/api/v1/metrics/created/?period={WEEK}&vendor=none").replace(" ", "")
