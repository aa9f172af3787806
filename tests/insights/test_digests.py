"""The weekly letter: what it says, that earlier asks stand in it, that it goes out once, that it can be left."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from io import StringIO
from pathlib import Path
from smtplib import SMTPServerDisconnected
from time import sleep

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings
from time_machine import travel

from insights import asks, digests, drafting, issuing, reading
from insights.issuing import NotApproved
from insights.letter import letter
from insights.mailing import html_of, message_for, unsubscribe_token
from insights.models import Ask, Delivery, Digest, Feedback, Insight, Receipt, Subscription, Theme
from insights.plain_letter import plain
from insights.weeks import due_weeks
from ops_dashboard.environment import PROJECT
from ops_dashboard.metrics.query import today
from ops_dashboard.people.models import User
from tests.cast import Cast, make_cast
from tests.insights.building import contacts, give, make_themes, settle

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
SUNDAY, NEXT_MONDAY = MONDAY + timedelta(days=6), MONDAY + timedelta(days=7)


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    User.objects.filter(username="pat").update(email="pat@example.test")
    made.users["pat"].refresh_from_db()
    return made


@pytest.fixture
def themes() -> dict[str, Theme]:
    return make_themes()


def told(themes: dict[str, Theme], *, payouts: int = 40) -> None:
    """Nine calm weeks, then one in which payouts rise."""
    for week in range(9, -1, -1):
        day = MONDAY - timedelta(days=7 * week) + timedelta(days=2)
        give(themes["payouts"], day, payouts if not week else 10)
        give(themes["refunds"], day, 10)
        contacts(day, 50)
    settle()


def ask_of(cast: Cast, themes: dict[str, Theme], *, days_ago: int) -> Ask:
    at = timezone.now().replace(year=2026, month=3, day=8) - timedelta(days=days_ago)
    insight = drafting.create(
        claim="Payouts are late", area="payments", themes=[themes["payouts"]], since=MONDAY, by=None, at=at
    )
    drafting.publish(insight, by=cast.users["erin"], at=at)
    return asks.put(
        insight, question="Roll back 34.2?", due_on=MONDAY + timedelta(days=30), owner=cast.users["pat"], by=None, at=at
    )


def approved(cast: Cast, *, readers: tuple[str, ...] = ("pat",)) -> Digest:
    for name in readers:
        reading.subscribe(cast.users[name].pk, "payments")
    digest = issuing.draft("payments", MONDAY)
    issuing.approve(digest, by=cast.users["erin"])
    return digest


# What it says


def test_the_letter_names_what_rose_with_its_size_and_nothing_else_a_change(themes: dict[str, Theme]) -> None:
    told(themes)
    snapshot = digests.build("payments", MONDAY)
    payouts, refunds = snapshot["themes"]
    assert (payouts["name"], payouts["n"], payouts["contacts"], payouts["share"]) == ("Payouts", 40, 50, 0.8)
    assert payouts["ratio"] == pytest.approx(4.0)
    assert (payouts["class"], refunds["class"]) == ("rising", "within noise")
    assert snapshot["headline"] == ("Payouts: 40 messages, 80.0 % of contacts [67.0–88.8], 4.0 times the usual share.")
    assert snapshot["context"]["contacts"] == snapshot["context"]["usual_contacts"] == 50


def test_a_week_in_which_nothing_rose_says_so(themes: dict[str, Theme]) -> None:
    told(themes, payouts=11)
    assert digests.build("payments", MONDAY)["headline"] == "Nothing rose beyond chance this week."


def test_what_fell_beyond_chance_is_told_to_have_fallen(themes: dict[str, Theme]) -> None:
    """3 messages where 10 are usual."""
    told(themes, payouts=3)
    classes = {theme["name"]: theme["class"] for theme in digests.build("payments", MONDAY)["themes"]}
    assert classes == {"Payouts": "falling", "Refunds": "within noise"}


def test_few_are_not_told_apart(themes: dict[str, Theme]) -> None:
    give(themes["payouts"], MONDAY, 4)
    contacts(MONDAY, 40)
    settle()
    words = plain(letter(digests.build("payments", MONDAY)), address="", unsubscribe="")
    assert "- Payouts: <10, – of contacts" in words


def test_every_earlier_ask_stands_in_the_letter_whatever_its_answer(cast: Cast, themes: dict[str, Theme]) -> None:
    made = [ask_of(cast, themes, days_ago=days) for days in (30, 29, 28)]
    asks.accept(made[1], by=cast.users["pat"], note="Next release")
    asks.decline(made[2], by=cast.users["pat"], reason="Not ours")
    told_asks = digests.build("payments", MONDAY)["previous"]
    assert {row["id"]: row["status"] for row in told_asks} == {
        made[0].pk: "open",
        made[1].pk: "accepted",
        made[2].pk: "declined",
    }
    words = plain(letter(digests.build("payments", MONDAY), narrative="Mine alone."), address="", unsubscribe="")
    assert "STATUS OF PREVIOUS ASKS" in words and "no answer in 30 days" in words and "“Not ours”" in words


def test_the_letter_says_how_many_users_were_told(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = ask_of(cast, themes, days_ago=30)
    asks.accept(ask, by=cast.users["pat"])
    asks.ship(ask, by=cast.users["pat"], on=MONDAY, users_told=1840)
    (line,) = letter(digests.build("payments", MONDAY)).previous
    assert "shipped 2 Mar; 1,840 users told" in line.detail


def test_the_letter_says_how_satisfied_those_were_who_rated(themes: dict[str, Theme]) -> None:
    said = give(themes["payouts"], MONDAY, 13)
    give(themes["refunds"], MONDAY, 9)
    contacts(MONDAY, 50)
    Feedback.objects.update(rating=2)
    Feedback.objects.filter(pk__in=[each.pk for each in said[:3]]).update(rating=5)
    Feedback.objects.filter(pk=said[12].pk).update(rating=None)
    settle()
    rows = {row["slug"]: row for row in digests.build("payments", MONDAY)["themes"]}
    assert (rows["payouts"]["satisfied"], rows["payouts"]["rated"]) == (0.25, 12)  # 3 of 12
    told = {line.slug: (line.satisfied, line.apart) for line in letter(digests.build("payments", MONDAY)).themes}
    assert told == {"payouts": ("25.0 %", ""), "refunds": ("—", "")}  # nine others rated: too few to differ from


@travel(datetime(2026, 3, 11, 18, tzinfo=UTC))  # contacts come at noon
def test_a_week_that_still_runs_is_compared_with_nothing(themes: dict[str, Theme]) -> None:
    contacts(today(), 3)
    settle()
    this_week, over = (
        letter(digests.build("payments", day)) for day in (due_weeks(today()) + timedelta(days=7), MONDAY)
    )
    assert this_week.context.startswith("3 contacts so far. ")
    assert "so far" not in over.context


def test_an_ask_of_the_week_is_new_and_one_of_another_area_is_not_there(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = ask_of(cast, themes, days_ago=2)
    snapshot = digests.build("payments", MONDAY)
    assert ([row["id"] for row in snapshot["asks"]], snapshot["previous"]) == ([ask.pk], [])
    assert digests.build("live", MONDAY)["asks"] == []


def test_a_week_is_cut_where_days_of_the_reporting_zone_are(
    cast: Cast, themes: dict[str, Theme], settings: Settings
) -> None:
    ask = ask_of(cast, themes, days_ago=0)
    Ask.objects.update(opened_at=datetime(2026, 3, 8, 20, tzinfo=UTC))  # in Tokyo Monday the 9th, 5:00
    told: dict[str, list[list[int]]] = {zone: [] for zone in ("UTC", "Asia/Tokyo")}
    for zone, weeks in told.items():
        settings.REPORTING_ZONE = zone
        weeks += [[row["id"] for row in digests.build("payments", day)["asks"]] for day in (MONDAY, NEXT_MONDAY)]
    assert told == {"UTC": [[ask.pk], []], "Asia/Tokyo": [[], [ask.pk]]}


def test_quotes_are_only_those_chosen_without_anything_masked(cast: Cast, themes: dict[str, Theme]) -> None:
    ask = ask_of(cast, themes, days_ago=2)
    (said,) = give(themes["payouts"], MONDAY, 1, text="Where is my payout")
    drafting.quote(ask.insight, said, by=cast.users["erin"])
    give(themes["payouts"], MONDAY, 1, text="Not chosen")
    assert [q["text"] for q in digests.build("payments", MONDAY)["insights"][0]["quotes"]] == [said.text]
    said.detections = 1
    said.save()
    assert digests.build("payments", MONDAY)["insights"][0]["quotes"] == []


def test_from_approval_on_the_snapshot_never_changes(cast: Cast, themes: dict[str, Theme]) -> None:
    told(themes)
    digest = approved(cast)
    before = Digest.objects.get().snapshot
    give(themes["payouts"], MONDAY, 30)
    settle()
    assert issuing.draft("payments", MONDAY).snapshot == before
    with pytest.raises(NotApproved):
        issuing.edit(digest, headline="Other", narrative="", by=cast.users["erin"])
    with pytest.raises(NotApproved):
        issuing.approve(digest, by=cast.users["erin"])


# The mail


def test_the_mail_is_text_and_html_of_one_letter_and_fetches_nothing(cast: Cast, themes: dict[str, Theme]) -> None:
    told(themes)
    approved(cast)
    assert issuing.deliver() == 1
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    (html,) = [str(part[0]) for part in sent.alternatives]
    assert sent.to == ["pat@example.test"]
    for told_twice in ("Payouts: 40 messages, 80.0 % of contacts [67.0–88.8], 4.0 times the usual share.", "20.0 %"):
        assert told_twice in str(sent.body) and told_twice in html
    assert "src=" not in html and "url(" not in html and "<script" not in html and "<link" not in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.message()["Message-ID"] == Delivery.objects.get().message_id


def test_text_of_people_is_escaped_in_the_html() -> None:
    snapshot = digests.build("payments", MONDAY)
    drawn = html_of(letter(snapshot, headline="<b>Bold</b>", narrative="a\n\n<i>b</i>"), address="", unsubscribe="")
    assert "<b>Bold" not in drawn and "&lt;b&gt;Bold" in drawn and "&lt;i&gt;b" in drawn


def test_nobody_gets_a_letter_twice_or_unapproved(cast: Cast, themes: dict[str, Theme]) -> None:
    reading.subscribe(cast.users["pat"].pk, "payments")
    issuing.draft("payments", MONDAY)
    assert issuing.deliver() == 0
    issuing.approve(Digest.objects.get(), by=cast.users["erin"])
    assert [issuing.deliver(), issuing.deliver()] == [1, 0]
    assert Digest.objects.get().state == "sent"


def test_a_subscription_opens_nothing_that_the_role_does_not(cast: Cast, themes: dict[str, Theme]) -> None:
    approved(cast, readers=("pat", "alice", "eve"))
    assert list(Delivery.objects.values_list("user__username", flat=True)) == ["pat"]
    User.objects.filter(username="pat").update(product_areas=["live"])
    assert issuing.deliver() == 0
    assert Delivery.objects.get().state == "failed"


def test_who_left_the_list_after_the_approval_gets_no_letter(cast: Cast, themes: dict[str, Theme]) -> None:
    User.objects.filter(username="erin").update(email="erin@example.test")
    approved(cast, readers=("pat", "erin"))
    reading.subscribe(cast.users["pat"].pk, "payments", active=False)
    assert issuing.deliver() == 1
    assert [message.to for message in mail.outbox] == [["erin@example.test"]]
    left = Delivery.objects.get(user=cast.users["pat"])
    assert (left.state, left.error) == ("failed", "left the list, no longer a reader, or without an address")
    assert Digest.objects.get().state == "sent"


def test_a_server_that_is_away_is_tried_again_later_and_given_up_in_the_end(
    cast: Cast, themes: dict[str, Theme]
) -> None:
    def away(message: object) -> None:
        raise SMTPServerDisconnected("gone")

    approved(cast)
    assert issuing.deliver(send=away) == 0
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.error) == ("waiting", 1, "SMTPServerDisconnected: gone")
    assert row.next_at > timezone.now()
    assert issuing.deliver() == 0  # not due yet
    for _ in range(issuing.MOST_ATTEMPTS):
        Delivery.objects.update(next_at=timezone.now())
        issuing.deliver(send=away)
    assert Delivery.objects.get().state == "failed"


def test_a_letter_that_cannot_be_built_keeps_no_other_reader_waiting(cast: Cast, themes: dict[str, Theme]) -> None:
    User.objects.filter(username="pat").update(email="pat@example.test\nBcc: eve@example.test")
    User.objects.filter(username="erin").update(email="erin@example.test")
    approved(cast, readers=("pat", "erin"))
    assert (issuing.deliver(), [message.to for message in mail.outbox]) == (1, [["erin@example.test"]])
    told = dict(Delivery.objects.values_list("user__username", "state"))
    assert (told, Digest.objects.get().state) == ({"pat": "waiting", "erin": "handed"}, "approved")
    pats = Delivery.objects.get(user__username="pat")
    assert (pats.attempts, pats.error.partition(":")[0], pats.next_at > timezone.now()) == (1, "BadHeaderError", True)
    for _ in range(issuing.MOST_ATTEMPTS):
        Delivery.objects.update(next_at=timezone.now())
        issuing.deliver()
    assert (Delivery.objects.get(pk=pats.pk).state, Digest.objects.get().state) == ("failed", "sent")


def test_a_question_that_fails_while_a_letter_is_sent_is_a_failed_try(cast: Cast, themes: dict[str, Theme]) -> None:
    def broken(message: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    approved(cast)
    assert issuing.deliver(send=broken) == 0
    assert Delivery.objects.get().attempts == 1


def test_a_digest_that_nobody_reads_is_done_with_its_approval(cast: Cast, themes: dict[str, Theme]) -> None:
    digest = approved(cast, readers=())
    assert (digest.state, digest.sent_at) == ("sent", digest.approved_at)


def test_every_try_is_the_same_message(cast: Cast, themes: dict[str, Theme]) -> None:
    approved(cast)
    row = Delivery.objects.select_related("digest", "user").get()
    one, other = message_for(row), message_for(row)
    assert (one.body, one.extra_headers) == (other.body, other.extra_headers)


# A worker is killed

WORKER = """
import os, sys, time
from pathlib import Path
from django.conf import settings
import django
from tests.servers import prepare_environment
prepare_environment()
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
from insights import issuing
box, is_slow = Path({box!r}), {is_slow!r}
def send(message):
    raw = message.message().as_bytes()
    (box / f"{{os.getpid()}}-{{len(list(box.iterdir()))}}.eml").write_bytes(raw)
    if is_slow:
        print("handed", flush=True)
        time.sleep(60)
