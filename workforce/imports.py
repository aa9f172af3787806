"""Importing an organisation, its people and their shifts: every row is checked, and all are taken in or none.

`check` does it all in a transaction that it takes back, so a preview promises what taking in does.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction

from ops_dashboard.metrics.query import today
from ops_dashboard.people import audit
from ops_dashboard.people.dated import ends_after
from ops_dashboard.people.models import Agent, Membership, Site, Team, Vendor
from ops_dashboard.people.roles import Scope
from workforce import organisation, roster_rows, rosters, staff
from workforce.activities import PLAIN, clash, ensured, is_counted
from workforce.import_fields import KINDS, BadValue, kind_of
from workforce.import_files import Record, Table
from workforce.models import Activity, Contract, ContractType, RosterVersion, Shift, ShiftTemplate
from workforce.pattern_words import Parts, length, segments_of
from workforce.price_marks import repricing
from workforce.roster_acts import span
from workforce.shift_changes import BadShift, Segment, Told, monday, with_activity
from workforce.wall_time import BadPattern
from workforce.workbook_parts import BadFile

MOST_PROBLEMS = 200
OF_EVERYBODY = ("sites", "vendors", "teams", "activities", "templates")  # planners write them
Values = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row, by line and field."""

    kind: str
    line: int
    field: str
    reason: str


@dataclass
class Outcome:
    """How many rows of each kind were added, changed or known already; and what is wrong."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    taken: bool = False

    def count(self, kind: str, what: str) -> None:
        self.counts.setdefault(kind, Counter())[what] += 1

    def total(self, what: str) -> int:
        return sum(counts[what] for counts in self.counts.values())

    def document(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "taken": self.taken,
            "kinds": {
                kind: {what: counts[what] for what in (staff.ADDED, staff.CHANGED, staff.UNCHANGED)}
                for kind, counts in self.counts.items()
            },
            "problems": [vars(problem) for problem in self.problems],
        }


def sorted_kinds(tables: Iterable[Table], *, kind: str = "") -> list[tuple[str, Table]]:
    """Each table with its kind, people before what refers to them. BadFile."""
    told = []
    for table in tables:
        if not table.records:
            continue
        found = kind or kind_of(table.name, table.heads)
        if found is None:
            known = "; ".join(
                f"{name}: {', '.join(n for n, f in fields.items() if f.is_needed)}" for name, fields in KINDS.items()
            )
            raise BadFile(f"'{', '.join(table.heads)}' are not the columns of one kind of rows. There are {known}")
        told.append((found, table))
    if not told:
        raise BadFile("there are no rows under the heads")
    return sorted(told, key=lambda pair: list(KINDS).index(pair[0]))


def take_in(tables: Sequence[tuple[str, Table]], *, scope: Scope, dry_run: bool = False) -> Outcome:
    """Take in every row, or none when one is wrong or it is a dry run."""
    outcome = Outcome()
    with transaction.atomic():
        with repricing():
            for kind, table in tables:
                _take_table(kind, table, scope, outcome)
        outcome.taken = not outcome.problems and not dry_run
        if outcome.taken:
            audit.record(
                scope.username, "roster_imported", ", ".join(kind for kind, _ in tables), added=outcome.total("added")
            )
        transaction.set_rollback(not outcome.taken)
    return outcome


def _take_table(kind: str, table: Table, scope: Scope, outcome: Outcome) -> None:
    fields = KINDS[kind]
    if missing := [name for name, told in fields.items() if told.is_needed and name not in table.heads]:
        outcome.problems.append(Problem(kind, 1, missing[0], "this column is missing"))
        return
    if unknown := [head for head in table.heads if head and head not in fields]:
        outcome.problems.append(Problem(kind, 1, unknown[0], f"no such column; there are {', '.join(fields)}"))
        return
    if refusal := _refusal(kind, scope):
        outcome.problems.append(Problem(kind, 1, next(iter(fields)), refusal))
        return
    take = _Taker(scope)
    for record in table.records:
        if len(outcome.problems) >= MOST_PROBLEMS:
            return
        values = _values(kind, record, outcome)
        if values is None:
            continue
        try:
            with transaction.atomic():
                outcome.count(kind, getattr(take, kind)(values))
        except _Wrong as wrong:
            outcome.problems.append(Problem(kind, record.line, wrong.field, str(wrong)))


def _refusal(kind: str, scope: Scope) -> str:
    """Why a reader who may import does not import this kind; "" where they do."""
    if kind == "rates" and not (scope.sees_costs and scope.may_plan):
        return "your role does not set rates"
    if kind in OF_EVERYBODY and not scope.may_staff:
        return f"your role does not write {kind}"
    return ""


def _values(kind: str, record: Record, outcome: Outcome) -> Values | None:
    """The row's values; None after noting every field that is wrong."""
    values: Values = {}
    wrong = len(outcome.problems)
    for name, told in KINDS[kind].items():
        text = record.cells.get(name, "")
        try:
            if not text and told.is_needed:
                raise BadValue("is empty")
            values[name] = told.read(text) if text else told.default
        except BadValue as problem:
            outcome.problems.append(Problem(kind, record.line, name, str(problem)))
    if len(outcome.problems) > wrong:
        return None
    if values.get("valid_to") and values["valid_to"] <= values["valid_from"]:
        outcome.problems.append(Problem(kind, record.line, "valid_to", "comes before valid_from, or with it"))
        return None
    return values


