"""The ticket metrics: what people read, declared to the engine."""

from ops_dashboard.metrics.definitions import Better, Debt, Level, Metric, Quantile, Ratio, Total, Unit, registry
from tickets import rejudging, silent_sources
from tickets.sources import REOPEN_DAYS, SOURCES
from tickets.vocabulary import PromiseKind, Step

_ASSIGNEE = "the team that held the ticket at that moment"
_BUSINESS = (
    "Business time: seconds inside the calendar of the policy that matched the ticket; plain time where none matched."
)
_CALENDAR = "Calendar time: every second counts."

VOLUME: tuple[Metric, ...] = (
    Total(
        slug="created",
        label="Tickets created",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Tickets that were opened, whatever became of them; merged, deleted and spam ones included.",
        attribution="day of creation",
        owner="the team that held the ticket one hour after creation, once routing has settled",
        peers="Zammad and Zendesk Explore leave merged or deleted tickets out of their created counts.",
        source="created",
        measure="created",
    ),
    Total(
        slug="solved",
        label="Tickets solved",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        definition="Times a ticket left the backlog as solved or closed. A ticket that is reopened and solved again "
        "counts again, so that the backlog bridge adds up.",
        attribution="day of the solve",
        owner=_ASSIGNEE,
        peers="Zendesk's Solved tickets counts each ticket once, on its last solve: see last_solved.",
        source="solves",
        measure="solves",
    ),
    Total(
        slug="first_solved",
        label="Tickets solved for the first time",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        definition="Tickets that reached solved or closed for the first time.",
        attribution="day of the first solve",
        owner=_ASSIGNEE,
        source="solves",
        measure="first_solves",
    ),
    Total(
        slug="last_solved",
        label="Tickets solved for good",
        unit=Unit.COUNT,
        better=Better.HIGHER,
        definition="Tickets by their latest solve. A reopen moves a ticket to a later day.",
        attribution="day of the latest solve",
        owner=_ASSIGNEE,
        source="solves",
        measure="last_solves",
    ),
    Total(
        slug="closed",
        label="Tickets closed",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Tickets that reached the closed status, which usually follows a solve by some days.",
        attribution="day of the first close",
        owner="the team that holds the ticket now",
        source="closes",
        measure="closed",
    ),
    Total(
        slug="solved_by_agents",
        label="Solved by agents",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Solves credited to a human agent: the one who solved, else the assignee. Cut by agent for tickets "
        "solved per agent; automation is left out.",
        attribution="day of the solve",
        owner="the agent who solved",
        peers="Not a ranking: case mix differs between agents.",
        source="solves",
        measure="agent_solves",
    ),
    Total(
        slug="logged_hours",
        label="Time logged on tickets",
        unit=Unit.HOURS,
        better=Better.NEITHER,
        definition="Time that people logged as worked on tickets, whatever became of them. Chats at the same time "
        "count each with what was logged on it. n counts the entries.",
        attribution="the moment of the entry",
        owner="the team that held the ticket at that moment; by agent, the one who logged it, else the assignee",
        source="worklogs",
        measure="logged_s",
        n="worklogs",
    ),
)

