"""The rooms of quality in a real browser: own reviews, disputes, calibration, scorecards, samples."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import Team
from quality.models import Dispute, Review, Sample, SamplePlan, Scorecard
from tests.accessibility import violations
from tests.cast import Cast, make_cast
from tests.quality.building import open_seats, reviewed, reviewer, save_scorecard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    """Teams of one support function; alice's ticket was reviewed, and a pair of hers is complete."""
    cast = make_cast()
    Team.objects.update(support_function="Accounts")
    version = save_scorecard()
    for ticket in (1, 2):
        seats = open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=ticket, seats=ticket)
        reviewed(seats[0], cast.users["quinn"], notes="Read the history first", tone=2)
    reviewed(seats[1], reviewer("rita"), tone=5)
    return cast


@pytest.fixture
def review(cast: Cast) -> Review:
    return Review.objects.get(ticket=1)


def test_an_agent_confirms_and_disputes_and_the_lead_decides(
    sign_in: Callable[..., Page], cast: Cast, review: Review
) -> None:
    page = sign_in(cast.users["alice"])
    page.goto("/reviews/")
    page.get_by_role("link", name="Not yet seen").click()
    page.get_by_role("link", name=f"Review {review.pk}", exact=True).click()
    expect(page.get_by_text("Read the history first")).to_be_visible()
    expect(page.locator(".score")).to_have_text("77.5 %")  # 50 + 0.25 * 30 + 20
    page.get_by_role("button", name="I have seen it").click()
    expect(page.locator(".message")).to_have_text("Noted: you have seen this review.")
    page.get_by_role("link", name="Dispute").click()
    page.get_by_label("Why").fill("It was their third letter of the day")
    page.get_by_role("button", name="Send the dispute").click()
    expect(page.locator(".message")).to_have_text("Propose another rating for at least one criterion.")
    expect(page.get_by_label("Why")).to_have_value("It was their third letter of the day")
    page.locator(".criterion", has_text="Tone").locator("input[value='4']").check()
    page.get_by_role("button", name="Send the dispute").click()
    expect(page.get_by_text("Your lead decides")).to_be_visible()
    expect(page.get_by_role("link", name="Dispute")).to_have_count(0)

    page = sign_in(cast.users["bob"])
    page.goto("/reviews/")
    page.get_by_role("link", name="To decide 1").click()
    page.get_by_role("link", name=f"Review {review.pk}", exact=True).click()
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("It was their third letter of the day")).to_be_visible()
    page.locator(".step", has_text="Keep").click()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".message")).to_have_text("Say why, where something is not granted.")
    page.locator(".step", has_text="Grant").click()
    page.get_by_label("Your answer to the agent").fill("You are right")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".message")).to_have_text("Accepted. The agent sees your answer.")

    page = sign_in(cast.users["alice"])
    page.goto(f"/reviews/{review.pk}/")
    expect(page.locator(".score")).to_have_text("92.5 %")  # 50 + 0.75 * 30 + 20
    expect(page.get_by_text("You are right")).to_be_visible()
    expect(page.get_by_text("the reviewer gave 77.5 %")).to_be_visible()
    assert Dispute.objects.get().state == Dispute.State.ACCEPTED


def test_a_manager_reads_and_narrows_but_decides_nothing(
    sign_in: Callable[..., Page], cast: Cast, review: Review
) -> None:
    page = sign_in(cast.users["carol"])
    page.goto("/reviews/")
    expect(page.get_by_role("heading", name="3 reviews")).to_be_visible()
    page.click("#chip-team")
    page.locator("#menu-team").get_by_label("Team B").check()
    expect(page.get_by_text("No review matches.")).to_be_visible()
    page.goto(f"/reviews/{review.pk}/")
    expect(page.get_by_text("Alice has not confirmed it yet.")).to_be_visible()
    expect(page.get_by_role("button", name="I have seen it")).to_have_count(0)
    for path in ("/calibration/", "/samples/"):
        answer = page.goto(path)
        assert answer is not None and answer.status == 403, path


