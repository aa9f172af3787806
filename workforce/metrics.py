"""The workforce metrics: hours, what they are spent on, what they achieve and cost."""

from typing import Any

from ops_dashboard.metrics.definitions import Better, Metric, Ratio, Total, Unit, registry
from workforce import forecast_metrics, forecast_sources
from workforce.sources import SOURCES

_TEAM = "the team on whose roster the shift stands"
_DAY = "the half-hour in which the work is rostered, once it has come"
_PLANS = ("sees_plans",)
_COSTS = ("sees_costs",)
_HOUR_S = 3600
_KNOWN: dict[str, Any] = {"known_by": "billable_s", "unknown": "no cost known"}
ALLOCATION = (
    "A team's cost is its billable hours times the rate valid on the day of the shift: the team's own rate, else the "
    "one of its vendor, else the one of the agent's kind of contract. Billable are, by what the rate says, paid hours "
    "(leave and sickness included), scheduled hours (the roster without absences) or productive hours (work on the "
    "queue alone). Nothing is spread over other teams: a cost stays with the team on whose roster the hours stand."
)


def _hours(slug: str, label: str, measure: str, definition: str, **more: Any) -> Total:
    return Total(
        slug=slug,
        label=label,
        unit=Unit.HOURS,
        better=Better.NEITHER,
        definition=f"{definition} n counts stretches of one activity in a shift.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_PLANS,
        source="rostered",
        measure=measure,
        n="stretches",
        **more,
    )


HOURS: tuple[Metric, ...] = (
    _hours("rostered_hours", "Rostered hours", "rostered_s", "Hours of published shifts, breaks and absences too."),
    _hours("paid_hours", "Paid hours", "paid_s", "Rostered hours that are paid: all but activities marked as unpaid."),
    _hours(
        "staffed_hours",
        "Staffed hours",
        "productive_s",
        "Rostered hours on the queue: activities marked as productive. They are rostered, not measured at the desk.",
        peers="Peers often call these scheduled or productive hours; logged-in hours are another thing.",
    ),
    Ratio(
        slug="shrinkage",
        label="Shrinkage",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition="Share of paid hours on activities that count as shrinkage, external (leave, sickness) or internal "
        "(breaks, meetings, training, other work), as rostered.",
        attribution=_DAY,
        owner=_TEAM,
        peers="Some peers add external and internal shares; each has another base, so they do not add up.",
        rights=_PLANS,
        source="rostered",
        part="shrunk_s",
        whole="paid_s",
        n="stretches",
        of_shares=False,
    ),
    Ratio(
        slug="shrinkage_external",
        label="External shrinkage",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition="Share of paid hours that were absences: leave and sickness.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_PLANS,
        source="rostered",
        part="external_s",
        whole="paid_s",
        n="stretches",
        of_shares=False,
    ),
    Ratio(
        slug="shrinkage_internal",
        label="Internal shrinkage",
        unit=Unit.SHARE,
        better=Better.LOWER,
        definition="Share of attended paid hours that went into breaks, meetings, training and other work off the "
        "queue. Its base is attended time, so that 1 - (1 - external)(1 - internal) is the shrinkage.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_PLANS,
        source="rostered",
        part="internal_s",
        whole="attended_s",
        n="stretches",
        of_shares=False,
    ),
)

