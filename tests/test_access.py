"""Every address of the product, walked by every member of the cast, against one table.

A new address without a row fails, and so does a row without an address. The story behind the
object rows: alice of team A holds ticket 1001; dave of team B has nothing to do with it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.admin import site as admin_site
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from ops_dashboard.metrics import saved_views
from ops_dashboard.metrics.models import AlertFiring, AlertRule, Annotation, Goal, SavedView
from ops_dashboard.metrics.pages import Question
from ops_dashboard.metrics.saved_views import Terms
from ops_dashboard.people import audit, tokens
from ops_dashboard.people.models import ApiToken, Site, Vendor
from tests.access.rows import (
    ABSENT,
    DEFINE,
    ENTER_ADMIN,
    EXPORT,
    MOVED,
    NOTHING_THERE,
    REFUSED,
    SEE_TICKETS,
    SHUT,
    SIGN_IN,
    SIGNED_IN,
    WITH_ROLE,
    AdminModel,
    Answer,
    Row,
    act,
    admin,
    answer_of,
    api,
    everybody,
    page,
)
from tests.access.story import UPSTAIRS, tell
from tests.cast import EVERYBODY, Cast
from tickets.models import (
    BusinessCalendar,
    Channel,
    ImportRun,
    Language,
    Priority,
    Reason,
    RejectedRow,
    SlaPolicy,
    Source,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]

WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+"?(\w+)"?', re.IGNORECASE)
MARKS_OF_READING = {
    "django_session", "people_auditentry", "people_apitoken", "workforce_calendarfeed", "insights_receipt",
    "insights_delivery", "metrics_stalecell",
    "workforce_activity",  # the standard ones, where the first look at a roster finds them missing
}  # fmt: skip
MONTH = "period=this-month&compare=previous"
KEEP_RULES = tuple(name for name in WITH_ROLE if name != "pat")  # who is told by whole weeks has no days to look at
NOBODY_ELSES = {name: ABSENT for name in WITH_ROLE if name != "carol"}
NOT_CAROLS = NOBODY_ELSES | {"pat": REFUSED}
VIEW = {"page": "backlog", "querystring": MONTH, "name": "Mine"}
APPS = re.compile(r"(?<=app_label>)[a-z|]+")  # every app with a model in the admin, in no order

ROWS = {
    "healthz": everybody("/healthz"),
    "readyz": everybody("/readyz"),
    "metrics": everybody("/metrics"),  # the test client calls from loopback
    "favicon.ico": everybody("/favicon.ico", MOVED),
    "sign-in/": everybody("/sign-in/"),
    "sign-out/": Row("/sign-out/", EVERYBODY, opens=SIGN_IN, told={}),
    "welcome/<uidb64>/<token>/": everybody("/welcome/MQ/spent-link/"),
    "password/": Row("/password/", SIGNED_IN),
    "tokens/": page("/tokens/", ("adam",)),
    "tokens/<int:pk>/revoke/": act("/tokens/1001/revoke/", ("adam",)),
    "": page("/"),
    "service-levels/": page("/service-levels/"),
    "backlog/": page("/backlog/"),
    "alerts/": page("/alerts/", KEEP_RULES),
    "alerts/new/": page("/alerts/new/", KEEP_RULES),
    "alerts/<int:pk>/": page("/alerts/1001/", ("carol",), **NOT_CAROLS),
    **{
        f"alerts/<int:pk>/<alert_step:step>/{more}": act(f"/alerts/1001/{step}/", ("carol",), None, **NOT_CAROLS)
        for more, step in (("", "pause"), (" resume", "resume"), (" delete", "delete"))
    },
    "alerts/firings/<int:pk>/acknowledge/": act("/alerts/firings/1001/acknowledge/", ("carol",), None, **NOT_CAROLS),
    "catalogue/": page("/catalogue/"),
    "patterns/": page("/patterns/"),
    "export/<slug:metric>.<export_format:form>": page("/export/created.csv", EXPORT),
    "views/save/": act("/views/save/", WITH_ROLE, VIEW),
    "views/<int:pk>/change/": act("/views/1001/change/", ("carol",), VIEW, **NOBODY_ELSES),
    "views/<int:pk>/replace/": act("/views/1001/replace/", ("carol",), VIEW, **NOBODY_ELSES),
    "views/<int:pk>/delete/": act("/views/1001/delete/", ("carol",), VIEW, **NOBODY_ELSES),
    "tickets/": page("/tickets/", SEE_TICKETS),
    "tickets/<slug:source>/<path:ref>/": page("/tickets/desk/1001/", SEE_TICKETS, dave=ABSENT),
    "tickets/<slug:source>/<path:ref>/promises/<slug:kind>/<int:run>/": page(
        "/tickets/desk/1001/promises/first_reply/1/", SEE_TICKETS, dave=ABSENT
    ),
    "api/v1/alerts/": api("/api/v1/alerts/", KEEP_RULES),
    "api/v1/alert-rules/": api("/api/v1/alert-rules/", KEEP_RULES),
    "api/v1/metrics/": api("/api/v1/metrics/"),
    "api/v1/metrics/<slug:slug>/": api("/api/v1/metrics/created/"),
    "api/v1/views/": api("/api/v1/views/"),
    "api/v1/tickets/": api("/api/v1/tickets/", SEE_TICKETS),
    "api/v1/tickets/<slug:source>/<path:ref>/": api("/api/v1/tickets/desk/1001/", SEE_TICKETS, dave=ABSENT),
    "api/schema/": api("/api/schema/"),
    "admin/": admin("/admin/", ENTER_ADMIN),
    "admin/login/": Row("/admin/login/", (), unlike=dict.fromkeys(ENTER_ADMIN, MOVED)),
    "admin/logout/": everybody("/admin/logout/", MOVED),
    "admin/password_change/": everybody("/admin/password_change/", MOVED),
    "admin/password_change/done/": admin("/admin/password_change/done/", ENTER_ADMIN),
    "admin/autocomplete/": admin("/admin/autocomplete/", ()),
    "admin/jsi18n/": admin("/admin/jsi18n/", ENTER_ADMIN),
    "admin/r/<path:content_type_id>/<path:object_id>/": admin("/admin/r/1/1/", (), **NOTHING_THERE),
    r"admin/^(?P<app_label>APPS)/$": admin("/admin/people/", ("adam",), carol=ABSENT, petra=ABSENT),
    "admin/tickets/importrun/<int:run>/rejected.jsonl": admin(
        "/admin/tickets/importrun/0/rejected.jsonl", (), adam=ABSENT
    ),
    r"admin/(?P<url>.*)$": admin("/admin/nothing", (), **NOTHING_THERE),
}

ADMIN_MODELS: dict[str, AdminModel] = {
    #                     see         add         change      delete
    "people/agent": (("adam",), ("adam",), ("adam",), ("adam",)),
    "people/team": (("adam",), ("adam",), ("adam",), ("adam",)),
    "people/site": (("adam",), ("adam",), ("adam",), ("adam",)),
    "people/vendor": (("adam",), ("adam",), ("adam",), ("adam",)),
    "people/user": (("adam",), ("adam",), ("adam",), ()),
    "people/auditentry": (("adam",), (), (), ()),
    "auth/group": ((), (), (), ()),
    "metrics/goal": (DEFINE, DEFINE, DEFINE, DEFINE),
    "metrics/annotation": (DEFINE, DEFINE, DEFINE, DEFINE),
    "tickets/businesscalendar": (DEFINE, DEFINE, DEFINE, ()),
    "tickets/slapolicy": (DEFINE, DEFINE, DEFINE, ()),
    "tickets/channel": (DEFINE, (), DEFINE, ()),
    "tickets/language": (DEFINE, (), DEFINE, ()),
    "tickets/reason": (DEFINE, (), DEFINE, ()),
    "tickets/priority": (DEFINE, (), DEFINE, ()),
    "tickets/source": (("adam",), (), ("adam",), ()),
    "tickets/importrun": (("adam",), (), (), ()),
    "tickets/rejectedrow": (("adam",), (), (), ()),
}

for app in UPSTAIRS:
    ROWS |= app.ROWS
    ADMIN_MODELS |= app.ADMIN_MODELS


def admin_rows(model: str, pk: object) -> Iterator[tuple[str, Row]]:
    see, add, change, delete = ADMIN_MODELS[model]
    route, url = f"admin/{model}/", f"/admin/{model}/"
    yield route, admin(url, see)
    yield f"{route}add/", admin(f"{url}add/", add)
    yield f"{route}<path:object_id>/change/", admin(f"{url}{pk}/change/", see)
    yield f"{route}<path:object_id>/history/", admin(f"{url}{pk}/history/", see)
    yield f"{route}<path:object_id>/delete/", admin(f"{url}{pk}/delete/", delete)
    moved = dict.fromkeys(ENTER_ADMIN, MOVED)
    yield f"{route}<path:object_id>/", admin(f"{url}{pk}/", (), **moved)


NAMED = {"channel": Channel, "language": Language, "reason": Reason, "priority": Priority}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + APPS.sub("APPS", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


# A second row of one address has a word behind its route.
PAGES = {route: row for route, row in ROWS.items() if not row.is_act}
ACTS = {route: row for route, row in ROWS.items() if row.is_act}
ALL_ROUTES = tuple(routes(get_resolver().url_patterns))
ADMIN_ROUTES = tuple(route for model in ADMIN_MODELS for route, _ in admin_rows(model, 0))


@pytest.fixture(scope="module")
def stage(on_stage: None) -> Cast:
    """The story behind the rows, told once."""
    cast = tell()
    told_rule(cast)
    saved_views.save(cast.users["carol"], "backlog", Question(MONTH), Terms("Carol's", is_shared=True))
    SavedView.objects.update(id=1001)
    tokens.make(cast.users["erin"], name="Loader", rights=["sees_metrics"], days=9, by=cast.users["adam"])
    ApiToken.objects.update(id=1001)
    cast.sign_in()
    return cast


def told_rule(cast: Cast) -> None:
    """A rule of carol's that has fired once, both numbered 1001."""
    monday = datetime(2026, 11, 2, tzinfo=UTC)
    rule = AlertRule.objects.create(
        id=1001, owner=cast.users["carol"], name="Rush", metric="created", kind="threshold", side="above", limit=9,
        since=monday.date(), made_at=monday,
    )  # fmt: skip
    AlertFiring.objects.create(
        id=1001, rule=rule, on=monday.date(), metric="created", days=1, kind="threshold", is_above=True, value=12,
        n=12, limit=9, fired_at=monday,
    )  # fmt: skip


