"""The acts on saved views, and the page that opens with one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from ops_dashboard.metrics import saved_views
from ops_dashboard.metrics.models import SavedView
from ops_dashboard.metrics.pages import Link, Page, Question
from ops_dashboard.metrics.questions import askable, question_on
from ops_dashboard.metrics.saved_views import LONGEST_NAME, BadView, NameTaken, Terms
from ops_dashboard.metrics.view_menu import ViewMenu
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import User
from ops_dashboard.people.requests import ReaderRequest

LONGEST_SENT = 8000  # characters of a query string


class ViewForm(forms.Form):
    name = forms.CharField(max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        required=False,
        label="Share it",
        help_text="Everybody who may open the page finds its name and its filters; each sees their own figures.",
    )
    is_default = forms.BooleanField(required=False, label="Open the page with it", help_text="For you alone.")

    def clean_name(self) -> str:
        try:
            return saved_views.proper_name(self.cleaned_data["name"])
        except BadView as problem:
            raise forms.ValidationError(str(problem)) from problem

    @property
    def terms(self) -> Terms:
        return Terms(**self.cleaned_data)


def opened_with(request: ReaderRequest, views: ViewMenu) -> HttpResponse | None:
    """Where a page that is asked for nothing begins, if its reader has it open with a view."""
    if views.first is None or request.GET or request.htmx:
        return None
    return HttpResponseRedirect(f"{request.path}?{views.first.querystring}")


@require_POST
@requires()
def save(request: ReaderRequest) -> HttpResponse:
    """Keep what the page shows; a name that is taken is asked about."""
    entry = _askable(request, request.POST.get("page", ""))
    form, taken = ViewForm(request.POST), None
    try:
        if form.is_valid():
            question = _question(request, entry)
            view = saved_views.save(
                _by(request), entry.url_name, question, form.terms, replace="replace" in request.POST
            )
            messages.success(request, f"“{view.name}” is saved.")
            return HttpResponseRedirect(_address(view))
    except NameTaken as problem:
        taken = problem.view
        form.add_error("name", f"{problem} Replace it, or choose another name.")
    except BadView as problem:
        form.add_error(None, str(problem))
    return _asked_again(request, form, entry, action=reverse("view-save"), taken=taken)


@require_POST
@requires()
def change(request: ReaderRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    form = ViewForm(request.POST)
    try:
        if form.is_valid():
            name = saved_views.change(view, form.terms, by=_by(request)).name
            messages.success(request, f"“{name}” is changed.")
            return HttpResponseRedirect(_back_to(request, view.page))
    except NameTaken as problem:
        form.add_error("name", f"{problem} Choose another name.")
    except BadView as problem:
        form.add_error(None, str(problem))
    return _asked_again(request, form, _askable(request, view.page), action=reverse("view-change", args=[pk]))


@require_POST
@requires()
def replace(request: ReaderRequest, pk: int) -> HttpResponse:
    """What the page shows becomes what the view asks."""
    view = _own(request, pk)
    try:
        view = saved_views.replace(view, _question(request, _askable(request, view.page)), by=_by(request))
    except BadView as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(_back_to(request, view.page))
    messages.success(request, f"“{view.name}” shows these filters now.")
    return HttpResponseRedirect(_address(view))


@require_POST
@requires()
def delete(request: ReaderRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    saved_views.delete(view, by=_by(request))
    words = '“{}” is deleted. <a href="{}">Show what it showed</a>, to save it again.'
    messages.success(request, format_html(words, view.name, _address(view)))
    return HttpResponseRedirect(_back_to(request, view.page))


def _asked_again(
    request: ReaderRequest, form: ViewForm, entry: Page | Link, *, action: str, taken: SavedView | None = None
) -> HttpResponse:
    """The form on a page of its own, with what was wrong."""
    context: dict[str, Any] = {
        "form": form,
        "action": action,
        "page": entry.url_name,
        "title": entry.title,
        "querystring": request.POST.get("querystring", "")[:LONGEST_SENT],
        "back": _back_to(request, entry.url_name),
        "taken": taken,
        "taken_at": _address(taken) if taken else "",
    }
    return render(request, "pages/save_view.html", context, status=422)


def _askable(request: ReaderRequest, page: str) -> Page | Link:
    """404 alike for a page that does not exist and for one that is not the reader's."""
    try:
        return askable(request.scope)[page]
    except KeyError as error:
        raise Http404("There is no such page, or it is not yours to open.") from error


def _own(request: ReaderRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.of(request.scope), pk=pk)


def _question(request: ReaderRequest, entry: Page | Link) -> Question:
    """What the page showed when the form was sent. BadView."""
    sent = _sent(request)
    if sent is None:
        raise BadView(saved_views.TOO_LONG)
    return question_on(entry, sent, request.scope)


def _sent(request: ReaderRequest) -> QueryDict | None:
    """The query string that came with the form; None where it is longer than any page writes."""
    text = request.POST.get("querystring", "")
    try:
        return QueryDict(text) if len(text) <= LONGEST_SENT else None
    except TooManyFieldsSent:
        return None


def _back_to(request: ReaderRequest, page: str) -> str:
    """The address of what a page showed when the form was sent."""
    sent = _sent(request)
    return f"{reverse(page)}?{sent.urlencode()}" if sent else reverse(page)


def _address(view: SavedView) -> str:
    return f"{reverse(view.page)}?{view.querystring}"


def _by(request: ReaderRequest) -> User:
    assert isinstance(request.user, User)  # the door has let nobody else in
    return request.user
