"""The organisation in a real browser: a skill is kept as long as somebody has it, a template read from a clock."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import Agent, User
from ops_dashboard.people.roles import Role
from tests.accessibility import faults
from tests.workforce.rostering import make_team
from workforce.models import AgentSkill, Skill

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_skill_is_added_renamed_and_kept_while_somebody_has_it(sign_in: Callable[..., Page]) -> None:
    make_team()
    page = sign_in(User.objects.create(username="petra", role=Role.PLANNER))
    page.goto("/organisation/")
    skills = page.locator("#skills")
    skills.get_by_text("Another skill").click()
    skills.get_by_label("Name").fill("Germn")
    skills.get_by_role("button", name="Add skill").click()
    expect(page.locator(".message")).to_have_text("Germn is added.")
    skills.get_by_role("row", name="Germn").get_by_role("link", name="Change").click()
    page.get_by_label("Name").fill("German")
    assert faults(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message")).to_contain_text("German is as you wrote it")
    AgentSkill.objects.create(agent=Agent.objects.get(slug="ada"), skill=Skill.objects.get(), valid_from=today())
    page.reload()
    expect(skills.get_by_role("row", name="German")).to_contain_text("Germangermn1")  # its short name stays
    assert faults(page) == []
    skills.get_by_role("row", name="German").get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".message")).to_have_text("German is still named 1 time; nothing was removed.")
    AgentSkill.objects.all().delete()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".message")).to_have_text("German is removed.")
    expect(skills.get_by_text("No skill yet.")).to_be_visible()


def test_a_shift_template_is_written_as_times_on_the_clock(sign_in: Callable[..., Page]) -> None:
    page = sign_in(User.objects.create(username="petra", role=Role.PLANNER))
    page.goto("/organisation/")
    templates = page.locator("#templates")
    templates.get_by_text("Another template").click()
    templates.get_by_label("Name").fill("Night")
    templates.get_by_label("Starts").fill("22:00")
    templates.get_by_label("Ends").fill("06:00")
    templates.get_by_label("Within it").fill("02:00-02:30 nap")
    templates.get_by_role("button", name="Add template").click()
    expect(templates.get_by_text("There is no activity 'nap'.")).to_be_visible()
    assert faults(page) == []
    templates.get_by_label("Within it").fill("02:00-02:30 lunch")
    templates.get_by_role("button", name="Add template").click()
    expect(page.locator(".message")).to_have_text("Night is added.")
    expect(templates.get_by_role("row", name="Night")).to_contain_text("every team22:0006:0002:00-02:30 lunch")
