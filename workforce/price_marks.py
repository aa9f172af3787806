"""Owes the cells of rostered time whose cost a change of rates, contracts or employers touches."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from ops_dashboard.metrics.rollup import mark_days
from ops_dashboard.people.models import Team
from workforce.models import Contract, Rate, Shift
from workforce.stretches import Span, Stretch, differing

Subject = tuple[str, int]
BEFORE, AFTER = timedelta(days=2), timedelta(days=3)  # how far from its day a shift's hours lie in any other zone


@contextmanager
def repricing(*, agents: Collection[int] | None = None) -> Iterator[None]:
    """Change rates, contracts or the vendors of teams inside; on leaving, the cells they price are marked.

    One transaction holds both. `agents` are those whose contracts may change; without them, anybody's.
    """
    with transaction.atomic():
        before = _prices(agents)
        yield
        after = _prices(agents)
        changed = {
            subject: spans
            for subject in before.keys() | after.keys()
            if (spans := list(differing(before[subject], after[subject])))
        }
        for team, spans in _by_team(changed).items():
            _mark(team, spans)


def _prices(agents: Collection[int] | None) -> dict[Subject, set[Stretch]]:
    """What hours cost by, and when: rates by subject, kinds of contract by agent, vendors by team."""
    told: dict[Subject, set[Stretch]] = defaultdict(set)
    for rate in Rate.objects.all():
        price = (rate.minor_an_hour, rate.currency, rate.basis)
        told[_subject(rate)].add(Stretch(rate.valid_from, rate.valid_to, price))
    contracts = Contract.objects.all() if agents is None else Contract.objects.filter(agent__in=agents)
    for agent, kind, first, until in contracts.values_list("agent_id", "type_id", "valid_from", "valid_to"):
        told["agent", agent].add(Stretch(first, until, (kind,)))
    for team, vendor in Team.objects.values_list("pk", "vendor_id"):
        told["employer", team].add(Stretch(date.min, None, (vendor,)))
    return told


def _subject(rate: Rate) -> Subject:
    named = (("team", rate.team_id), ("vendor", rate.vendor_id), ("contract_type", rate.contract_type_id))
    return next((kind, pk) for kind, pk in named if pk is not None)


def _by_team(changed: dict[Subject, list[Span]]) -> dict[int, list[Span]]:
    """The days on which hours of a team may cost something else."""
    teams: dict[int, list[Span]] = defaultdict(list)
    for subject, spans in changed.items():
        for team in _teams_priced_by(*subject):
            teams[team] += spans
    return teams


def _teams_priced_by(kind: str, pk: int) -> Collection[int]:
    if kind == "vendor":
        return list(Team.objects.filter(vendor=pk).values_list("pk", flat=True))
    shifts = Shift.objects.published()
    if kind == "agent":
        return set(shifts.filter(agent=pk).values_list("team", flat=True))
    if kind == "contract_type":
        agents = Contract.objects.filter(type=pk).values("agent")
        return set(shifts.filter(agent__in=agents).values_list("team", flat=True))
    return [pk]


def _mark(team: int, spans: list[Span]) -> None:
    """Mark the days from the first to the last change on which the team was rostered so far."""
    since = Shift.objects.published().filter(team=team).aggregate(first=Min("on"))["first"]
    today = timezone.now().date() + timedelta(days=1)
    if since is None:
        return
    first = max(min(first for first, _ in spans), since)
    last = min(max((until or today) for _, until in spans), today)
    if first <= last:
        mark_days("rostered", first - BEFORE, last + AFTER, teams=[team])
