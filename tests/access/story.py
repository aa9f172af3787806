"""The story behind the table of addresses: the cast, a late ticket of alice's, and what each app adds to it."""

from tests.access import insights, quality, workforce
from tests.cast import Cast, make_cast
from tests.tickets.drafting import draft, take
from tickets.policies import load
from tickets.policy_file import parse

UPSTAIRS = (workforce, quality, insights)
HOURS = {
    "calendars": [{"name": "office", "timezone": "UTC"}],
    "policies": [{"name": "standard", "order": 1, "targets": [{"kind": "first_reply", "seconds": 60}]}],
}


def tell() -> Cast:
    """Save it all."""
    cast = make_cast()
    load(parse(HOURS))
    take([draft("ticket_created", 0, by="rita", ticket="1001", team="team-a", assignee="alice")], slug="desk")
    for app in UPSTAIRS:
        app.stage(cast)
    return cast