issuing.deliver(send=send)
"""


def worker(box: Path, *, is_slow: bool) -> subprocess.Popen[str]:
    code = WORKER.format(name=connection.settings_dict["NAME"], box=str(box), is_slow=is_slow)
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=os.environ
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_server_and_the_commit_repeats_only_what_mail_stores_know(tmp_path: Path) -> None:
    cast = make_cast()
    make_themes()
    User.objects.filter(username__in=("pat", "erin", "carol")).update(email="someone@example.test")
    approved(cast, readers=("pat", "erin", "carol"))
    first = worker(tmp_path, is_slow=True)
    assert first.stdout is not None and first.stdout.readline() == "handed\n"
    first.send_signal(signal.SIGKILL)
    first.wait(timeout=30)
    first.stdout.close()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}
    second = worker(tmp_path, is_slow=False)
    assert second.stdout is not None
    second.communicate(timeout=120)
    ids = [message_from_bytes(path.read_bytes())["Message-ID"] for path in tmp_path.iterdir()]
    # Three readers, four handings over: the one in the window came twice, under one Message-ID.
    assert (len(ids), len(set(ids))) == (4, 3)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"handed"}
    assert Digest.objects.get().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_with_the_last_two_letters_the_later_one_closes_the_digest() -> None:
    cast = make_cast()
    User.objects.filter(username__in=("pat", "erin")).update(email="someone@example.test")
    approved(cast, readers=("pat", "erin"))
    erins = Delivery.objects.filter(user=cast.users["erin"])
    erins.update(next_at=timezone.now() + timedelta(hours=1))

    def work() -> int:
        try:
            erins.update(next_at=timezone.now())
            return issuing.deliver(send=lambda message: None)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert issuing.deliver(send=lambda message: None) == 1
            beside = pool.submit(work)
            sleep(0.3)  # it hands the other one over, and has not been told of this one
        assert beside.result(timeout=20) == 1
    assert Digest.objects.get().state == "sent"


# Readers


def test_a_reader_leaves_with_one_click_and_comes_back_with_another(cast: Cast, themes: dict[str, Theme]) -> None:
    reading.subscribe(cast.users["pat"].pk, "payments")
    url = f"/digests/unsubscribe/{unsubscribe_token(cast.users['pat'].pk, 'payments')}/"
    strict = Client(enforce_csrf_checks=True)
    assert "Leave this list" in strict.get(url).content.decode()
    assert Subscription.objects.get().is_active  # looking is not leaving: mail scanners look
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.get().is_active
    strict.post(url, {"again": "1"})
    assert Subscription.objects.get().is_active
    assert strict.get(url[:-3] + "x/").status_code == 404


def test_opening_the_page_is_the_receipt_and_reactions_can_be_changed(cast: Cast, themes: dict[str, Theme]) -> None:
    approved(cast)
    issuing.deliver()
    pat = cast.client("pat")
    for _ in range(2):
        assert pat.get("/digests/2026-W10/payments/").status_code == 200
    receipt = Receipt.objects.get()
    assert (receipt.user, receipt.views) == (cast.users["pat"], 2)
    assert Delivery.objects.get().read_at is not None
    pat.post("/digests/2026-W10/payments/react/", {"reaction": "act"})
    assert Receipt.objects.get().reaction == "act"
    pressed = re.findall(r'aria-pressed="(\w+)"', pat.get("/digests/2026-W10/payments/").content.decode())
    assert sorted(pressed) == ["false", "false", "true"]
    pat.post("/digests/2026-W10/payments/react/", {"reaction": ""})
    assert Receipt.objects.get().reacted_at is None
    pat.post("/digests/2026-W10/payments/react/", {"reaction": "shout"})
    assert Receipt.objects.get().reaction == ""


def test_a_draft_leaves_no_receipt_and_is_no_partners(cast: Cast, themes: dict[str, Theme]) -> None:
    issuing.draft("payments", MONDAY)
    assert cast.client("erin").get("/digests/2026-W10/payments/").status_code == 200
    assert cast.client("pat").get("/digests/2026-W10/payments/").status_code == 404
    assert not Receipt.objects.exists()


# The command


@pytest.fixture
def printed(themes: dict[str, Theme]) -> Iterator[StringIO]:
    yield StringIO()


def test_the_command_prints_the_letter_in_three_forms(cast: Cast, themes: dict[str, Theme], printed: StringIO) -> None:
    told(themes)
    call_command("digest", "--week", "2026-W10", "--area", "payments", stdout=printed)
    assert "Payouts: 40 messages" in printed.getvalue() and "STATUS OF PREVIOUS ASKS" in printed.getvalue()
    html, data = StringIO(), StringIO()
    call_command("digest", "--week", "2026-W10", "--area", "payments", "--format", "html", stdout=html)
    assert html.getvalue().startswith("<!doctype html>")
    call_command("digest", "--week", "2026-W10", "--area", "payments", "--format", "json", stdout=data)
    assert json.loads(data.getvalue())["themes"][0]["n"] == 40
    assert not Digest.objects.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--week", "last"], "'last' is not a week; try 2026-W47"), (["--area", "space"], "no product area 'space'")],
)
def test_the_command_says_what_was_wrong(themes: dict[str, Theme], options: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says) as caught:
        call_command("digest", *options)
    assert caught.value.returncode == 2


def test_the_insight_is_untouched_by_its_letter(cast: Cast, themes: dict[str, Theme]) -> None:
    ask_of(cast, themes, days_ago=2)
    before = Insight.objects.values().get()
    approved(cast)
    assert Insight.objects.values().get() == before
