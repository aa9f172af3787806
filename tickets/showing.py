"""Tickets in words: the list as a table, and one ticket's story, states, promises and proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse

from ops_dashboard.metrics.definitions import Unit
from ops_dashboard.metrics.keyset import COUNT_CAP
from ops_dashboard.metrics.rendering import proof as drawing
from ops_dashboard.metrics.rendering.numbers import day, days, text, whole
from ops_dashboard.metrics.rendering.tables import Cell, Column, Table
from ops_dashboard.metrics.slices import duration_word, hour_words, spoken
from tickets.drill import Drill
from tickets.labels import Label
from tickets.lists import Due, TicketList, TicketRow
from tickets.models import Message
from tickets.proof import Why
from tickets.proof_card import ProofCard, ProofLine
from tickets.ticket_page import Moment, Promised, State, TicketPage
from tickets.vocabulary import Labelled, PromiseState

NOTHING = "–"
PACES = {Why.RUNNING: drawing.Pace.RUNNING, Why.PAUSED: drawing.Pace.PAUSED, Why.CLOSED: drawing.Pace.CLOSED}
TONES = {PromiseState.MET: "accent", PromiseState.MISSED: "worse", PromiseState.RUNNING: "warning"}
SHOWN_WORDS = 2_000  # characters of one message
WITHDRAWN = "(the words were withdrawn)"
LIST_COLUMNS = (
    Column("Ticket", sorts=False),
    Column("Status", sorts=False),
    Column("Team", sorts=False),
    Column("Assignee", sorts=False),
    Column("Priority", sorts=False),
    Column("Channel", sorts=False),
    Column("Reason", sorts=False),
    Column("Age", "number", sorts=False),
    Column("Waiting", "number", sorts=False),
    Column("Due", "number", sorts=False),
)


@dataclass(frozen=True)
class PromiseLine:
    """One promise as the page prints it."""

    name: str
    verdict: str
    tone: str
    target: str
    used: str
    due: str
    decided: str
    owner: Label
    policy: str
    proof_url: str


def words(code: Labelled) -> str:
    """`first_reply` as `First reply`."""
    return code.label.replace("_", " ").capitalize()


def lasted(span: timedelta | float | None) -> str:
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    return text(seconds, Unit.SECONDS) if seconds is not None else NOTHING


def instant(at: datetime | None) -> str:
    """On the wall of the reporting zone; with the year when it is not this one."""
    return drawing.instant(at, settings.REPORTING_ZONE) if at else NOTHING


def count_words(found: TicketList) -> str:
    """`1,204 tickets`, or honestly `10,000+ tickets`."""
    if found.is_capped:
        return f"{whole(COUNT_CAP)}+ tickets"
    return f"{whole(found.count)} ticket" + ("" if found.count == 1 else "s")


def drill_words(drill: Drill, found: TicketList) -> str:
    """`The tickets behind Tickets solved 1,204, 1 Oct – 28 Oct 2026`, and why the counts may differ."""
    said = f"The tickets behind {_figure_words(drill)}, {days(drill.asked.period)}"
    said += "".join(f", {cut}: {', '.join(values)}" for cut, values in drill.asked.where)
    behind = len(drill.tickets)
    if drill.figure.n > behind:
        said += f". {whole(drill.figure.n)} facts on {whole(behind)} tickets"
    if not found.is_capped and found.count < behind:
        said += f". {whole(behind - found.count)} of them are filtered out or not yours to see"
    return said + "."


def _figure_words(drill: Drill) -> str:
    """`Tickets solved 1,204`, `First reply on time 81.2 %, Mon 09:00–10:00`, `First reply missed by 4 h or more`."""
    metric, part = drill.metric, drill.part
    said = f"{metric.label} {text(drill.figure.value, metric.unit, clock=metric.clock)}"
    if part.is_band:
        least, most = ("" if s is None else spoken(duration_word(s)) for s in (part.at_least_s, part.under_s))
        band = f"{least} or more" if not most else f"under {most}" if not least else f"{least} to under {most}"
        said = f"{_of_all_durations(metric.label)} {band}"
    if part.hour is not None:
        said += f", {hour_words(part.hour)}"
    return said


def _of_all_durations(label: str) -> str:
    """A quantile is one of them: `First reply missed by, median` as `First reply missed by`."""
    return ", ".join(word for word in label.split(", ") if word not in ("median", "p90"))


def kept_fields(data: QueryDict, drill: Drill) -> tuple[tuple[str, str], ...]:
    """The figure's own parameters, which the filter bar carries along unseen."""
    return tuple((name, value) for name, values in data.lists() if name in drill.taken for value in values)


def list_table(found: TicketList, *, now: datetime) -> Table:
    return Table(LIST_COLUMNS, tuple(tuple(_cells(row, now)) for row in found.rows), "Tickets")


def promise_lines(page: TicketPage) -> list[PromiseLine]:
    source = page.labels["source"].slug
    return [_promise_line(promised, source, page.ticket.ref) for promised in page.promises]