BACKLOG: tuple[Metric, ...] = (
    Level(
        slug="backlog",
        label="Backlog",
        unit=Unit.COUNT,
        better=Better.LOWER,
        definition="Tickets that are new, open, pending or on hold at the end of the day: everything that entered "
        "less everything that left.",
        attribution="the instant",
        owner="the team that holds the ticket at that instant",
        peers="Zendesk takes one snapshot a night; Zammad calls created minus closed per day its backlog.",
        entered=(("steps", "entered"),),
        left=(("steps", "left"),),
    ),
    *(
        Total(
            slug=slug,
            label=label,
            unit=Unit.COUNT,
            better=better,
            definition=definition,
            attribution="the instant of the step",
            owner=_ASSIGNEE,
            source="steps",
            measure=step.label,
        )
        for slug, step, label, better, definition in (
            ("backlog_created", Step.CREATED, "Entered: created", Better.NEITHER, "Tickets entering the backlog new."),
            ("reopened", Step.REOPENED, "Reopens", Better.LOWER, "Returns from solved or closed to the backlog."),
            ("restored", Step.RESTORED, "Restored", Better.NEITHER, "Returns from deleted, merged or spam."),
            (
                "moved_in",
                Step.MOVED_IN,
                "Moved in",
                Better.NEITHER,
                "Unsolved tickets that came to this team from another, or from none.",
            ),
            ("backlog_solved", Step.SOLVED, "Left: solved", Better.HIGHER, "Tickets leaving the backlog solved."),
            ("merged", Step.MERGED, "Merged", Better.NEITHER, "Unsolved tickets merged into another."),
            ("deleted", Step.DELETED, "Deleted", Better.NEITHER, "Unsolved tickets deleted."),
            ("spam", Step.SPAM, "Marked as spam", Better.NEITHER, "Unsolved tickets marked as spam."),
            (
                "moved_out",
                Step.MOVED_OUT,
                "Moved out",
                Better.NEITHER,
                "Unsolved tickets given to another team, or to none.",
            ),
            (
                "reclassified_in",
                Step.RECLASSIFIED_IN,
                "Reclassified in",
                Better.NEITHER,
                "Unsolved tickets that came under this priority, channel, language or reason while their team stayed.",
            ),
            (
                "reclassified_out",
                Step.RECLASSIFIED_OUT,
                "Reclassified out",
                Better.NEITHER,
                "Unsolved tickets that went to another priority, channel, language or reason while their team stayed.",
            ),
        )
    ),
)

EFFORT: tuple[Metric, ...] = (
    Ratio(
        slug="reopen_rate",
        label="Reopen rate",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition=f"Share of solves that the requester reopened within {REOPEN_DAYS} days.",
        attribution="day of the solve that did not hold",
        owner="the team that solved",
        maturity_days=REOPEN_DAYS,
        minimum_n=20,
        peers="dbt_zendesk counts solves less one, which misses a reopen that is not solved again.",
        source="solves",
        part="reopened",
        whole="solves",
    ),
    Ratio(
        slug="one_touch_rate",
        label="One-touch rate",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="Share of finally solved tickets with exactly one public agent reply and no reopen.",
        attribution="day of the latest solve",
        owner="the team that solved",
        maturity_days=REOPEN_DAYS,
        minimum_n=20,
        peers="Zendesk counts fewer than two replies, so solves without any reply too.",
        source="solves",
        part="one_touch",
        whole="last_solves",
    ),
    Ratio(
        slug="replies_per_resolution",
        label="Replies per resolution",
        unit=Unit.PER,
        better=Better.LOWER,
        definition="Public agent replies per finally solved ticket. Compare within a channel only.",
        attribution="day of the latest solve",
        owner="the team that solved",
        of_shares=False,
        source="solves",
        part="replies",
        whole="last_solves",
    ),
    Ratio(
        slug="reassignments_per_resolution",
        label="Reassignments per resolution",
        unit=Unit.PER,
        better=Better.LOWER,
        definition="Times an assignee lost the ticket, to another or to nobody, per finally solved ticket.",
        attribution="day of the latest solve",
        owner="the team that solved",
        of_shares=False,
        source="solves",
        part="reassignments",
        whole="last_solves",
    ),
    Total(
        slug="reassignments",
        label="Reassignments",
        unit=Unit.COUNT,
        better=Better.LOWER,
        definition="Times an assignee lost the ticket, to another or to nobody; the first assignment is none.",
        attribution="the instant of the change",
        owner="the team that holds the ticket after it",
        source="steps",
        measure="reassigned",
    ),
    Total(
        slug="transfers",
        label="Transfers",
        unit=Unit.COUNT,
        better=Better.LOWER,
        definition="Changes from one team to another; routing to the first team is none, nor is a way through no team.",
        attribution="the instant of the change",
        owner="the team that holds the ticket after it",
        source="steps",
        measure="transferred",
    ),
    *(
        Total(
            slug=slug,
            label=label,
            unit=Unit.COUNT,
            better=better,
            definition=definition,
            attribution="day of creation",
            owner="the team that held the ticket one hour after creation",
            source="created",
            measure=slug,
        )
        for slug, label, better, definition in (
            ("reopened_tickets", "Tickets ever reopened", Better.LOWER, "Tickets reopened at least once so far."),
            ("reassigned_tickets", "Tickets ever reassigned", Better.LOWER, "Tickets whose assignee changed so far."),
            ("transferred_tickets", "Tickets ever transferred", Better.LOWER, "Tickets whose team changed so far."),
            ("waited_tickets", "Tickets that ever waited", Better.NEITHER, "Tickets that were pending at some time."),
            (
                "reprioritised_tickets",
                "Tickets ever reprioritised",
                Better.NEITHER,
                "Tickets whose priority changed so far; a first priority given later counts.",
            ),
            ("public_replies", "Public agent replies", Better.NEITHER, "Public replies by human agents so far."),
            ("requester_messages", "Requester messages", Better.NEITHER, "Messages from requesters so far."),
        )
    ),
    *(
        Total(
            slug=slug,
            label=label,
            unit=Unit.COUNT,
            better=Better.NEITHER,
            definition=definition,
            attribution="the instant of the reply",
            owner="the team that held the ticket at the reply",
            source="replies",
            measure=slug,
        )
        for slug, label, definition in (
            ("first_replies", "First replies", "Tickets that got their first public reply by a human agent."),
            ("next_replies", "Next replies", "Later waits that a public agent reply ended."),
        )
    ),
)