def test_calibration_tells_what_is_too_few_and_leads_to_the_pair(sign_in: Callable[..., Page], cast: Cast) -> None:
    page = sign_in(cast.users["quinn"])
    page.goto("/calibration/")
    row = page.locator("tr", has_text="Tone")
    expect(row).to_contain_text("too few")
    expect(row).to_contain_text("1 of 50")
    expect(page.get_by_label("Reviewers", exact=True).locator("tr", has_text="rita")).to_contain_text("too few")
    first, second = Review.objects.filter(ticket=2).order_by("seat")
    page.get_by_role("link", name=f"Review {second.pk} by rita").click()
    expect(page.get_by_text("second opinion, for calibration only")).to_be_visible()
    page.goto(f"/reviews/{first.pk}/")
    expect(page.locator(".score")).to_have_text("77.5 %")


def test_a_scorecard_is_edited_into_a_version_that_says_what_changed(sign_in: Callable[..., Page], cast: Cast) -> None:
    page = sign_in(cast.users["quinn"])
    page.goto("/scorecards/")
    page.get_by_role("link", name="Edit Accounts scorecard").click()
    row = page.locator("fieldset.editor-row").nth(1)
    row.get_by_label("Weight").fill("lots")
    page.get_by_label("What changes, for those who read it later").fill("Tone matters more")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator(".message")).to_contain_text("The weight of 'Tone' is 'lots'")
    row = page.locator("fieldset.editor-row").nth(1)
    expect(row.get_by_label("Weight")).to_have_value("lots")
    row.get_by_label("Weight").fill("40")
    page.get_by_label("What changes, for those who read it later").fill("Tone matters more")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.locator(".message")).to_contain_text("Version 2 is in force")
    expect(page.locator(".version-changes li")).to_have_text("Tone weight: 30 40")
    page.get_by_role("link", name="Version 1").click()
    expect(page.locator("tr", has_text="Tone").locator("td.number").first).to_have_text("30")


def test_a_plan_is_made_and_a_week_without_tickets_is_refused(sign_in: Callable[..., Page], cast: Cast) -> None:
    page = sign_in(cast.users["quinn"])
    page.goto("/samples/")
    page.get_by_role("link", name="New plan").click()
    page.get_by_label("Name").fill("By risk")
    page.get_by_label("Scorecard").select_option(label="Accounts scorecard")
    page.get_by_label("Strata").select_option("risk")
    page.get_by_label("Tickets a week").fill("8")
    page.get_by_label("Per cent from what is at risk").fill("120")
    page.get_by_label("Seed").fill("risk-1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("input:invalid")).to_have_attribute("name", "risk_share")
    page.get_by_label("Per cent from what is at risk").fill("60")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".message")).to_have_text("Saved; it counts for draws from now on.")
    expect(page.locator("tr", has_text="By risk").first).to_contain_text("60 % at risk")
    page.get_by_role("button", name="Draw By risk").click()
    expect(page.locator(".message")).to_have_text("No agent of Accounts solved a ticket in that week.")
    assert not Sample.objects.filter(plan__name="By risk").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    sign_in: Callable[..., Page], cast: Cast, review: Review, scheme: str
) -> None:
    dispute = Dispute.objects.create(
        review=review, agent=review.agent, reason="x" * 300, team=review.team,
        reviewer=cast.users["quinn"], scorecard=review.scorecard,
    )  # fmt: skip
    plan, sample = SamplePlan.objects.get(), Sample.objects.get()
    Sample.objects.update(strata=[{"name": "Everything", "held": 100, "drawn": 2}])
    slug = Scorecard.objects.get().slug
    one = f"/reviews/{review.pk}/"
    paths = {
        "alice": ("/reviews/", one, f"{one}dispute/"),
        "bob": ("/reviews/", "/reviews/?list=open", one, f"/disputes/{dispute.pk}/"),
        "quinn": (
            "/reviews/", "/reviews/?list=mine", "/calibration/", "/scorecards/", f"/scorecards/{slug}/",
            f"/scorecards/{slug}/edit/", "/samples/", f"/samples/{sample.pk}/", f"/samples/plans/{plan.pk}/",
        ),
    }  # fmt: skip
    for name, theirs in paths.items():
        page = sign_in(cast.users[name])
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in theirs:
            page.set_viewport_size({"width": 1440, "height": 900})
            answer = page.goto(path)
            assert answer is not None and answer.status == 200, path
            assert (path, violations(page)) == (path, [])
            page.set_viewport_size({"width": 390, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
