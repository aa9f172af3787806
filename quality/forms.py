"""What people send: ratings, disputes, decisions. Nonsense is dropped here or refused by the writers."""

from django.http import QueryDict

from quality.models import Dispute
from quality.reviews import Answer
from quality.scorecards import Card

NOT_APPLICABLE = "na"
FIELDS = ("step", "reason", "note")


def answers_from(data: QueryDict, card: Card) -> dict[int, Answer]:
    """The criteria that were rated; those left open are missing."""
    found = {}
    for criterion in card.criteria:
        given = data.get(f"step-{criterion.pk}", "")
        if given == NOT_APPLICABLE or given.isascii() and given.isdigit():
            found[criterion.pk] = Answer(
                None if given == NOT_APPLICABLE else int(given[:3]),
                tuple(data.getlist(f"reason-{criterion.pk}")),
                data.get(f"note-{criterion.pk}", ""),
            )
    return found


def proposed_from(data: QueryDict, card: Card) -> dict[int, int | None]:
    """The step proposed for each criterion; those left as they are come with theirs."""
    return {key: answer.step for key, answer in answers_from(data, card).items()}


def granted_from(data: QueryDict, dispute: Dispute) -> dict[int, bool]:
    return {row.criterion_id: data.get(f"grant-{row.criterion_id}") == "yes" for row in dispute.criteria.all()}
