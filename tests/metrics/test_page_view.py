"""The generic page: one panel fails alone, a fragment is a fragment, and files need the right to export."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.utils import timezone
from django.utils.html import escape
from django_htmx.middleware import HtmxDetails
from pytest import LogCaptureFixture

from ops_dashboard.metrics import rollup
from ops_dashboard.metrics.definitions import registry
from ops_dashboard.metrics.pages import Bar, BarsPanel, CustomPanel, FigureSpec, LinePanel, Page, Panel, Site, Tab, site
from ops_dashboard.metrics.query import today
from ops_dashboard.metrics.views import page_view
from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import NOBODY, SYSTEM, Role, Scope
from tests.metrics.facts import add_ticket, record

pytestmark = pytest.mark.django_db


def broken(*_: object) -> tuple[Bar, ...]:
    raise RuntimeError("the drum is empty")


BROKEN = BarsPanel(slug="broken", title="Broken", bars=broken)
WHOLE = BarsPanel(slug="whole", title="Whole", bars=lambda *_: (Bar("under 1 h", 1204), Bar("over 1 h", 3)))
TREND = LinePanel(slug="trend", title="Created", metric="created", marks="bars")


def page_of(*panels: Panel, figures: tuple[FigureSpec, ...] = ()) -> Page:
    return Page("test", "Test page", "test", "Operation", figures=figures, panels=panels)


@pytest.fixture
def get(rf: RequestFactory) -> Callable[..., HttpResponseBase]:
    def got(page: Page, query: str = "", *, scope: Scope = SYSTEM, htmx: bool = False) -> HttpResponseBase:
        request = rf.get(f"/test/?{query}", headers={"HX-Request": "true"} if htmx else {})
        request.user = User(username="carol") if scope.role else AnonymousUser()
        request.scope = scope  # type: ignore[attr-defined]
        request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
        return page_view(request, page)

    return got


def text(response: HttpResponseBase) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_a_panel_that_fails_says_so_with_the_id_that_is_logged_and_the_others_stand(
    get: Callable[..., HttpResponseBase], caplog: LogCaptureFixture
) -> None:
    html = text(get(page_of(BROKEN, WHOLE)))
    assert "This panel failed; the others stand." in html
    assert "under 1 h" in html and "1,204" in html
    (record,) = [record for record in caplog.records if record.name == "ops_dashboard.metrics.panels"]
    request_id = record.getMessage().rpartition("request=")[2]
    assert len(request_id) == 12 and f"Request {request_id}." in html


def test_a_template_that_is_not_there_takes_only_its_own_panel(get: Callable[..., HttpResponseBase]) -> None:
    lost = CustomPanel(slug="lost", title="Lost", template="nowhere.html")
    html = text(get(page_of(lost, WHOLE)))
    assert html.count("This panel failed") == 1 and "under 1 h" in html


def test_a_page_shows_one_tab_at_a_time_and_what_stands_under_all(get: Callable[..., HttpResponseBase]) -> None:
    page = replace(
        page_of(replace(WHOLE, slug="always", title="Always")),
        tabs=(Tab("near", "Near", (replace(WHOLE, title="Close by"),)), Tab("far", "Far", (BROKEN,))),
    )
    first, second = text(get(page, "team=none")), text(get(page, "tab=far&compare=off"))
    assert "Close by" in first and "Always" in first and "Broken" not in first
    assert "Close by" not in second and "Always" in second and "Broken" in second
    assert '<a href="?period=last-28-days&amp;compare=off">Near</a>' in second
    assert '<a href="?period=last-28-days&amp;compare=off&amp;tab=far" aria-current="page">Far</a>' in second
    assert '<input type="hidden" name="tab" value="far">' in second
    lost = text(get(page, "tab=moon"))
    assert "This page has no tab &#x27;moon&#x27;; it has near, far." in lost and "Close by" in lost


def test_each_panel_with_a_metric_tells_what_it_means_on_every_page(get: Callable[..., HttpResponseBase]) -> None:
    metrics = 0
    for page in site.pages():
        for tab in ("", *(tab.slug for tab in page.tabs)):
            html = text(get(page, f"tab={tab}"))
            for panel in page.shown_panels(tab):
                if metric := getattr(panel, "metric", ""):
                    head = html.partition(f'<h2 id="title-{panel.slug}">')[2].partition('<div class="tools">')[0]
                    assert escape(registry.metric(metric).definition) in head, (page.slug, panel.slug)
                    metrics += 1
            ids = re.findall(r'id="([^"]+)"', html)
            assert len(ids) == len(set(ids)), page.slug
    assert metrics > 50


def test_a_figure_that_fails_leaves_the_others(get: Callable[..., HttpResponseBase]) -> None:
    figures = (FigureSpec("created"), FigureSpec("created", label="Narrowed", where=(("moon", ("full",)),)))
    html = text(get(page_of(figures=figures)))
    assert "Tickets created" in html and "Narrowed" in html and "moon" in html


def test_htmx_gets_the_answers_alone_and_the_canonical_address(get: Callable[..., HttpResponseBase]) -> None:
    response = get(page_of(TREND), "team=&period=last-7-days", htmx=True)
    html = text(response)
    assert "<html" not in html and 'hx-swap-oob="true">Last 7 days</b>' in html
    assert response["HX-Push-Url"] == "/test/?period=last-7-days&compare=previous"


def test_a_bad_value_is_told_beside_its_chip(get: Callable[..., HttpResponseBase]) -> None:
    html = text(get(page_of(TREND), "period=soon"))
    assert "&#x27;soon&#x27; is not a period" in html and "Last 28 days" in html


def test_a_team_that_nobody_knows_is_told_once_beside_its_chip_and_the_rest_stands(
    get: Callable[..., HttpResponseBase],
) -> None:
    Team.objects.create(slug="north", name="North")
    html = text(get(page_of(TREND, replace(TREND, slug="again")), "team=south&team=north&priority=x"))
    assert html.count("There is no team &#x27;south&#x27;.") == 1
    assert html.count("There is no priority &#x27;x&#x27;.") == 1
    assert '<b id="chip-value-team">North</b>' in html


def test_a_team_made_after_others_were_looked_up_is_known(get: Callable[..., HttpResponseBase]) -> None:
    Team.objects.create(slug="north", name="North")
    assert "There is no team" not in text(get(page_of(TREND), "team=north"))
    Team.objects.create(slug="south", name="South")
    assert "There is no team" not in text(get(page_of(TREND), "team=south"))


def test_a_panel_that_needs_a_right_is_left_out_without_a_word(get: Callable[..., HttpResponseBase]) -> None:
    page = page_of(replace(WHOLE, rights=("sees_small_cells",)), TREND)
    assert "under 1 h" in text(get(page))
    html = text(get(page, scope=replace(SYSTEM, small_cells_hidden=True)))
    assert "Whole" not in html and "administrator" not in html


def test_days_to_come_are_told_as_such(get: Callable[..., HttpResponseBase]) -> None:
    record(add_ticket(1, created_at=timezone.now() - timedelta(days=3)))
    rollup.refill()
    tomorrow = today() + timedelta(days=1)
    figures = (FigureSpec("backlog"), FigureSpec("created"))
    html = text(get(page_of(replace(TREND, metric="backlog"), figures=figures), f"period={tomorrow}..{tomorrow}"))
    assert html.count("nothing to measure in this period") == 2
    assert "These days are still to come." in html


def test_a_panel_without_data_says_what_to_do_next(get: Callable[..., HttpResponseBase]) -> None:
    html = text(get(page_of(TREND)))
    assert "Nothing has been counted yet." in html and "data-chart" not in html


def test_answers_are_not_stored_and_vary_by_who_asks(get: Callable[..., HttpResponseBase]) -> None:
    response = get(page_of(WHOLE))
    assert response["Cache-Control"] == "private, no-store"
    assert "HX-Request" in response["Vary"]


def test_a_page_that_is_not_open_to_a_role_is_refused(get: Callable[..., HttpResponseBase]) -> None:
    page = replace(page_of(WHOLE), may_open=lambda scope: scope.role == Role.PLANNER)
    with pytest.raises(PermissionDenied, match="Test page is not open to your role"):
        get(page)


def test_the_rail_lists_what_a_reader_may_open_group_by_group() -> None:
    site = Site()
    site.add(replace(page_of(), group="Data", url_name="b"), replace(page_of(), url_name="a"))
    assert [entry.url_name for entry in site.open_to(SYSTEM)] == ["a", "b"]
    assert list(site.open_to(NOBODY)) == []


def test_a_page_in_no_group_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="'Elsewhere' is no group"):
        Site().add(replace(page_of(), group="Elsewhere"))


def export(client: Client, role: Role, address: str) -> HttpResponseBase:
    client.force_login(User.objects.create(username=f"{role}-reader", role=role))
    return client.get(address)


def test_an_export_answers_the_same_question_as_the_page(client: Client) -> None:
    response = export(client, Role.ANALYST, "/export/created.csv?period=2026-03-02..2026-03-04&compare=off&grain=day")
    assert response["Content-Disposition"] == 'attachment; filename="created-2026-03-02-2026-03-04.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row["period"] for row in rows] == ["2026-03-02", "2026-03-03", "2026-03-04"]


def test_an_export_of_a_bad_question_says_what_was_wrong(client: Client) -> None:
    response = export(client, Role.ANALYST, "/export/created.csv?period=soon")
    assert response.status_code == 400
    assert "'soon' is not a period" in text(response)


@pytest.mark.parametrize(("role", "status"), [(Role.ANALYST, 200), (Role.REVIEWER, 403), (Role.PARTNER, 403)])
def test_files_need_the_right_to_export(client: Client, role: Role, status: int) -> None:
    assert export(client, role, "/export/created.json").status_code == status


def test_an_unknown_metric_is_not_found(client: Client) -> None:
    assert export(client, Role.ANALYST, "/export/nothing.csv").status_code == 404
