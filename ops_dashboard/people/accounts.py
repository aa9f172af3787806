"""The only writer of who may do what: accounts, their roles and teams, and the links that open them.

Every change is audited in its transaction and ends the account's sessions.
"""

from dataclasses import asdict, dataclass

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from ops_dashboard.people import audit
from ops_dashboard.people.models import User
from ops_dashboard.people.roles import Role


class OwnAccount(PermissionError):
    """Somebody tried to change their own access."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """Everything that a scope is made from."""

    role: str = ""
    is_active: bool = True
    agent_id: int | None = None
    teams: tuple[int, ...] = ()
    product_areas: tuple[str, ...] = ()


def access_of(user: User) -> Access:
    return Access(
        role=user.role,
        is_active=user.is_active,
        agent_id=user.agent_id,
        teams=tuple(sorted(user.teams.values_list("id", flat=True))),
        product_areas=tuple(sorted(user.product_areas)),
    )


@transaction.atomic
def create(username: str, access: Access, *, by: str) -> User:
    """A new account that nobody can sign in to until its one-time link is used."""
    user = User(username=username)
    user.set_unusable_password()
    user.save()
    _write(user, access)
    audit.record(by, "account_created", username, **_plain(access))
    return user


@transaction.atomic
def change(user: User, access: Access, *, by: str) -> bool:
    """Give `user` this access and end their sessions; False when nothing differs.

    OwnAccount when `by` is the user: nobody grants himself a role, nor widens his teams.
    """
    User.objects.select_for_update().get(pk=user.pk)
    user.refresh_from_db()
    before, after = _plain(access_of(user)), _plain(access)
    changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
    if not changed:
        return False
    if by == user.username:
        raise OwnAccount(f"{by} cannot change their own access; another administrator can.")
    _write(user, access)
    audit.record(by, "access_changed", user.username, **changed)
    return True


@transaction.atomic
def one_time_path(user: User, *, by: str) -> str:
    """Path of a link that lets `user` choose a password once, within PASSWORD_RESET_TIMEOUT seconds."""
    audit.record(by, "sign_in_link_made", user.username)
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("welcome", args=[key, default_token_generator.make_token(user)])


@transaction.atomic
def create_admin(username: str, *, by: str) -> User:
    """The account itself, or the administrator of that name if there is one already.

    OwnAccount is not a concern here: this is the act of whoever holds the command line.
    """
    user = User.objects.filter(username=username).first()
    if user is None:
        return create(username, Access(role=Role.ADMIN), by=by)
    if user.role != Role.ADMIN or not user.is_active:
        raise NotAnAdmin(f"{username!r} exists and is no active administrator; choose another name.")
    return user


class NotAnAdmin(ValueError):
    """The name belongs to an account of another kind."""


def _write(user: User, access: Access) -> None:
    user.role, user.is_active, user.agent_id = access.role, access.is_active, access.agent_id
    user.product_areas = list(access.product_areas)
    user.access_epoch = F("access_epoch") + 1
    user.save(update_fields=["role", "is_active", "agent_id", "product_areas", "access_epoch"])
    user.teams.set(access.teams)
    user.refresh_from_db()


def _plain(access: Access) -> dict[str, audit.Detail]:
    """As JSON holds it: lists for tuples."""
    return {field: list(value) if isinstance(value, tuple) else value for field, value in asdict(access).items()}