PRODUCTIVITY: tuple[Metric, ...] = (
    Ratio(
        slug="solved_per_hour",
        label="Solved per productive hour",
        unit=Unit.PER_HOUR,
        better=Better.HIGHER,
        definition="Tickets solved by agents, for each rostered hour on the queue. For work that waits in a backlog "
        "this throughput says what occupancy cannot: a backlog keeps everybody busy whatever they achieve.",
        attribution="the day of the solve, and of the hours",
        owner="the team that held the ticket, and the one that was rostered; by agent, the one who solved",
        maturity_days=1,
        minimum_n=30,
        rights=_PLANS,
        source="solves",
        part="agent_solves",
        whole_source="rostered",
        whole="productive_s",
        scale=_HOUR_S,
        n="agent_solves",
        of_shares=False,
    ),
    Total(
        slug="contacts_done",
        label="Contacts done",
        unit=Unit.COUNT,
        better=Better.NEITHER,
        definition="Tickets solved by agents that belong to a queue, by the queue that takes the team's work from that "
        "channel. A ticket that came back and was solved again counts twice, as it was offered twice.",
        attribution="the half-hour of the solve",
        owner="the team that held the ticket",
        maturity_days=1,
        rights=_PLANS,
        source="answered",
        measure="contacts",
    ),
    Ratio(
        slug="occupancy",
        label="Occupancy",
        unit=Unit.SHARE,
        better=Better.NEITHER,
        definition="Time logged on tickets over rostered hours on the queue, of people who logged any in that week. "
        "The hours of others are left out, and where nobody logs there is no figure: what was worked then is not "
        "known. Hours are rostered, so work outside of shifts, and chats at the same time that log their whole "
        "length each, can make it more than 100 %.",
        attribution="the moment of the entry, and the half-hour of the hours",
        owner="the team that held the ticket, and the one that was rostered; by agent, the one who logged",
        maturity_days=1,
        minimum_n=30,
        peers="Peers measure talk, hold and wrap-up over time logged in and ready; time in a ticket's form, as some "
        "help desks take it, ends when the form is left open.",
        rights=_PLANS,
        source="worklogs",
        part="logged_s",
        whole_source="rostered",
        whole="timed_s",
        n="worklogs",
        of_shares=False,
    ),
    Ratio(
        slug="time_logged_share",
        label="Staffed hours with time logged",
        unit=Unit.SHARE,
        better=Better.HIGHER,
        definition="Share of rostered hours on the queue of people who logged time on tickets in that week: what "
        "occupancy rests on. n counts stretches of one activity in a shift.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_PLANS,
        source="rostered",
        part="timed_s",
        whole="productive_s",
        n="stretches",
        of_shares=False,
    ),
    Ratio(
        slug="planned_occupancy",
        label="Planned occupancy, from the assumed handle time",
        unit=Unit.SHARE,
        better=Better.NEITHER,
        definition="Work done, in hours of the handle time that each queue assumes now, over rostered hours on the "
        "queue. Done is what agents solved, counted for the queue that takes the team's work from that channel; a chat "
        "counts with its share of an agent when as many run as may. Where the assumption is off by a tenth, so is "
        "this figure, and above 100 % it is too long or people work more than they are rostered for: occupancy rests "
        "on logged time instead. For work that waits in a backlog throughput says more.",
        attribution="the half-hour of the solve, and of the hours",
        owner="the team that held the ticket, and the one that was rostered",
        maturity_days=1,
        minimum_n=30,
        peers="Peers measure it: talk, hold and wrap-up over time logged in and ready.",
        rights=_PLANS,
        source="answered",
        part="assumed_s",
        whole_source="rostered",
        whole="productive_s",
        n="contacts",
        of_shares=False,
    ),
    Ratio(
        slug="solved_per_paid_hour",
        label="Solved per paid hour",
        unit=Unit.PER_HOUR,
        better=Better.HIGHER,
        definition="Tickets solved by agents, for each paid hour: throughput times what shrinkage leaves.",
        attribution="the day of the solve, and of the hours",
        owner="the team that held the ticket, and the one that was rostered; by agent, the one who solved",
        maturity_days=1,
        minimum_n=30,
        rights=_PLANS,
        source="solves",
        part="agent_solves",
        whole_source="rostered",
        whole="paid_s",
        scale=_HOUR_S,
        n="agent_solves",
        of_shares=False,
    ),
)

COST: tuple[Metric, ...] = (
    Total(
        slug="staff_cost",
        label="Staff cost",
        unit=Unit.MONEY,
        better=Better.NEITHER,
        definition=f"{ALLOCATION} Hours without a rate cost nothing here and are told by unpriced_hours.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_COSTS,
        source="rostered",
        measure="cost",
        scale=1 / _HOUR_S,
        driver="billable_s",
        n="stretches",
    ),
    Ratio(
        slug="cost_per_resolution",
        label="Cost per resolution",
        unit=Unit.MONEY,
        better=Better.LOWER,
        definition="Staff cost over tickets solved (a ticket solved twice counts twice). "
        f"{ALLOCATION} What a team cost that solved nothing is in the total and in no team's figure. Where no hour was "
        "billable at a rate there is no figure: the cost is not known, which is not the same as nothing.",
        attribution="the day of the hours, and of the solve",
        owner="the team that was rostered, and the one that held the ticket",
        maturity_days=1,
        minimum_n=30,
        peers="Most peers have none; a figure from elsewhere may hold tools, rent and managers too.",
        rights=_COSTS,
        source="rostered",
        part="cost",
        whole_source="solves",
        whole="solves",
        scale=1 / _HOUR_S,
        of_shares=False,
        **_KNOWN,
    ),
    Ratio(
        slug="cost_per_hour",
        label="Cost per billable hour",
        unit=Unit.MONEY,
        better=Better.LOWER,
        definition="Staff cost over billable hours: the mean rate.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_COSTS,
        source="rostered",
        part="cost",
        whole="billable_s",
        n="stretches",
        of_shares=False,
    ),
    Ratio(
        slug="cost_per_staffed_hour",
        label="Cost per productive hour",
        unit=Unit.MONEY,
        better=Better.LOWER,
        definition="Staff cost over rostered hours on the queue: what shrinkage adds to the rate.",
        attribution=_DAY,
        owner=_TEAM,
        rights=_COSTS,
        source="rostered",
        part="cost",
        whole="productive_s",
        n="stretches",
        of_shares=False,
        **_KNOWN,
    ),
    _hours(
        "unpriced_hours",
        "Paid hours without a rate",
        "unpriced_s",
        "Paid hours for which no rate was valid: they are in no cost.",
    ),
)

METRICS = (*HOURS, *PRODUCTIVITY, *COST)

registry.add(*SOURCES, *METRICS, *forecast_sources.SOURCES, *forecast_metrics.METRICS)
