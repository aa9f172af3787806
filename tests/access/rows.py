"""The language of the table of addresses: who asks, and what everyone should get."""

from dataclasses import dataclass, field

from tests.cast import EVERYBODY, NOBODY, ROLES

SIGNED_IN = tuple(ROLES)
WITH_ROLE = tuple(name for name, role in ROLES.items() if role)
SEE_TICKETS = ("alice", "bob", "carol", "dave", "erin")
EXPORT = ("bob", "carol", "erin", "petra")
ENTER_ADMIN = DEFINE = ("carol", "petra", "adam")
NOTHING_THERE = dict.fromkeys(ENTER_ADMIN, 404)
OK, MOVED, SIGN_IN, REFUSED, ABSENT = 200, 302, 302, 403, 404


@dataclass(frozen=True)
class Row:
    """`url` is asked by GET. Whoever is in no group gets `otherwise`; nobody gets `signed_out`."""

    url: str
    open_to: tuple[str, ...]
    otherwise: int = REFUSED
    signed_out: int = SIGN_IN
    opens: int = OK
    unlike: dict[str, int] = field(default_factory=dict)  # members who get something else

    def expected(self, name: str) -> int:
        if name in self.unlike:
            return self.unlike[name]
        if name in self.open_to:
            return self.opens
        return self.signed_out if name == NOBODY else self.otherwise


# Who sees a model in the admin, and who of them may add, change and delete.
AdminModel = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def everybody(url: str, status: int = OK) -> Row:
    return Row(url, EVERYBODY, opens=status)


def page(url: str, open_to: tuple[str, ...] = WITH_ROLE, **unlike: int) -> Row:
    return Row(url, open_to, unlike=unlike)


def api(url: str, open_to: tuple[str, ...] = WITH_ROLE, **unlike: int) -> Row:
    return Row(url, open_to, signed_out=401, unlike=unlike)


def admin(url: str, open_to: tuple[str, ...], **more: int) -> Row:
    """Whoever may not enter the admin at all is sent to its door, which refuses."""
    outside = {name: MOVED for name in EVERYBODY if name not in ENTER_ADMIN}
    return Row(url, open_to, unlike=outside | more)