def _durations() -> tuple[Metric, ...]:
    """Median and p90 of each duration, on the calendar clock and on the business clock."""
    kinds = (
        ("first_reply", "First reply time", "replies", "reply", "From creation to the first public human reply."),
        (
            "next_reply",
            "Next reply time",
            "replies",
            "reply",
            "From the oldest unanswered requester message to the next public human reply, the first one left out.",
        ),
        (
            "first_resolution",
            "First resolution time",
            "solves",
            "first solve",
            "From creation to the first solve.",
        ),
        (
            "resolution",
            "Full resolution time",
            "solves",
            "latest solve",
            "From creation to the latest solve; a reopen moves it.",
        ),
        (
            "wait",
            "Requester wait",
            "solves",
            "latest solve",
            "Time the ticket was new, open or on hold up to its latest solve; pending time is left out.",
        ),
    )
    return tuple(
        Quantile(
            slug=f"{name}_{word}{suffix}",
            label=f"{label}, {word}{', business' if suffix else ''}",
            unit=Unit.SECONDS,
            better=Better.LOWER,
            definition=f"{definition} {_BUSINESS if suffix else _CALENDAR}",
            attribution=f"day of the {moment}",
            owner=f"the team that held the ticket at the {moment}",
            clock="business" if suffix else "calendar",
            peers="Peers show means, which one old ticket can move.",
            source=source,
            measure=f"{name}{suffix}",
            p=p,
        )
        for name, label, source, moment, definition in kinds
        for word, p in (("median", 0.5), ("p90", 0.9))
        for suffix in ("", "_business")
    ) + tuple(
        Quantile(
            slug=f"{slug}_{word}",
            label=f"{label}, {word}",
            unit=Unit.SECONDS,
            better=Better.LOWER,
            definition=definition,
            attribution=attribution,
            owner=owner,
            clock="calendar",
            source=source,
            measure=measure,
            p=p,
        )
        for slug, label, source, measure, definition, attribution, owner in (
            (
                "assignment",
                "Time to first assignee",
                "created",
                "assignment",
                "From creation to the first assignee, of the tickets that got one.",
                "day of creation",
                "the team that held the ticket one hour after creation",
            ),
            (
                "close",
                "Time to close",
                "closes",
                "close_age",
                "From creation to the first close.",
                "day of the close",
                "the team that holds the ticket now",
            ),
        )
        for word, p in (("median", 0.5), ("p90", 0.9))
    )


