"""The page of API tokens: who has which, made and revoked by administrators."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from ops_dashboard.people import tokens
from ops_dashboard.people.access import requires
from ops_dashboard.people.models import ApiToken, User
from ops_dashboard.people.requests import ReaderRequest


class TokenForm(forms.Form):
    name = forms.CharField(label="What uses it", max_length=80)
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).exclude(role="").order_by("username"), label="Acts for",
        help_text="It never does more than this account may.",
    )  # fmt: skip
    rights = forms.MultipleChoiceField(
        label="May", choices=list(tokens.RIGHTS.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(label="Days it is good for", min_value=1, max_value=tokens.MOST_DAYS, initial=90)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("may_configure")
def listing(request: ReaderRequest) -> HttpResponse:
    """The tokens and the form for another; what was just made is shown in the answer, and never again."""
    form = TokenForm(request.POST or None)
    made = _made(form, request) if form.is_valid() else None
    context = {
        "tokens": [_row(token) for token in ApiToken.objects.select_related("user", "made_by")],
        "form": TokenForm() if made else form,
        "made": made,
    }
    return render(request, "people/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@requires("may_configure")
def revoke(request: ReaderRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk)
    if tokens.revoke(token, by=_by(request)):
        messages.success(request, f"{token.name} is revoked.")
    return redirect("tokens")


def _made(form: TokenForm, request: ReaderRequest) -> tokens.Made | None:
    told = form.cleaned_data
    try:
        return tokens.make(told["user"], name=told["name"], rights=told["rights"], days=told["days"], by=_by(request))
    except tokens.BadToken as problem:
        form.add_error("rights", str(problem))
        return None


def _by(request: ReaderRequest) -> User:
    assert isinstance(request.user, User)  # the door has let nobody else in
    return request.user


def _row(token: ApiToken) -> dict[str, object]:
    if token.revoked_at:
        state, tone = f"revoked {token.revoked_at:%d %b %Y}", "worse"
    elif token.expires_at <= timezone.now():
        state, tone = "expired", "worse"
    elif not token.user.is_active:
        state, tone = "account disabled", "worse"
    else:
        state, tone = "in use" if token.last_used_at else "not used yet", "accent" if token.last_used_at else ""
    return {
        "token": token,
        "rights": [tokens.RIGHTS.get(right, right) for right in token.rights],
        "state": state,
        "tone": tone,
        "is_open": not tone or tone == "accent",
    }