class _Wrong(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class _Taker:
    """Takes one row after the other, for one reader; remembers what rows refer to."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._known: dict[tuple[type[models.Model], str], Any] = {}

    def sites(self, values: Values) -> str:
        return organisation.put(Site, values["site"], name=values["name"], zone=values["zone"])

    def vendors(self, values: Values) -> str:
        return organisation.put(Vendor, values["vendor"], name=values["name"])

    def teams(self, values: Values) -> str:
        """What is left empty stays as it is."""
        told = {"name": values["name"], "support_function": values["support_function"]}
        told |= {
            field: self._one(model, values[field], field)
            for field, model in (("site", Site), ("vendor", Vendor))
            if values[field]
        }
        return organisation.put(Team, values["team"], **{field: value for field, value in told.items() if value})

    def activities(self, values: Values) -> str:
        told = {
            "kind": values["kind"], "is_paid": values["paid"], "is_productive": values["staffed"],
            "shrinkage": values["shrinkage"],
        }  # fmt: skip
        if problem := clash(values["kind"], values["staffed"], values["shrinkage"]):
            raise _Wrong("staffed", problem)
        row = ensured().get(values["activity"])
        if row and is_counted(row) and any(getattr(row, name) != value for name, value in told.items()):
            raise _Wrong("activity", f"shifts hold '{row.slug}', so how it counts stays; make another")
        return organisation.put(Activity, values["activity"], name=values["name"], **told)

    def templates(self, values: Values) -> str:
        team = self._team(values["team"]) if values["team"] else None
        self._refuse_unknown(values["activities"], ensured())
        try:
            minutes = length(values["start"], values["end"])
            segments = segments_of(values["start"], minutes, values["activities"])
        except BadPattern as problem:
            raise _Wrong("end" if not values["activities"] else "activities", str(problem)) from problem
        return organisation.put(
            ShiftTemplate, values["template"], name=values["name"], team=team, starts=values["start"],
            minutes=minutes, segments=segments,
        )  # fmt: skip

    def agents(self, values: Values) -> str:
        team = self._team(values["team"])
        if self._is_elsewhere(values["agent"], values["valid_from"]):
            raise _Wrong("agent", f"'{values['agent']}' belongs to a team that is not yours")
        return staff.set_agent(
            values["agent"], values["name"], team, valid_from=values["valid_from"], valid_to=values["valid_to"]
        )

    def skills(self, values: Values) -> str:
        agent = self._agent(values["agent"])
        return staff.set_skill(
            agent, values["skill"], level=values["level"], valid_from=values["valid_from"], valid_to=values["valid_to"]
        )

    def contracts(self, values: Values) -> str:
        return staff.set_contract(
            self._agent(values["agent"]), values["type"], minutes=values["hours_a_week"], days=values["days_a_week"],
            zone=values["zone"], valid_from=values["valid_from"], valid_to=values["valid_to"],
        )  # fmt: skip

    def rates(self, values: Values) -> str:
        subjects: dict[str, type[models.Model]] = {"team": Team, "vendor": Vendor, "contract_type": ContractType}
        named = [name for name in subjects if values[name]]
        if len(named) != 1:
            raise _Wrong("team", "say for which one: a team, a vendor or a contract_type")
        subject = {named[0]: self._one(subjects[named[0]], values[named[0]], named[0])}
        return staff.set_rate(
            subject, minor=values["amount"], currency=values["currency"], basis=values["basis"],
            valid_from=values["valid_from"], valid_to=values["valid_to"],
        )  # fmt: skip

    def shifts(self, values: Values) -> str:
        team, agent, on = self._team(values["team"]), self._agent(values["agent"]), values["date"]
        zone = self._zone(agent, team, on)
        shift = self._shift(agent, values, zone)
        week = rosters.Week(team, monday(on), self.scope)
        version = (
            RosterVersion.objects.filter(team=team, week=week.monday).exclude(state="superseded").order_by("state")
        )
        there = roster_rows.tell(Shift.objects.filter(version=version.first(), agent=agent))
        if any(told.segments == shift.segments for told in there.values()):
            return staff.UNCHANGED
        try:
            rosters.add(week, [shift])
        except BadShift as problem:
            raise _Wrong("start", str(problem)) from problem
        return staff.ADDED

    def _shift(self, agent: Agent, values: Values, zone: str) -> Told:
        activities = ensured()
        begin, finish = span(values["date"], values["start"], values["end"], zone)
        shift = Told(str(uuid4()), agent.pk, values["date"], zone, (Segment(activities[PLAIN].pk, begin, finish),))
        self._refuse_unknown(values["activities"], activities)
        for start, end, slug in values["activities"]:
            first, last = span(values["date"], start, end, zone)
            if first < begin:  # after midnight of a night shift
                first, last = first + 86_400, last + 86_400
            if not begin <= first < last <= finish:
                raise _Wrong("activities", f"{slug} from {start:%H:%M} lies outside the shift")
            shift = with_activity(shift, first, last, activities[slug].pk)
        return shift

    def _refuse_unknown(self, parts: Parts, known: Collection[str]) -> None:
        for _, _, slug in parts:
            if slug not in known:
                raise _Wrong("activities", f"there is no activity '{slug}'; there are {', '.join(sorted(known))}")

    def _zone(self, agent: Agent, team: Team, on: Any) -> str:
        contract = Contract.objects.valid_on(on).filter(agent=agent).first()
        if contract:
            return str(ZoneInfo(contract.zone))
        return team.site.zone if team.site else settings.REPORTING_ZONE

    def _team(self, slug: str) -> Team:
        team: Team = self._one(Team, slug, "team")
        if not self.scope.sees_team(team.pk):
            raise _Wrong("team", f"there is no '{slug}'")
        return team

    def _agent(self, slug: str) -> Agent:
        agent: Agent = self._one(Agent, slug, "agent")
        own = Membership.objects.filter(agent=agent, team__in=self.scope.teams or ())
        if self.scope.teams is not None and not own.filter(ends_after(today())).exists():
            raise _Wrong("agent", f"there is no '{slug}'")
        return agent

    def _is_elsewhere(self, slug: str, since: date) -> bool:
        """Whether a team that is not the reader's has the agent on that day or later."""
        if self.scope.teams is None:
            return False
        others = Membership.objects.filter(agent__slug=slug).exclude(team__in=self.scope.teams)
        return others.filter(ends_after(since)).exists()

    def _one(self, model: type[models.Model], slug: str, field: str) -> Any:
        if (model, slug) not in self._known:
            found = model._default_manager.filter(slug=slug).first()
            if found is None:
                raise _Wrong(field, f"there is no '{slug}'")
            self._known[model, slug] = found
        return self._known[model, slug]
