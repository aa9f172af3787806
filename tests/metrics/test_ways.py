"""From a figure page to the other rooms: the same days and teams in their words, and no door that is locked."""

from datetime import date

import pytest
from django.http import QueryDict

from ops_dashboard.metrics.forms import Asked, FilterForm
from ops_dashboard.metrics.periods import Grain
from ops_dashboard.metrics.ways import doors
from ops_dashboard.people.roles import NOBODY, scope_for
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 17)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ask(text: str) -> Asked:
    return FilterForm(QueryDict(text), today=date(2026, 3, 18), filters=("team",), period="last-28-days").asked()


def test_each_room_gets_the_question_in_its_own_words(cast: Cast) -> None:
    found = doors(
        ask("period=2026-03-17..2026-03-17&team=team-a"), scope_for(cast.users["carol"]), here="service-levels"
    )
    assert [(door.title, door.url) for door in found] == [
        (
            "Tickets created then that missed a promise",
            "/tickets/?created=2026-03-17..2026-03-17&team=team-a&promise=missed",
        ),
        ("Who was staffed", "/roster/?week=2026-03-17&team=team-a"),
        ("Productivity and cost", "/productivity/?period=2026-03-17..2026-03-17&team=team-a"),
        ("Quality", "/quality/?period=2026-03-17..2026-03-17&team=team-a"),
        ("Reviews", "/reviews/?list=all&period=2026-03-17..2026-03-17&team=team-a"),
        ("Feedback", "/feedback/?period=2026-03-17..2026-03-17&team=team-a"),
    ]


def test_nobody_is_shown_a_door_that_is_locked(cast: Cast) -> None:
    def titles(name: str) -> list[str]:
        return [door.title for door in doors(ask(""), scope_for(cast.users[name]), here="quality")]

    assert titles("petra") == ["Service levels", "Who was staffed", "Productivity and cost"]
    assert titles("quinn") == ["Service levels", "Reviews"]
    assert titles("pat") == ["Service levels"]
    assert titles("alice") == ["Service levels", "Tickets created then that missed a promise"]
    assert doors(ask(""), NOBODY, here="") == []


def test_the_roster_of_several_teams_shows_all_of_them(cast: Cast) -> None:
    found = doors(ask("team=team-a&team=team-b"), scope_for(cast.users["petra"]), here="")
    assert "/roster/?week=2026-03-17" in [door.url for door in found]


def test_a_day_alone_is_compared_with_the_same_weekday_of_the_week_before() -> None:
    assert ask("team=a&by=team&grain=day").about_each(Grain.DAY)(DAY) == (
        "period=2026-03-17..2026-03-17&compare=2026-03-10..2026-03-10&by=team&team=a"
    )
    assert ask("").about_each(Grain.WEEK)(date(2026, 3, 9)) == "period=2026-03-09..2026-03-15&compare=previous"
    assert ask("").about_each(Grain.MONTH)(date(2026, 2, 1)) == "period=2026-02-01..2026-02-28&compare=previous"


def test_one_value_of_a_cut_needs_no_cutting_any_more() -> None:
    asked = ask("team=a&team=b&by=team,channel").only("team", "b")
    assert asked.querystring == "period=last-28-days&compare=previous&by=channel&team=b"
