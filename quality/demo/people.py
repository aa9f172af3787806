"""The reviewers of the demo beside `demo-reviewer`, and a lead who settles what its leads do not."""

from dataclasses import dataclass

from ops_dashboard.people.models import Team, User
from ops_dashboard.people.roles import Role
from tickets.demo.catalogue import TEAMS

LEAD = "demo-lead-2"


@dataclass(frozen=True)
class Rater:
    """A reviewer; `shift` is what they add to a share of 1, `share` how much of the work they do."""

    username: str
    name: str
    shift: float
    share: float


RATERS = (
    Rater("demo-reviewer", "Demo reviewer", 0.0, 0.16),
    Rater("demo-reviewer-2", "Imre V.", -0.07, 0.24),
    Rater("demo-reviewer-3", "Soledad K.", 0.07, 0.2),
    Rater("demo-reviewer-4", "Anwen T.", 0.0, 0.22),
    Rater("demo-reviewer-5", "Joaquim B.", 0.0, 0.18),
)


def settle() -> None:
    """Accounts without a password; they cannot sign in."""
    for rater in RATERS[1:]:
        _account(rater.username, rater.name, Role.REVIEWER)
    lead = _account(LEAD, "Margit O.", Role.TEAM_LEAD)
    lead.teams.set(Team.objects.filter(slug__in=[team.slug for team in TEAMS]))


def _account(username: str, name: str, role: Role) -> User:
    user, is_new = User.objects.get_or_create(username=username, defaults={"role": role, "first_name": name})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def ids() -> list[int]:
    """User ids in the order of RATERS."""
    known = dict(User.objects.filter(username__in=[rater.username for rater in RATERS]).values_list("username", "id"))
    return [known[rater.username] for rater in RATERS]


def remove() -> None:
    User.objects.filter(username__in=[LEAD, *(rater.username for rater in RATERS[1:])]).delete()
