"""One row of a subject at a time: what forms, administration and database refuse, and what a new row ends."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from ops_dashboard.people.dated import mended_sql
from ops_dashboard.people.models import Agent, Membership, Team
from tests.workforce.rostering import make_team
from workforce import staff
from workforce.models import AgentSkill, Contract, ContractType, Rate, Skill
from workforce.staff_forms import MembershipForm

pytestmark = pytest.mark.django_db
NEW_YEAR, MARCH, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1)


@pytest.fixture
def ada() -> Agent:
    """In payments on a full contract since New Year."""
    return make_team()[1]["ada"]


def contract(agent: Agent, first: date, last: date | None = None, **more: object) -> Contract:
    return Contract(agent=agent, type=ContractType.objects.get(), zone="UTC", valid_from=first, valid_to=last, **more)


def days(agent: Agent) -> list[tuple[date, date | None]]:
    return list(Contract.objects.filter(agent=agent).order_by("valid_from").values_list("valid_from", "valid_to"))


def test_another_row_ends_the_one_before_it_the_day_before(ada: Agent) -> None:
    (ended,) = staff.begin(contract(ada, MARCH, week_minutes=1800))
    assert days(ada) == [(NEW_YEAR, MARCH), (MARCH, None)]
    assert ended.last_day == date(2026, 2, 28)


def test_another_row_does_not_reach_into_a_later_one(ada: Agent) -> None:
    staff.begin(contract(ada, MAY))
    with pytest.raises(ValidationError, match="It overlaps the one from 1 May 2026 on; end that one before"):
        staff.begin(contract(ada, MARCH))
    assert days(ada) == [(NEW_YEAR, MAY), (MAY, None)]
    staff.begin(contract(ada, MARCH, MAY))
    assert days(ada) == [(NEW_YEAR, MARCH), (MARCH, MAY), (MAY, None)]


def test_two_rows_do_not_begin_on_one_day(ada: Agent) -> None:
    with pytest.raises(ValidationError, match="It overlaps the one from 1 Jan 2026 on"):
        staff.begin(contract(ada, NEW_YEAR))


def test_a_corrected_row_may_not_overlap_its_neighbours(ada: Agent) -> None:
    staff.begin(contract(ada, MARCH))
    first = Contract.objects.get(agent=ada, valid_from=NEW_YEAR)
    first.valid_to = date(2026, 3, 2)
    with pytest.raises(ValidationError, match="It overlaps the one from 1 Mar 2026 on"):
        staff.correct(first)
    first.valid_to = date(2026, 2, 1)
    staff.correct(first)
    assert days(ada) == [(NEW_YEAR, date(2026, 2, 1)), (MARCH, None)]


@pytest.mark.parametrize("last", [None, MAY])
def test_the_database_refuses_an_overlap_that_no_form_saw(ada: Agent, last: date | None) -> None:
    with pytest.raises(IntegrityError, match="contract_one_at_a_time"), transaction.atomic():
        contract(ada, MARCH, last).save()
    Contract.objects.filter(agent=ada).update(valid_to=MARCH)
    contract(ada, MARCH, last).save()


def test_the_database_knows_skills_memberships_and_rates_apart_by_subject(ada: Agent) -> None:
    german, polish = (Skill.objects.create(slug=slug, name=slug) for slug in ("german", "polish"))
    full, team = ContractType.objects.get(), Team.objects.get()
    for row in (
        AgentSkill(agent=ada, skill=german, valid_from=MARCH),
        AgentSkill(agent=ada, skill=polish, valid_from=MARCH),
        Rate(team=team, minor_an_hour=1, valid_from=MARCH),
        Rate(contract_type=full, minor_an_hour=1, valid_from=MARCH),
    ):
        row.save()
    for again, name in (
        (AgentSkill(agent=ada, skill=german, valid_from=MAY), "agent_skill_one_at_a_time"),
        (Membership(agent=ada, team=team, valid_from=MAY), "membership_one_at_a_time"),
        (Rate(team=team, minor_an_hour=2, valid_from=MAY), "rate_of_team_one_at_a_time"),
        (Rate(contract_type=full, minor_an_hour=2, valid_from=MAY), "rate_of_contract_type_one_at_a_time"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            again.save()


def test_who_joins_a_team_leaves_the_one_before(ada: Agent) -> None:
    other = Team.objects.create(slug="other", name="Other")
    staff.begin(Membership(agent=ada, team=other, valid_from=MARCH))
    told = Membership.objects.filter(agent=ada).order_by("valid_from").values_list("team__slug", "valid_to")
    assert list(told) == [("payments", MARCH), ("other", None)]


def test_what_an_older_version_let_overlap_is_mended(ada: Agent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else rows just saved forbid what follows
        cursor.execute("ALTER TABLE workforce_contract DROP CONSTRAINT contract_one_at_a_time")
        contract(ada, MARCH).save()
        contract(ada, MAY, date(2026, 6, 1)).save()
        cursor.execute(mended_sql("workforce_contract", "agent_id"))
    assert days(ada) == [(NEW_YEAR, MARCH), (MARCH, MAY), (MAY, date(2026, 6, 1))]


def test_the_form_of_a_membership_shows_its_team(ada: Agent) -> None:
    membership = Membership.objects.get(agent=ada)
    assert f'<option value="{membership.team.slug}" selected>' in str(MembershipForm(instance=membership)["team"])
