"""Importing people and shifts: what comes in, what is refused, and that nothing comes in by half."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from time import monotonic

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from ops_dashboard.metrics.models import StaleCell
from ops_dashboard.people.models import Agent, Membership, Team, User, Vendor
from ops_dashboard.people.roles import Role, scope_for
from tests.workforce.rostering import MONDAY, make_team, published, shift
from workforce.import_files import read
from workforce.imports import Outcome, sorted_kinds, take_in
from workforce.management.commands.import_roster import SCOPE
from workforce.models import (
    Activity,
    AgentSkill,
    Contract,
    Rate,
    RosterVersion,
    Shift,
    ShiftSegment,
    ShiftTemplate,
)
from workforce.workbook_parts import MOST_ROWS, MOST_UNPACKED, BadFile, judge

pytestmark = pytest.mark.django_db
AGENTS = (
    "agent,name,team,valid_from,valid_to\n"
    "ada-l,Ada L.,payments,2026-01-01,\n"
    "ben-k,Ben K.,payments,2026-02-01,2026-06-01\n"
)
SHIFTS = (
    "agent,team,date,start,end,activities\n"
    "ada,payments,2026-03-23,09:00,17:00,12:00-12:30 lunch; 15:00-15:15 break\n"
    "ben,payments,2026-03-23,22:00,06:00,02:00-02:30 lunch\n"
)


@pytest.fixture(autouse=True)
def team() -> Team:
    return make_team()[0]


def take(text: str | bytes, *, kind: str = "", name: str = "file.csv", dry_run: bool = False) -> Outcome:
    content = text.encode() if isinstance(text, str) else text
    return take_in(sorted_kinds(read(name, content), kind=kind), scope=SCOPE, dry_run=dry_run)


def problems(outcome: Outcome) -> list[tuple[int, str]]:
    return [(problem.line, problem.field) for problem in outcome.problems]


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stored = io.BytesIO()
    made.save(stored)
    return stored.getvalue()


def test_agents_come_in_and_twice_changes_nothing() -> None:
    first, second = take(AGENTS), take(AGENTS)
    assert first.document()["kinds"] == {"agents": {"added": 2, "changed": 0, "unchanged": 0}}
    assert second.document()["kinds"] == {"agents": {"added": 0, "changed": 0, "unchanged": 2}}
    ben = Membership.objects.get(agent__slug="ben-k")
    assert (ben.team.slug, ben.valid_from, ben.valid_to) == ("payments", date(2026, 2, 1), date(2026, 6, 1))


ORGANISATION = {
    "Sites": [["site", "name", "zone"], ["porto", "Porto", "Europe/Lisbon"]],
    "Vendors": [["vendor", "name"], ["acme", "Acme"]],
    "Teams": [
        ["team", "name", "site", "vendor", "support_function"],
        ["night", "Night", "porto", "acme", "Safety"],
        ["payments", "Payments", "", "acme", ""],
    ],
}


def test_a_whole_organisation_comes_from_one_workbook_whatever_the_order_of_its_sheets() -> None:
    people: list[Sequence[object]] = [
        ["agent", "name", "team", "valid_from"],
        ["noor-n", "Noor N.", "night", date(2026, 1, 1)],
    ]
    content = book(Agents=people, **dict(reversed(ORGANISATION.items())))
    assert take(content, name="people.xlsx").document()["kinds"] == {
        "sites": {"added": 1, "changed": 0, "unchanged": 0},
        "vendors": {"added": 1, "changed": 0, "unchanged": 0},
        "teams": {"added": 1, "changed": 1, "unchanged": 0},
        "agents": {"added": 1, "changed": 0, "unchanged": 0},
    }
    assert take(content, name="people.xlsx").total("unchanged") == 5
    told = Team.objects.order_by("slug").values_list("slug", "site__zone", "vendor__name", "support_function")
    assert list(told) == [
        ("night", "Europe/Lisbon", "Acme", "Safety"), ("payments", "Europe/Warsaw", "Acme", ""),  # an empty site stays
    ]  # fmt: skip
    assert Membership.objects.get(agent__slug="noor-n").team.slug == "night"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("site,name,zone\nmars,Mars,Mars/Olympus\n", [(2, "zone")]),
        (f"vendor,name\n{'v' * 51},Acme\nacme,{'A' * 81}\n", [(2, "vendor"), (3, "name")]),
        ("team,name,vendor\nnight,Night,acme\n", [(2, "vendor")]),
        ("team,name,site\nnight,=cmd(),nowhere\n", [(2, "name")]),
    ],
)
def test_an_organisation_that_is_wrong_is_refused_with_line_and_field(text: str, wrong: list[tuple[int, str]]) -> None:
    before = Team.objects.count()
    assert problems(take(text)) == wrong
    assert (Vendor.objects.count(), Team.objects.count()) == (0, before)


ACTIVITIES = (
    "activity,name,kind,paid,staffed,shrinkage\n"
    "huddle,Huddle,meeting,yes,no,internal\n"
    "escalations,Escalations,work,yes,yes,\n"
)
TEMPLATES = (
    "template,name,team,start,end,activities\n"
    "late,Late,payments,14:00,22:30,18:00-18:30 lunch; 15:00-15:20 huddle\n"
    "night,Night,,22:00,06:00,02:00-02:30 lunch\n"
)


def test_activities_and_templates_come_in_and_twice_changes_nothing(team: Team) -> None:
    assert take(ACTIVITIES).total("added") == take(TEMPLATES).total("added") == 2
    assert take(ACTIVITIES).total("unchanged") == take(TEMPLATES).total("unchanged") == 2
    told = Activity.objects.get(slug="escalations")
    assert (told.kind, told.is_paid, told.is_productive, told.shrinkage) == ("work", True, True, "")
    late, night = ShiftTemplate.objects.get(slug="late"), ShiftTemplate.objects.get(slug="night")
    assert (late.team == team, late.starts, late.minutes) == (True, time(14), 510)
    assert late.segments == [[60, 20, "huddle"], [240, 30, "lunch"]]
    assert (night.team, night.minutes, night.segments) == (None, 480, [[240, 30, "lunch"]])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("activity,name,kind,paid,staffed\nnap,Nap,sleep,y,no\n", [(2, "kind"), (2, "paid")]),
        ("activity,name,kind,paid,staffed\nnap,Nap,break,no,yes\n", [(2, "staffed")]),
        ("activity,name,kind,paid,staffed\nwork,Work,work,no,yes\n", [(2, "activity")]),
        ("template,name,start,end\nlate,Late,14:00,14:10\n", [(2, "end")]),
        ("template,name,start,end,activities\nlate,Late,14:00,22:00,13:00-14:30 lunch\n", [(2, "activities")]),
        ("template,name,start,end,activities\nlate,Late,14:00,22:00,15:00-16:00 nap\n", [(2, "activities")]),
        (
            "template,name,start,end,activities\nlate,Late,14:00,22:00,15:00-16:00 lunch; 15:30-15:40 break\n",
            [(2, "activities")],
        ),
    ],
)
def test_activities_and_templates_that_are_wrong_are_refused(text: str, wrong: list[tuple[int, str]]) -> None:
    assert problems(take(text)) == wrong
    assert not ShiftTemplate.objects.exists()


def test_a_team_of_another_vendor_in_a_file_is_priced_anew() -> None:
    team, people = make_team("creators", "cem")
    published(team, shift(people["cem"], MONDAY))
    vendor = Vendor.objects.create(slug="acme", name="Acme")
    Rate.objects.create(vendor=vendor, minor_an_hour=1250, valid_from=date(2026, 1, 1))
    StaleCell.objects.all().delete()
    assert take("team,name,vendor\ncreators,Creators,acme\n").total("changed") == 1
    assert (MONDAY, team.pk) in StaleCell.objects.filter(source="rostered").values_list("day", "team")


def test_a_lead_imports_people_but_not_what_they_are_sorted_by(team: Team) -> None:
    lead = User.objects.create(username="lead", role=Role.TEAM_LEAD)
    lead.teams.set([team])
    for kind in ORGANISATION:
        rows = ORGANISATION[kind][:2]
        table = read("file.csv", "\n".join(",".join(row) for row in rows).encode())
        told = take_in(sorted_kinds(table), scope=scope_for(lead))
        assert [(p.line, p.reason) for p in told.problems] == [(1, f"your role does not write {kind.lower()}")]
    assert not Vendor.objects.exists()


def test_a_move_ends_the_membership_before_it_whatever_the_order_of_the_rows() -> None:
    Team.objects.create(slug="chat", name="Chat")
    told = "agent,name,team,valid_from\neve-m,Eve M.,chat,2026-03-01\neve-m,Eve M.,payments,2026-01-01\n"
    take(told)
    assert take(told).total("unchanged") == 2
    rows = Membership.objects.filter(agent__slug="eve-m").order_by("valid_from")
    assert [(row.team.slug, row.valid_from, row.valid_to) for row in rows] == [
        ("payments", date(2026, 1, 1), date(2026, 3, 1)), ("chat", date(2026, 3, 1), None),
    ]  # fmt: skip


def test_skills_contracts_and_rates_come_from_one_workbook_with_real_dates() -> None:
    Vendor.objects.create(slug="acme", name="Acme")
    content = book(
        Skills=[["agent", "skill", "level", "valid_from"], ["ada", "german", 4, date(2026, 1, 1)]],
        Contracts=[
            ["agent", "type", "hours_a_week", "days_a_week", "zone", "valid_from"],
            ["ada", "part-time", 22.5, 3, "Europe/Warsaw", datetime.combine(date(2026, 5, 1), time())],
        ],
        Rates=[
            ["vendor", "amount", "currency", "basis", "valid_from"],
            ["acme", 12.4, "EUR", "productive", date(2026, 1, 1)],
        ],
    )
    assert take(content, name="people.xlsx").total("added") == 3
    assert take(content, name="people.xlsx").total("unchanged") == 3
    assert AgentSkill.objects.get().level == 4
    contract = Contract.objects.get(agent__slug="ada", valid_to=None)
    assert (contract.week_minutes, contract.days_a_week, contract.valid_from) == (1350, 3, date(2026, 5, 1))
    assert Contract.objects.get(agent__slug="ada", valid_from=date(2026, 1, 1)).valid_to == date(2026, 5, 1)
    rate = Rate.objects.get()
    assert (rate.minor_an_hour, rate.currency, rate.basis) == (1240, "EUR", "productive")


def test_shifts_come_into_a_draft_on_the_clock_of_the_agent() -> None:
    assert take(SHIFTS).total("added") == 2
    assert take(SHIFTS).total("unchanged") == 2
    assert RosterVersion.objects.get().state == "draft"
    night = Shift.objects.get(agent__slug="ben")
    assert (f"{night.start_at:%d %H:%M}", f"{night.end_at:%d %H:%M}") == ("23 21:00", "24 05:00")
    told = [
        (p.activity.slug, f"{p.start_at:%d %H:%M}")
        for p in ShiftSegment.objects.filter(shift=night).order_by("start_at")
    ]
    assert told == [("work", "23 21:00"), ("lunch", "24 01:00"), ("work", "24 01:30")]


def test_times_may_be_real_times_of_a_workbook() -> None:
    rows: list[list[object]] = [
        ["agent", "team", "date", "start", "end"],
        ["ada", "payments", MONDAY, time(9), time(17, 30)],
    ]
    assert take(book(shifts=rows), name="s.xlsx").total("added") == 1
    assert f"{Shift.objects.get().end_at:%H:%M}" == "16:30"


def test_one_wrong_row_keeps_all_rows_out_and_every_wrong_field_is_named() -> None:
    told = (
        AGENTS + "Carl,=2+5,nowhere,23.03.2026,\n"
        "dan-o,Dan O.,nowhere,2026-01-01,2025-01-01\nfay-p,Fay P.,nowhere,2026-01-01,\n"
    )
    outcome = take(told)
    assert problems(outcome) == [(4, "agent"), (4, "name"), (4, "valid_from"), (5, "valid_to"), (6, "team")]
    assert not outcome.taken
    assert not Agent.objects.filter(slug="ada-l").exists()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("ada,payments,2026-03-23,9am,17:00,", "start"),
        ("ada,payments,2026-03-23,09:00,24:00,", "end"),
        ("ada,payments,03/23/2026,09:00,17:00,", "date"),
        ("ada,payments,2026-02-30,09:00,17:00,", "date"),
        ("ada,payments,,09:00,17:00,", "date"),
        ("ada,payments,2026-03-23,09:00,17:00,lunch at noon", "activities"),
        ("ada,payments,2026-03-23,09:00,17:00,12:00-12:30 siesta", "activities"),
        ("ada,payments,2026-03-23,09:00,17:00,18:00-18:30 lunch", "activities"),
        ("zed,payments,2026-03-23,09:00,17:00,", "agent"),
        ("ada,nowhere,2026-03-23,09:00,17:00,", "team"),
        ("ada,payments,2026-03-23,16:00,18:00,", "start"),  # overlaps the row before
    ],
)
def test_a_wrong_shift_is_named_by_line_and_field(row: str, field: str) -> None:
    first = "agent,team,date,start,end,activities\nada,payments,2026-03-23,08:00,17:00,\n"
    assert problems(take(first + row + "\n")) == [(3, field)]
    assert not Shift.objects.exists()


def test_a_dry_run_takes_nothing_in() -> None:
    outcome = take(AGENTS, dry_run=True)
    assert (outcome.total("added"), outcome.taken) == (2, False)
    assert not Agent.objects.filter(slug="ada-l").exists()


def test_unknown_and_missing_columns_are_named() -> None:
    assert problems(take("agent,name,team\na,b,c\n", kind="agents")) == [(1, "valid_from")]
    told = "agent,name,team,valid_from,salary\nada-l,Ada,payments,2026-01-01,1\n"
    assert problems(take(told, kind="agents")) == [(1, "salary")]


def with_part(content: bytes, name: str, text: bytes) -> bytes:
    stored = io.BytesIO(content)
    with zipfile.ZipFile(stored, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return stored.getvalue()


def merged_cells() -> bytes:
    made = openpyxl.load_workbook(
        io.BytesIO(book(agents=[["agent", "name", "team", "valid_from"], ["a", "b", "c", "d"]]))
    )
    made.active.merge_cells("A1:B1")
    stored = io.BytesIO()
    made.save(stored)
    return stored.getvalue()


def far_row() -> bytes:
    made = openpyxl.load_workbook(io.BytesIO(book(agents=[["agent", "name", "team", "valid_from"]])))
    made.active["A60000"] = "ada"
    stored = io.BytesIO()
    made.save(stored)
    return stored.getvalue()


PLAIN = book(agents=[["agent", "name", "team", "valid_from"]])
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"  \n", "is empty"),
    "latin 1": ("agent,name\nada,Zoë\n".encode("latin-1"), "line 2: not UTF-8"),
    "zero bytes": (b"agent,name\nada,A\x00b\n", "line 2: a zero byte"),
    "open quote": (b'agent,name\nada,"Ada\n', "line 2"),
    "too many values": (b"agent,name\nada,Ada,more\n", "line 2: 3 values under 2 heads"),
    "doubled head": (b"agent,agent\nada,Ada\n", "two columns"),
    "a long cell": (b"agent,name\nada," + b"x" * 500 + b"\n", "more than 400 characters"),
    "too many rows": (b"agent\n" + b"a\n" * (MOST_ROWS + 2), "more than 50,000 rows"),
    "too large": (b"a" * 10_000_001, "at most 10,000,000"),
    "only heads": (b"agent,name,team,valid_from\n", "no rows"),
    "strange heads": (b"one,two\n1,2\n", "not the columns"),
    "a broken zip": (PLAIN[:200], "broken zip"),
    "a zip of something else": (with_part(b"", "hello.txt", b"hi") or b"", "no workbook"),
    "a far row": (far_row(), "A60000 lies beyond"),
    "a bomb": (with_part(PLAIN, "xl/media/bomb.xml", b"0" * (MOST_UNPACKED + 1)), "unpacks to"),
    "entities": (with_part(PLAIN, "xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "entities"),
    "entities in UTF-16": (
        with_part(PLAIN, "xl/evil.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")),
        "evil.xml: is not UTF-8",
    ),
    "entities in another alphabet": (
        with_part(PLAIN, "xl/evil.rels", b"<?xml version='1.0' encoding='cp037'?>" + "<!DOCTYPE x>".encode("cp037")),
        "evil.rels: is not UTF-8",
    ),
    "a row of a million cells": (
        with_part(PLAIN, "xl/rows.dat", b"<worksheet><sheetData><row>" + b"<c/>" * 1_000_000 + b"</row></sheetData>"),
        "rows.dat: more than 50,000 rows, or a row that is too long",
    ),
    "a million empty rows": (
        with_part(PLAIN, "xl/rows.dat", b"<x:worksheet><x:sheetData>" + b"<x:row/>" * 1_000_000),
        "rows.dat: more than 50,000 rows",
    ),
    "a million marks before the rows": (
        with_part(PLAIN, "xl/rows.dat", b"<worksheet>" + b"<a/>" * 1_000_000 + b"<sheetData><row/>"),
        "rows.dat: more than 50,000 rows, or a row that is too long",
    ),
    "a million texts": (with_part(PLAIN, "xl/texts.dat", b"<sst>" + b"<si/>" * 1_000_000), "texts.dat: too many texts"),
    "a million styles": (with_part(PLAIN, "xl/styles.dat", b"<styleSheet>" + b"<xf/>" * 1_000_000), "1,000,001 marks"),
    "a merged range elsewhere": (
        with_part(PLAIN, "evil.dat", b'<worksheet><sheetData/><mergeCell x="" ref="A1:B2"/>'),
        "A1:B2 are merged",
    ),
    "macros": (with_part(PLAIN, "xl/vbaProject.bin", b"x"), "macros"),
    "a formula": (
        book(
            agents=[
                ["agent", "name", "team", "valid_from"],
                ["ada-l", '=HYPERLINK("http://x")', "payments", date(2026, 1, 1)],
            ]
        ),
        "B2: a formula",
    ),
    "merged cells": (merged_cells(), "A1:B1 are merged"),
    "a far cell": (book(agents=[["agent", *[None] * 60, "x"]]), "BJ1 lies beyond 40 columns"),
}


@pytest.mark.parametrize("mark", [b"<c ", b"<mergeCell ", b"<row", b"<" + b"a" * 40, b"<?xml "])
def test_no_search_of_a_part_takes_longer_than_the_part_is_long(mark: bytes) -> None:
    part = b"<worksheet><sheetData><row/>" + mark * (300_000 // len(mark))
    started = monotonic()
    judge("file", with_part(PLAIN, "xl/rows.dat", part))
    assert monotonic() - started < 2


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_as_a_whole_with_its_reason(case: str) -> None:
    content, words = HOSTILE[case]
    with pytest.raises(BadFile, match=words):
        sorted_kinds(read("file", content))


def test_semicolons_marks_and_utf_16_are_read() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        (table,) = read("f.csv", "agent;name\r\nada;Zoë\r\n".encode(encoding))
        assert table.records[0].cells == {"agent": "ada", "name": "Zoë"}


def test_the_command_tells_and_exits_by_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(AGENTS)
    bad.write_text(AGENTS.replace("payments", "nowhere"))
    call_command("import_roster", str(good), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["taken"] is False
    call_command("import_roster", str(good), "--json")
    assert json.loads(capsys.readouterr().out)["kinds"]["agents"]["added"] == 2
    with pytest.raises(CommandError) as wrong:
        call_command("import_roster", str(bad), "--json")
    assert wrong.value.returncode == 1
    assert json.loads(capsys.readouterr().out)["problems"][0] == {
        "kind": "agents", "line": 2, "field": "team", "reason": "there is no 'nowhere'",
    }  # fmt: skip
    with pytest.raises(CommandError) as absent:
        call_command("import_roster", str(tmp_path / "none.csv"))
    assert absent.value.returncode == 2


def client(role: Role, *teams: Team) -> Client:
    user = User.objects.create(username="reader", role=role)
    user.teams.set(teams)
    made = Client()
    made.force_login(user)
    return made


def upload(text: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("f.csv", text.encode())}


def test_the_page_shows_what_would_come_in_and_takes_just_that_in() -> None:
    planner = client(Role.PLANNER)
    look = planner.post("/roster/import/", upload(SHIFTS))
    assert not Shift.objects.exists()
    answer = planner.post("/roster/import/", {"rows": look.context["rows"]}, follow=True)
    assert "2 added" in answer.content.decode()
    assert Shift.objects.count() == 2


def test_the_page_names_what_is_wrong_and_offers_no_way_on() -> None:
    look = client(Role.PLANNER).post("/roster/import/", upload(SHIFTS.replace("09:00", "nine")))
    assert look.status_code == 422
    assert "is no time; write 09:30" in look.content.decode()
    assert "Take it in" not in look.content.decode()


def test_rows_that_somebody_else_looked_at_or_made_up_are_refused() -> None:
    planner = client(Role.PLANNER)
    rows = planner.post("/roster/import/", upload(SHIFTS)).context["rows"]
    User.objects.update(username="renamed")
    for told in (rows, rows[:-2] + "xx"):
        assert planner.post("/roster/import/", {"rows": told}).status_code == 422
    assert not Shift.objects.exists()


@pytest.mark.parametrize("hours", ["1e999999", "NaN", "-5", "0", "169", "9" * 300, "37.123"])
def test_what_is_no_number_of_hours_is_named(hours: str) -> None:
    contract = f"agent,type,hours_a_week,days_a_week,zone,valid_from\nada,full,{hours},5,UTC,2026-03-23\n"
    assert problems(take(contract)) == [(2, "hours_a_week")]


def test_a_lead_takes_nobody_from_another_team(team: Team) -> None:
    """ada works in Payments since the year began; the lead of another team names her, then once she has left it."""
    other = Team.objects.create(slug="other", name="Other")
    lead = client(Role.TEAM_LEAD, other)
    taken = "agent,name,team,valid_from\nada,Mine,other,2026-03-23\n"
    look = lead.post("/roster/import/", upload(taken))
    assert (look.status_code, "a team that is not yours" in look.content.decode()) == (422, True)
    lead.post("/roster/import/", {"rows": look.context.get("rows", "")})
    assert list(Membership.objects.filter(agent__slug="ada").values_list("team__slug", flat=True)) == ["payments"]
    assert Agent.objects.get(slug="ada").name == "Ada"
    Membership.objects.filter(agent__slug="ada").update(valid_to=date(2026, 3, 23))
    assert lead.post("/roster/import/", upload(taken)).status_code == 200


def test_a_lead_writes_no_contract_of_somebody_who_has_left(team: Team) -> None:
    lead = client(Role.TEAM_LEAD, team)
    contract = "agent,type,hours_a_week,days_a_week,zone,valid_from\nada,full,40,5,Europe/Warsaw,2026-03-23\n"
    assert lead.post("/roster/import/", upload(contract)).status_code == 200
    Membership.objects.filter(agent__slug="ada").update(valid_to=date(2026, 2, 1))
    assert "there is no &#x27;ada&#x27;" in lead.post("/roster/import/", upload(contract)).content.decode()


def test_a_lead_brings_in_only_the_own_teams_and_no_rates(team: Team) -> None:
    other, _ = make_team("chat", "zoe")
    lead = client(Role.TEAM_LEAD, other)
    assert "there is no &#x27;payments&#x27;" in lead.post("/roster/import/", upload(SHIFTS)).content.decode()
    rates = "team,amount,currency,basis,valid_from\nchat,10,USD,paid,2026-01-01\n"
    assert "does not set rates" in lead.post("/roster/import/", upload(rates)).content.decode()
    skills = "agent,skill,level,valid_from\nada,german,3,2026-01-01\n"
    assert "there is no &#x27;ada&#x27;" in lead.post("/roster/import/", upload(skills)).content.decode()
