"""Which ticket rows a reader may see, as part of the query."""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet

from ops_dashboard.people.roles import Scope


class TicketQuerySet(QuerySet):
    """Tickets, narrowed. A row that is not returned does not exist for the reader."""

    def visible_to(self, scope: Scope) -> "TicketQuerySet":
        """Tickets that the reader's teams hold now; for an agent, those assigned to the agent now."""
        if not scope.sees_tickets:
            return self.none()
        if scope.agent_id is not None:
            return self.filter(assignee=scope.agent_id)
        return self if scope.teams is None else self.filter(team__in=scope.teams)

    def ever_visible_to(self, scope: Scope) -> "TicketQuerySet":
        """Also tickets that passed through the reader's hands: they count in the reader's figures."""
        if not scope.sees_tickets:
            return self.none()
        if scope.agent_id is not None:
            return self._passed(assignee=scope.agent_id)
        return self if scope.teams is None else self._passed(team__in=scope.teams)

    def _passed(self, **held: object) -> "TicketQuerySet":
        spans = apps.get_model("tickets", "Span").objects.filter(ticket=OuterRef("id"), **held)
        return self.filter(Q(**held) | Exists(spans))
