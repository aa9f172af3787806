"""The sign-ins of a demo installation: one for every role, all with the same generated password."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from ops_dashboard.people.roles import Role


@dataclass(frozen=True)
class DemoUser:
    """One demo sign-in. `teams` are slugs of the demo organisation; empty where the role sees all."""

    username: str
    role: Role
    name: str
    teams: tuple[str, ...] = ()
    product_areas: tuple[str, ...] = ()


DEMO_USERS: tuple[DemoUser, ...] = (
    DemoUser("demo-admin", Role.ADMIN, "Demo administrator"),
    DemoUser("demo-manager", Role.MANAGER, "Demo manager"),
    DemoUser("demo-lead", Role.TEAM_LEAD, "Demo team lead", teams=("creators-dublin", "creators-austin")),
    DemoUser("demo-agent", Role.AGENT, "Demo agent", teams=("creators-dublin",)),
    DemoUser("demo-reviewer", Role.REVIEWER, "Demo reviewer"),
    DemoUser("demo-analyst", Role.ANALYST, "Demo analyst"),
    DemoUser("demo-planner", Role.PLANNER, "Demo planner"),
    DemoUser("demo-partner", Role.PARTNER, "Demo partner", product_areas=("payments", "live")),
)


TICKETS_STAND = "tickets stand"


def demo_password(var: Path) -> str:
    """The password of every demo sign-in of the installation kept in `var`; made at first use."""
    path = var / "demo-password"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    password = secrets.token_urlsafe(12)
    var.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(password + "\n", encoding="ascii")
    return password


def unfinished_demo(var: Path) -> Path:
    """The file in `OPS_VAR` that stands while the demo organisation is still arriving.

    It is empty until a first page can be shown; then it names the last day whose tickets are not all there,
    and says `TICKETS_STAND` once they are.
    """
    return var / "demo-unfinished"
