"""The language of the table of addresses: who asks, and what everyone should get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cast import EVERYBODY, NOBODY, ROLES

SIGNED_IN = tuple(ROLES)
WITH_ROLE = tuple(name for name, role in ROLES.items() if role)
SEE_TICKETS = ("alice", "bob", "carol", "dave", "erin")
EXPORT = ("bob", "carol", "erin", "petra")
ENTER_ADMIN = DEFINE = ("carol", "petra", "adam")
NOTHING_THERE = dict.fromkeys(ENTER_ADMIN, 404)
Answer = int | str  # a status; to be sent to sign in is told apart from being sent on
OK, MOVED, SIGN_IN, REFUSED, ABSENT = 200, 302, "sign in", 403, 404
SHUT: frozenset[Answer] = frozenset({SIGN_IN, 401, REFUSED, ABSENT})


@dataclass(frozen=True)
class Row:
    """`url` is asked by GET, an act done by POST. Whoever is in no group gets `otherwise`; nobody gets `signed_out`."""

    url: str
    open_to: tuple[str, ...]
    otherwise: Answer = REFUSED
    signed_out: Answer = SIGN_IN
    opens: Answer = OK
    unlike: Mapping[str, Answer] = field(default_factory=dict)  # members who get something else
    told: Mapping[str, str] | None = None  # what the form of an act sends; None: a page

    @property
    def is_act(self) -> bool:
        return self.told is not None

    @property
    def path(self) -> str:
        return self.url.partition("?")[0]

    def shows(self, name: str) -> bool:
        """Whether it is a page that this member gets to see."""
        return not self.is_act and self.expected(name) == OK

    def expected(self, name: str) -> Answer:
        if name in self.unlike:
            return self.unlike[name]
        if name in self.open_to:
            return self.opens
        return self.signed_out if name == NOBODY else self.otherwise


# Who sees a model in the admin, and who of them may add, change and delete.
AdminModel = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def answer_of(response: Any) -> Answer:
    """What came back, in the words of the table."""
    is_at_the_door = response.headers.get("Location", "").startswith("/sign-in/")
    return SIGN_IN if is_at_the_door else int(response.status_code)


def everybody(url: str, status: int = OK) -> Row:
    return Row(url, EVERYBODY, opens=status)


def page(url: str, open_to: tuple[str, ...] = WITH_ROLE, **unlike: int) -> Row:
    return Row(url, open_to, unlike=unlike)


def act(url: str, open_to: tuple[str, ...], told: Mapping[str, str] | None = None, **unlike: int) -> Row:
    """Takes a POST alone; whoever may do it is sent on to a page afterwards."""
    return Row(url, open_to, opens=MOVED, unlike=unlike, told=told or {})


def api(url: str, open_to: tuple[str, ...] = WITH_ROLE, **unlike: int) -> Row:
    return Row(url, open_to, signed_out=401, unlike=unlike)


def admin(url: str, open_to: tuple[str, ...], **more: int) -> Row:
    """Whoever may not enter the admin at all is sent to its door, which refuses."""
    outside = {name: MOVED for name in EVERYBODY if name not in ENTER_ADMIN}
    return Row(url, open_to, unlike=outside | more)
