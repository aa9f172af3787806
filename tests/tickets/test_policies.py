import json
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ops_dashboard.people.models import AuditEntry
from tests.tickets.drafting import STORY, all_facts, draft, take
from tickets.models import BusinessCalendar, Promise, SlaPolicy, Ticket
from tickets.policies import load
from tickets.policy_file import BadPolicyFile, parse
from tickets.policy_versions import in_force
from tickets.vocabulary import PromiseKind, PromiseState, Status

pytestmark = pytest.mark.django_db

FILE: dict[str, Any] = {
    "calendars": [{"name": "office", "timezone": "Europe/London", "weekly": {"mon": [["09:00", "17:00"]]}}],
    "policies": [
        {
            "name": "standard",
            "order": 1,
            "conditions": {"channel": ["Email"], "priority": [], "team": ["red", "blue"], "source": ["helpdesk"]},
            "calendar": "office",
            "targets": [
                {"kind": "first_reply", "priority": "High", "seconds": 600, "clock": "calendar"},
                {"kind": "resolution", "priority": None, "seconds": 28800, "pauses_in": ["pending"]},
            ],
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """FILE with one value replaced; `path` like policies.0.order, and ... removes it."""
    document = deepcopy(FILE)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = document
    for part in parents:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def load_file(path: Path, document: dict[str, Any], *options: str) -> dict[str, Any]:
    path.write_text(json.dumps(document))
    out = StringIO()
    call_command("load_policies", path, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("calendars.0.timezone", "Mars/Base", "calendars[0].timezone: 'Mars/Base' is not an IANA zone"),
        ("calendars.0.weekly", {"mon": [["25:00", "26:00"]]}, "calendars[0].weekly.mon: '25:00' is not a time"),
        ("calendars.0.holidays", ["25 Dec"], "calendars[0].holidays: '25 Dec' is not a date"),
        ("calendars.0.name", ..., "calendars[0].name: is missing"),
        ("calendars.0.tz", "UTC", "calendars[0].tz: is not known here"),
        ("policies.0.calendar", "nowhere", "policies[0].calendar: there is no calendar 'nowhere'"),
        ("policies.0.order", "1", "policies[0].order: '1' is not a whole number"),
        ("policies.0.order", ..., "policies[0].order: is missing"),
        ("policies.0.conditions", {"mood": ["bad"]}, "policies[0].conditions.mood: is not known here"),
        ("policies.0.conditions", {"team": "red"}, "policies[0].conditions.team: is not a list of words"),
        ("policies.0.targets", [], "policies[0].targets: is not a list of targets"),
        (
            "policies.0.targets.1.kind",
            "last_reply",
            "policies[0].targets[1].kind: 'last_reply' is not one of first_reply",
        ),
        ("policies.0.targets.0.seconds", 0, "policies[0].targets[0].seconds: 0 is not a whole number from 1"),
        ("policies.0.targets.0.seconds", True, "policies[0].targets[0].seconds: True is not a whole number"),
        ("policies.0.targets.0.seconds", 1.5, "policies[0].targets[0].seconds: 1.5 is not a whole number"),
        ("policies.0.targets.0.clock", "wall", "policies[0].targets[0].clock: 'wall' is not one of business, calendar"),
        ("policies.0.targets.0.pauses_in", ["closed"], "policies[0].targets[0].pauses_in: 'closed' is not one of new"),
        ("policies.0.targets.0.boundary", "open", "policies[0].targets[0].boundary: 'open' is not one of close"),
        ("policies.0.targets.0.priority", 3, "policies[0].targets[0].priority: 3 is neither a word nor null"),
        ("policies", {}, "policies: is not a list"),
        ("rules", [], "the file.rules: is not known here"),
    ],
)
def test_what_is_wrong_with_a_policy_file_is_named_by_its_place(path: str, value: Any, message: str) -> None:
    with pytest.raises(BadPolicyFile) as caught:
        parse(changed(path, value))
    assert str(caught.value).startswith(message)


def test_a_name_or_a_target_may_not_stand_there_twice() -> None:
    document = deepcopy(FILE)
    document["policies"][0]["targets"].append({"kind": "first_reply", "priority": "high", "seconds": 1})
    with pytest.raises(BadPolicyFile, match="a second first_reply target for priority high"):
        parse(document)
    with pytest.raises(BadPolicyFile, match="'office' stands there twice"):
        parse(FILE | {"calendars": 2 * FILE["calendars"]})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "the file: is not an object"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_wrong_usage(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=message) as caught:
        call_command("load_policies", path)
    assert caught.value.returncode == 2


def test_the_first_version_counts_since_ever_and_the_same_file_again_makes_none(tmp_path: Path) -> None:
    assert load_file(tmp_path / "p.json", FILE) == {
        "calendars": ["office"], "policies": ["standard"], "unchanged": 0, "tickets": 0,
    }  # fmt: skip
    assert load_file(tmp_path / "p.json", FILE)["unchanged"] == 2
    policy, calendar = SlaPolicy.objects.get(), BusinessCalendar.objects.get()
    assert (policy.version, policy.valid_from, policy.valid_to, policy.order) == (1, None, None, 1)
    assert (calendar.version, calendar.valid_from, calendar.valid_to) == (1, None, None)


def test_a_definition_that_only_spells_out_defaults_is_the_same(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    assert load_file(tmp_path / "p.json", changed("policies.0.targets.0.boundary", "close"))["policies"] == []


def test_a_changed_policy_counts_from_now_on(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    take(STORY)
    before = all_facts()
    told = load_file(tmp_path / "p.json", changed("policies.0.targets.1.seconds", 60))
    assert (told["policies"], told["calendars"], told["tickets"]) == (["standard"], [], 0)
    old, new = SlaPolicy.objects.order_by("version")
    assert old.valid_to == new.valid_from is not None
    assert new.valid_to is None
    assert all_facts() == before


def test_a_restatement_counts_since_ever_judges_again_and_is_audited(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    take(STORY)
    assert Promise.objects.get(kind=PromiseKind.RESOLUTION).state == PromiseState.MET
    told = load_file(tmp_path / "p.json", changed("policies.0.targets.1.seconds", 60), "--restate")
    assert told["tickets"] == 1
    promise = Promise.objects.get(kind=PromiseKind.RESOLUTION)
    assert (promise.state, promise.target_s) == (PromiseState.MISSED, 60)
    old, new = SlaPolicy.objects.order_by("version")
    assert (old.is_retired, new.is_retired, new.valid_from, new.pk) == (True, False, None, promise.policy)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.detail["policies"]) == ("policies_restated", ["standard"])


def test_no_rebuild_leaves_promises_as_they_are(tmp_path: Path) -> None:
    take(STORY)
    assert load_file(tmp_path / "p.json", FILE, "--no-rebuild")["tickets"] == 0
    assert Promise.objects.count() == 0
    call_command("rebuild_facts", "--json", stdout=StringIO())
    assert Promise.objects.count() == 2


def test_policies_that_the_file_does_not_name_stay(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    load_file(tmp_path / "p.json", {"policies": [FILE["policies"][0] | {"name": "other"}]})
    assert {row.name: row.valid_to for row in SlaPolicy.objects.all()} == {"standard": None, "other": None}


def test_a_new_calendar_version_judges_the_backlog_again(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    take([*STORY, draft("ticket_created", 0, ticket="T2", team="red", channel="email")])
    told = load_file(tmp_path / "p.json", changed("calendars.0.holidays", ["2026-03-03"]))
    assert (told["calendars"], told["tickets"]) == (["office"], 1)
    assert in_force().versions[0][1].tolist() == list(BusinessCalendar.objects.values_list("pk", flat=True))


def test_a_policy_may_take_the_last_version_of_its_calendar_for_all_time(tmp_path: Path) -> None:
    """Four hours from Monday 15:00: until Tuesday 11:00 by the first version, Monday 19:00 by the one of today."""
    four_hours = [{"kind": "first_reply", "seconds": 4 * 3600}]
    lasting = {"name": "lasting", "order": 1, "calendar": "shop", "calendar_versions": "last", "targets": four_hours}
    each = {"name": "each", "order": 2, "calendar": "shop", "targets": four_hours}
    policies = [lasting | {"conditions": {"channel": ["email"]}}, each]
    days = {"mon": [["09:00", "17:00"]], "tue": [["09:00", "17:00"]]}
    shop = {"name": "shop", "timezone": "UTC", "weekly": days}
    load_file(tmp_path / "p.json", {"calendars": [shop], "policies": policies})
    take([draft("ticket_created", 360, ticket=channel, channel=channel) for channel in ("email", "chat")])

    def due() -> dict[str, str]:
        refs = dict(Ticket.objects.values_list("id", "ref"))
        found = Promise.objects.filter(kind=PromiseKind.FIRST_REPLY).values_list("ticket", "due_at")
        return {refs[ticket]: f"{at:%a %H:%M}" for ticket, at in found}

    assert due() == {"email": "Tue 11:00", "chat": "Tue 11:00"}
    longer = shop | {"weekly": {"mon": [["09:00", "20:00"]]}}
    assert load_file(tmp_path / "p.json", {"calendars": [longer]})["tickets"] == 2
    assert due() == {"email": "Mon 19:00", "chat": "Tue 11:00"}
    newest = BusinessCalendar.objects.latest("version")
    assert list(Promise.objects.filter(calendar=newest.pk).values_list("ticket", flat=True)) == [
        Ticket.objects.get(ref="email").pk
    ]
    assert load_file(tmp_path / "p.json", {"calendars": [longer], "policies": policies})["unchanged"] == 3


def test_words_of_a_policy_mean_the_codes_that_intake_gave_them(tmp_path: Path) -> None:
    load_file(tmp_path / "p.json", FILE)
    assert [target.kind for target in in_force().policies[0].targets] == [PromiseKind.RESOLUTION]
    take(STORY)
    levels = in_force()
    ticket = Promise.objects.filter(kind=PromiseKind.FIRST_REPLY).get()
    assert [target.priority for target in levels.policies[0].targets] == [ticket.priority, None]
    assert levels.policies[0].conditions["channel"] == {ticket.channel}
    assert levels.policies[0].targets[1].pauses_in == {Status.PENDING}


def test_two_loads_within_a_second_leave_no_version_that_never_counted() -> None:
    for seconds in (60, 120, 180):
        load(parse(changed("policies.0.targets.1.seconds", seconds)), by="a test")
    live = SlaPolicy.objects.filter(is_retired=False).order_by("version")
    assert [row.definition["targets"][1]["seconds"] for row in live][-1] == 180
    assert all(row.valid_from != row.valid_to or row.valid_to is None for row in live)