@pytest.fixture
def cast(stage: Cast) -> Cast:
    return deepcopy(stage)


def keys(cast: Cast) -> dict[str, object]:
    """A row of every model that the admin shows."""
    monday, desk = date(2026, 11, 2), Source.objects.get()
    run = ImportRun.objects.create(source=desk, origin="a file")
    return {
        "people/agent": cast.agents["alice"].pk,
        "people/team": cast.teams["team-a"].pk,
        "people/site": Site.objects.create(slug="dublin", name="Dublin").pk,
        "people/vendor": Vendor.objects.create(slug="vendor", name="Vendor").pk,
        "people/user": cast.users["eve"].pk,
        "people/auditentry": audit.record("adam", "looked", "test").pk,
        "auth/group": Group.objects.create(name="leftover").pk,
        "metrics/goal": Goal.objects.create(metric="created", value=9, valid_from=monday).pk,
        "metrics/annotation": Annotation.objects.create(kind="launch", label="Launch", on=monday).pk,
        "tickets/businesscalendar": BusinessCalendar.objects.get().pk,
        "tickets/slapolicy": SlaPolicy.objects.get().pk,
        "tickets/source": desk.pk,
        "tickets/importrun": run.pk,
        "tickets/rejectedrow": RejectedRow.objects.create(run=run, line=1, field="at", reason="is empty").pk,
        **{
            f"tickets/{name}": model._default_manager.create(slug="one", label="One").pk
            for name, model in NAMED.items()
        },
        **{model: pk for app in UPSTAIRS for model, pk in app.keys(cast).items()},
    }