_PROMISE_WORDS = {
    PromiseKind.FIRST_REPLY: ("First reply on time", "first reply"),
    PromiseKind.NEXT_REPLY: ("Next reply on time", "next reply"),
    PromiseKind.FIRST_RESOLUTION: ("First resolution on time", "first resolution"),
    PromiseKind.RESOLUTION: ("Resolution on time", "resolution"),
    PromiseKind.REQUESTER_WAIT: ("Requester wait on time", "requester wait"),
    PromiseKind.AGENT_WORK: ("Agent work on time", "agent work"),
    PromiseKind.PAUSABLE_UPDATE: ("Pausable update on time", "pausable update"),
    PromiseKind.PERIODIC_UPDATE: ("Periodic update on time", "periodic update"),
    PromiseKind.OWNERSHIP: ("Ownership on time", "ownership"),
}
_DECIDED = "the instant of decision: fulfilled or due, whichever came first"
_OWNER = "the team that held the ticket at the decision"


def _attainment(slug: str, label: str, word: str, part: str, whole: str) -> Ratio:
    return Ratio(
        slug=slug,
        label=label,
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition=f"Of the {word} promises decided in the period, the share that was met. A promise is missed the "
        "moment it falls due, answered or not; promises that still run are shown apart.",
        attribution=_DECIDED,
        owner=_OWNER,
        minimum_n=20,
        peers="Zendesk counts a miss when the target is completed, so open misses stay hidden until then.",
        source="promises",
        part=part,
        whole=whole,
    )


PROMISES: tuple[Metric, ...] = (
    _attainment("attainment", "Promises kept", "service-level", "met", "decided"),
    *(
        _attainment(f"{kind.label}_attainment", label, word, f"{kind.label}_met", f"{kind.label}_decided")
        for kind, (label, word) in _PROMISE_WORDS.items()
    ),
    Level(
        slug="promises_running",
        label="Promises still running",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Promises begun and neither met, missed nor called off yet; paused ones included.",
        attribution="the instant",
        owner="the team that held the ticket at the decision; the one that holds it now while the promise runs",
        entered=(("promises_started", "started"),),
        left=(("promises", "decided"), ("promises_cancelled", "cancelled")),
    ),
    *(
        Level(
            slug=f"{kind.label}_running",
            label=f"{label.removesuffix(' on time')} promises running",
            unit=Unit.COUNT,
            better=Better.NEITHER,
            definition=f"{word.capitalize()} promises begun and neither met, missed nor called off yet.",
            attribution="the instant",
            owner="the team that held the ticket at the decision; the one that holds it now while the promise runs",
            entered=(("promises_started", f"{kind.label}_started"),),
            left=(("promises", f"{kind.label}_decided"), ("promises_cancelled", f"{kind.label}_cancelled")),
        )
        for kind, (label, word) in _PROMISE_WORDS.items()
    ),
    *(
        Quantile(
            slug=f"{kind.label}_missed_by_{word}",
            label=f"{_PROMISE_WORDS[kind][0].removesuffix(' on time')} missed by, {word}",
            unit=Unit.SECONDS,
            better=Better.LOWER,
            definition="How far over the target missed promises went before they were fulfilled, on the promise's own "
            "clock. Missed ones that are still unanswered are not in it yet.",
            attribution=_DECIDED,
            owner=_OWNER,
            source="promises",
            measure=f"{kind.label}_overshoot",
            p=p,
        )
        for kind in (PromiseKind.FIRST_REPLY, PromiseKind.NEXT_REPLY, PromiseKind.RESOLUTION)
        for word, p in (("median", 0.5), ("p90", 0.9))
    ),
)

METRICS = (*VOLUME, *BACKLOG, *EFFORT, *_durations(), *PROMISES)

registry.add(*SOURCES, *METRICS)
registry.debts.append(Debt(rejudging.WORDS, rejudging.is_owed, rejudging.work_off))
registry.silences.append(silent_sources.silences)
