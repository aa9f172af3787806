"""The only writer of saved views: kept by their owner, shared or not, one of a page at most to open it with.

Every act may be repeated. Whoever saves holds their account's row, so that limits hold for two at once.
"""

from dataclasses import dataclass
from unicodedata import category, normalize

from django.db import transaction
from django.utils import timezone

from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Question
from ops_dashboard.people import audit
from ops_dashboard.people.models import User

MOST = 100  # of one person
LONGEST = 2000  # characters of a question
LONGEST_NAME = 60
TOO_LONG = "These filters are too many to be kept in one view: choose fewer values."


class BadView(ValueError):
    """A view that cannot be kept; the message says why."""


class NameTaken(BadView):
    """The owner has another view of that name on the page."""

    def __init__(self, view: SavedView) -> None:
        super().__init__(f"You have a view “{view.name}” of this page already.")
        self.view = view


@dataclass(frozen=True)
class Terms:
    """What the owner says of a view besides its question."""

    name: str
    is_shared: bool = False
    is_default: bool = False


def proper_name(text: str) -> str:
    """A name as it is kept: one line, something to see in it. BadView."""
    name = " ".join("".join(" " if category(letter) == "Cc" else letter for letter in normalize("NFC", text)).split())
    if len(name) > LONGEST_NAME:
        raise BadView(f"At most {LONGEST_NAME} characters, please.")
    if not any(category(letter)[0] in "LNPS" for letter in name):
        raise BadView("A view needs a name that can be seen.")
    return name


@transaction.atomic
def save(owner: User, page: str, question: Question, terms: Terms, *, replace: bool = False) -> SavedView:
    """Keep a question; `replace` the one of that name where there is one. NameTaken, BadView."""
    own = _held(owner)
    standing = next((view for view in own if (view.page, view.name) == (page, terms.name)), None)
    if standing is None and len(own) >= MOST:
        raise BadView(f"You have {MOST} views, and more cannot be kept: delete one first.")
    if standing and not replace and not _is_as(standing, question, terms):
        raise NameTaken(standing)
    view = standing or SavedView(owner=owner, page=page)
    return _write(view, question, terms, by=owner)


@transaction.atomic
def change(view: SavedView, terms: Terms, *, by: User) -> SavedView:
    """Another name, shared or not, to open the page with or not. NameTaken, BadView."""
    own = _held(by)
    standing = _standing(view, own)
    same = (other for other in own if (other.page, other.name) == (standing.page, terms.name))
    if taken := next((other for other in same if other.pk != standing.pk), None):
        raise NameTaken(taken)
    return _write(standing, _question(standing), terms, by=by)


@transaction.atomic
def replace(view: SavedView, question: Question, *, by: User) -> SavedView:
    """Another question under the same name. BadView."""
    standing = _standing(view, _held(by))
    return _write(standing, question, _terms(standing), by=by)


@transaction.atomic
def delete(view: SavedView, *, by: User) -> None:
    gone, _ = SavedView.objects.filter(pk=view.pk).delete()
    if gone:
        audit.record(by.username, "view_deleted", f"view {view.pk}", page=view.page, is_shared=view.is_shared)


def _held(owner: User) -> list[SavedView]:
    """All views of an account, whose row is held until the transaction ends."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    return list(SavedView.objects.filter(owner=owner))


def _standing(view: SavedView, own: list[SavedView]) -> SavedView:
    """The view as it stands now that the account is held. BadView."""
    found = next((each for each in own if each.pk == view.pk), None)
    if found is None:
        raise BadView(f"“{view.name}” has been deleted meanwhile.")
    return found


def _write(view: SavedView, question: Question, terms: Terms, *, by: User) -> SavedView:
    if len(question.querystring) > LONGEST:
        raise BadView(TOO_LONG)
    if view.pk and _is_as(view, question, terms):
        return view
    if terms.is_default:
        own = SavedView.objects.filter(owner=by, page=view.page, is_default=True)
        own.exclude(pk=view.pk).update(is_default=False)
    view.name, view.is_shared, view.is_default = terms.name, terms.is_shared, terms.is_default
    view.querystring, view.names_people = question.querystring, question.names_people
    view.saved_at = timezone.now()
    deed = "view_changed" if view.pk else "view_saved"
    view.save()
    audit.record(by.username, deed, f"view {view.pk}", page=view.page, is_shared=view.is_shared)
    return view


def _is_as(view: SavedView, question: Question, terms: Terms) -> bool:
    return (_question(view), _terms(view)) == (question, terms)


def _question(view: SavedView) -> Question:
    return Question(view.querystring, view.names_people)


def _terms(view: SavedView) -> Terms:
    return Terms(view.name, view.is_shared, view.is_default)
