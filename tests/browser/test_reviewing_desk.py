"""The reviewing desk in a real browser: scored by the keyboard, kept through a reload, one ticket for one reviewer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ops_dashboard.people.models import User
from quality.models import Review
from tests.accessibility import violations
from tests.cast import Cast, make_cast
from tests.quality.building import open_seats, reviewer, save_scorecard
from tests.tickets.drafting import STORY, take
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def seats(cast: Cast) -> list[Review]:
    """Two tickets of alice wait for a review."""
    version = save_scorecard()
    return [open_seats(version, cast.agents["alice"], cast.teams["team-a"], ticket=n)[0] for n in (1, 2)]


@pytest.fixture
def desk(sign_in: Callable[..., Page], cast: Cast, seats: list[Review]) -> Page:
    """Quinn has claimed the first of them."""
    page = sign_in(cast.users["quinn"])
    page.goto("/reviews/")
    page.locator(".head").get_by_role("button", name="Review next").click()
    expect(page.get_by_role("heading", name="Reviewing desk")).to_be_visible()
    page.wait_for_load_state()  # only now do its keys do something
    return page


def in_focus(page: Page) -> str:
    """The criterion that the focus is in."""
    return page.locator("[data-criterion]:focus-within legend b").inner_text()


def steps(review: Review) -> dict[str, int | None]:
    return {score.criterion.key: score.step for score in review.scores.select_related("criterion")}


def test_a_ticket_is_scored_from_claim_to_submit_by_the_keyboard_alone(desk: Page, seats: list[Review]) -> None:
    assert in_focus(desk) == "Right solution"
    desk.keyboard.press("4")
    expect(desk.locator("#saved")).to_contain_text("1 of 4 rated")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    assert in_focus(desk) == "Process"
    desk.keyboard.press("k")
    assert in_focus(desk) == "Tone"
    desk.keyboard.press("5")
    desk.keyboard.press("j")
    desk.keyboard.press("4")  # the scale of Process ends at 3
    assert desk.locator("[data-criterion]:focus-within input:checked").count() == 0
    desk.keyboard.press("n")
    desk.keyboard.press("j")
    assert in_focus(desk) == "Privacy kept"
    desk.keyboard.press("n")  # it always applies
    assert desk.locator("[data-criterion]:focus-within input:checked").count() == 0
    desk.keyboard.press("2")
    expect(desk.locator("#saved")).to_contain_text("4 of 4 rated")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".message")).to_have_text("Submitted. Score 84.4 %.")  # (0.75 * 50 + 1 * 30) / 80
    done = Review.objects.get(pk=seats[0].pk)
    assert (done.state, done.score_bp) == (Review.State.SUBMITTED, 8438)
    assert steps(done) == {"solution": 4, "tone": 5, "process": None, "privacy": 2}


def test_single_keys_are_letters_where_text_is_written(desk: Page, seats: list[Review]) -> None:
    desk.get_by_label("Note to the agent").focus()
    desk.keyboard.type("jk n 1?")
    expect(desk.get_by_label("Note to the agent")).to_have_value("jk n 1?")
    assert desk.locator("[data-criterion] input:checked").count() == 0
    expect(desk.locator("#desk-keys")).to_be_hidden()
    with desk.expect_response(lambda answer: answer.url.endswith("/save/")):
        desk.keyboard.press("Control+s")
    assert Review.objects.get(pk=seats[0].pk).notes == "jk n 1?"


def test_a_question_mark_shows_the_keys(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.locator("#desk-keys")).to_be_visible()
    desk.keyboard.press("?")
    expect(desk.locator("#desk-keys")).to_be_hidden()


def test_a_draft_survives_a_reload_with_its_reasons_and_words(desk: Page, seats: list[Review]) -> None:
    desk.keyboard.press("2")
    desk.get_by_label("Half an answer").check()
    with desk.expect_response(lambda answer: "left%20open" in (answer.request.post_data or "")):
        desk.get_by_label("Note for Right solution").fill("The second question was left open")
    desk.reload()
    assert in_focus(desk) == "Tone"  # the first that is open
    expect(desk.locator("[data-criterion]").first.locator("input[data-key='2']")).to_be_checked()
    expect(desk.get_by_label("Half an answer")).to_be_checked()
    expect(desk.get_by_label("Note for Right solution")).to_have_value("The second question was left open")
    desk.goto("/reviews/")
    desk.get_by_role("link", name="Continue").click()
    expect(desk).to_have_url(re.compile(f"/reviews/{seats[0].pk}/$"))


def test_words_still_being_written_are_sent_when_the_page_goes(desk: Page, seats: list[Review]) -> None:
    desk.get_by_label("Note to the agent").focus()
    with desk.expect_request(lambda asked: asked.url.endswith("/save/")):
        desk.keyboard.type("Half a senten")
        desk.goto("/reviews/")
    desk.get_by_role("link", name="Continue").click()
    expect(desk.get_by_label("Note to the agent")).to_have_value("Half a senten")


def test_an_unfinished_review_is_not_submitted_and_nothing_is_lost(desk: Page, seats: list[Review]) -> None:
    desk.keyboard.press("5")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".message")).to_have_text("Still to be rated: Tone, Process, Privacy kept.")
    expect(desk.locator("#saved")).to_contain_text("1 of 4 rated")
    assert Review.objects.get(pk=seats[0].pk).state == Review.State.DRAFT


def test_given_back_it_waits_for_anybody_without_the_draft(desk: Page, seats: list[Review]) -> None:
    desk.keyboard.press("1")
    expect(desk.locator("#saved")).to_contain_text("1 of 4 rated")
    desk.get_by_role("button", name="Give back").click()
    expect(desk.locator(".message")).to_contain_text("back in the queue")
    seat = Review.objects.get(pk=seats[0].pk)
    assert (seat.state, seat.reviewer, seat.scores.count()) == (Review.State.OPEN, None, 0)


def test_two_reviewers_never_get_the_same_ticket(desk: Page, seats: list[Review], sign_in: Callable[..., Page]) -> None:
    expect(desk).to_have_url(re.compile(f"/reviews/{seats[0].pk}/$"))
    for name in ("rita", "sam"):
        page = sign_in(reviewer(name))
        page.goto("/reviews/")
        page.locator(".head").get_by_role("button", name="Review next").click()
        if name == "rita":
            expect(page).to_have_url(re.compile(f"/reviews/{seats[1].pk}/$"))
        else:
            expect(page.locator(".message")).to_have_text("Nothing waits for you here.")
    gone = page.goto(f"/reviews/{seats[0].pk}/")
    assert gone is not None and gone.status == 404


def test_no_reviewer_gets_their_own_tickets(sign_in: Callable[..., Page], cast: Cast, seats: list[Review]) -> None:
    User.objects.filter(username="alice").update(agent=None)
    page = sign_in(reviewer("alices-other-hat", agent=cast.agents["alice"]))
    page.goto("/reviews/")
    expect(page.locator(".figure", has_text="Waiting for you").locator(".figure-value")).to_have_text("0")
    page.locator(".head").get_by_role("button", name="Review next").click()
    expect(page.locator(".message")).to_have_text("Nothing waits for you here.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_desk_and_nothing_scrolls_sideways(
    sign_in: Callable[..., Page], cast: Cast, scheme: str
) -> None:
    take(STORY)
    ticket = Ticket.objects.get()
    seat = open_seats(save_scorecard(), cast.agents["alice"], cast.teams["team-a"], ticket=ticket.id)[0]
    page = sign_in(cast.users["quinn"])
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/reviews/")
    page.locator(".head").get_by_role("button", name="Review next").click()
    expect(page.locator(".lines li").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_contain_text("1 of 4 rated")
    for width in (1440, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/reviews/{seat.pk}/")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