def answers(cast: Cast, row: Row) -> dict[str, Answer]:
    clients = {name: cast.client(name) for name in EVERYBODY}
    with written() as tables:
        found = {name: answer_of(client.get(row.url)) for name, client in clients.items()}
    assert tables == set(), "a GET changes nothing but marks of reading"
    return found


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written inside, but for marks of reading: sessions, the trail, receipts."""
    found: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if (write := WRITE.match(str(sql))) and write[1] not in MARKS_OF_READING:
            found.add(write[1])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def sent(cast: Cast, name: str, url: str, told: Mapping[str, str]) -> Answer:
    """What a member gets for a form; whatever it did is taken back, and who was refused has done nothing."""
    client = cast.client(name)
    with transaction.atomic(), written() as tables:
        answer = answer_of(client.post(url, told))
        transaction.set_rollback(True)
    assert answer not in SHUT or tables == set()
    return answer


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert set(ALL_ROUTES) == {*(route.partition(" ")[0] for route in ROWS), *ADMIN_ROUTES}


def test_no_row_rests_at_the_verb() -> None:
    """What takes a POST alone is an act, which says who may do it."""
    assert [route for route, row in ROWS.items() if 405 in map(row.expected, EVERYBODY)] == []


@pytest.mark.parametrize("route", PAGES)
def test_an_address_opens_to_exactly_those_it_should(cast: Cast, route: str) -> None:
    assert answers(cast, PAGES[route]) == {name: PAGES[route].expected(name) for name in EVERYBODY}


@pytest.mark.parametrize("route", ACTS)
def test_an_act_is_done_by_exactly_those_who_may_do_it(cast: Cast, route: str) -> None:
    row = ACTS[route]
    found = {name: sent(cast, name, row.url, row.told or {}) for name in EVERYBODY}
    assert found == {name: row.expected(name) for name in EVERYBODY}
    if row.path not in (page.path for page in PAGES.values()):
        assert set(answers(cast, row).values()) <= {405, *SHUT}, "looking does nothing"


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_no_verb_opens_what_reading_does_not(cast: Cast, verb: str) -> None:
    """405 says that the verb does not exist; everything else must be a door that stays shut."""
    shut = {MOVED, 405, *SHUT}
    for route, row in PAGES.items():
        for name in EVERYBODY:
            if row.expected(name) in shut:
                answer = answer_of(getattr(cast.client(name), verb)(row.url))
                assert (route, name, answer in shut) == (route, name, True)


def test_whoever_sees_a_page_may_send_its_form(cast: Cast) -> None:
    """Unless an act of the same address says who may."""
    acts = {row.path for row in ACTS.values()}
    shut = {
        (route, name)
        for route, row in PAGES.items()
        for name in EVERYBODY
        if row.shows(name) and row.path not in acts and sent(cast, name, row.url, {}) in SHUT
    }
    assert shut == set()


@pytest.mark.parametrize("model", ADMIN_MODELS)
def test_the_admin_shows_a_model_to_exactly_those_it_should(cast: Cast, model: str) -> None:
    for route, row in admin_rows(model, keys(cast)[model]):
        assert (route, answers(cast, row)) == (route, {name: row.expected(name) for name in EVERYBODY})


def test_every_model_of_the_admin_is_in_the_table() -> None:
    registered = {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin_site._registry}
    assert registered == set(ADMIN_MODELS)