def state_table(states: Iterable[State]) -> Table:
    columns = ("From", "Until", "Status", "Team", "Assignee", "Priority")
    rows = tuple(
        (
            Cell(instant(state.start_at)),
            Cell(instant(state.end_at) if state.end_at else "now"),
            Cell(words(state.status)),
            Cell(state.team.text or NOTHING),
            Cell(state.assignee.text or NOTHING),
            Cell(state.priority.text or NOTHING),
            Cell(lasted(state.lasted)),
        )
        for state in states
    )
    heads = tuple(Column(column, sorts=False) for column in columns)
    return Table((*heads, Column("Lasted", "number", sorts=False)), rows, "States of the ticket, oldest first")


def said(message: Message | None) -> str:
    """What a message says, cut where a page would be nothing but it."""
    if message is None:
        return ""
    if message.is_wiped:
        return WITHDRAWN
    return message.text if len(message.text) <= SHOWN_WORDS else message.text[:SHOWN_WORDS] + " …"


def moment_table(moments: Iterable[Moment]) -> Table:
    columns = ("When", "What", "By", "Set")
    rows = tuple(
        (
            Cell(instant(moment.at)),
            Cell(words(moment.type), quiet="public" if moment.is_public else "", words=said(moment.said)),
            Cell(moment.actor or NOTHING),
            Cell(", ".join(f"{cut} → {value.replace('_', ' ')}" for cut, value in moment.changes)),
            Cell(lasted(moment.after)),
        )
        for moment in moments
    )
    heads = tuple(Column(column, "wraps" if column == "Set" else "text", sorts=False) for column in columns)
    return Table((*heads, Column("After", "number", sorts=False)), rows, "Events of the ticket, oldest first")


def drawn_proof(card: ProofCard) -> drawing.ProofCard | None:
    """The card as the proof component draws it; None when there is nothing to draw yet."""
    if not card.lines:
        return None
    stretches = [drawing.Stretch(PACES[line.why], line.start_at, line.end_at, _why(line)) for line in card.lines]
    row = card.promised.row
    return drawing.proof_card(
        stretches,
        due_at=row.due_at,
        done_at=row.fulfilled_at,
        zone=settings.REPORTING_ZONE,
        facts=list(_facts(card)),
    )


def proof_table(card: ProofCard) -> Table:
    columns = (
        "From",
        "Until",
        "Clock",
        "Status",
        "Team",
        "Assignee",
        "Policy",
        "Calendar",
        "Holidays and special hours",
    )
    rows = tuple(
        (
            Cell(instant(line.start_at)),
            Cell(instant(line.end_at)),
            Cell(line.why.value),
            Cell(words(line.status)),
            Cell(line.team.text or NOTHING),
            Cell(line.assignee.text or NOTHING),
            Cell(line.policy),
            Cell(line.calendar),
            Cell(_why(line)),
            Cell(lasted(line.seconds)),
            Cell(lasted(line.total)),
        )
        for line in card.lines
    )
    heads = tuple(Column(column, sorts=False) for column in columns)
    numbers = (Column("Counted", "number", sorts=False), Column("In all", "number", sorts=False))
    return Table((*heads, *numbers), rows, "Every stretch of the promise")


def _cells(row: TicketRow, now: datetime) -> Iterable[Cell]:
    ref = row.ticket.ref
    yield Cell(ref, href=reverse("ticket", args=[row.source.slug, ref]), quiet=row.source.text)
    yield Cell(words(row.status))
    for label in (row.team, row.assignee, row.priority, row.channel, row.reason):
        yield Cell(label.text or NOTHING)
    yield Cell(lasted(row.age))
    yield Cell(lasted(row.waiting))
    yield _due_cell(row.due, now)


def _due_cell(due: Due | None, now: datetime) -> Cell:
    if due is None:
        return Cell(NOTHING)
    if due.is_overdue:
        return Cell(f"{lasted(now - due.due_at)} ago", quiet=f"{words(due.kind)}, missed")
    return Cell(f"in {lasted(due.due_at - now)}", quiet=words(due.kind))


def _promise_line(promised: Promised, source: str, ref: str) -> PromiseLine:
    row = promised.row
    return PromiseLine(
        name=words(promised.kind) + (f" {row.run}" if row.run > 1 else ""),
        verdict=words(promised.state),
        tone=TONES.get(promised.state, ""),
        target=lasted(row.target_s),
        used=lasted(promised.used_s),
        due=instant(row.due_at),
        decided=instant(row.decided_at) if promised.state in (PromiseState.MET, PromiseState.MISSED) else NOTHING,
        owner=promised.owner,
        policy=promised.policy,
        proof_url=reverse("proof", args=[source, ref, promised.kind.label, row.run]),
    )


def _facts(card: ProofCard) -> Iterable[tuple[str, str]]:
    row = card.promised.row
    yield "Verdict", words(card.promised.state)
    yield "Target", lasted(row.target_s)
    yield "Counted", lasted(card.lines[-1].total)
    yield "Due", instant(row.due_at)
    yield "Fulfilled", instant(row.fulfilled_at)
    yield "Policy", card.promised.policy or NOTHING
    yield "Calendar", card.calendar
    yield "Owner at decision", card.promised.owner.text or NOTHING


def _why(line: ProofLine) -> str:
    """`holiday 25 Dec, 26 Dec; special hours 24 Dec`."""
    named = (("holiday", line.holidays), ("special hours", line.special))
    return "; ".join(f"{word} {', '.join(map(day, dates))}" for word, dates in named if dates)
