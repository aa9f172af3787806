"""Signing in and out."""

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.views.generic import FormView
from redis.exceptions import RedisError

from ops_dashboard.people import audit, sessions, throttle
from ops_dashboard.people.access import client_address
from ops_dashboard.people.models import User

NOT_NOW = "Signing in is not possible at the moment. Nothing is wrong with your password; try again in a minute."
TOO_MANY = "Too many attempts. Wait a quarter of an hour, or ask an administrator for a new link."


class Guarded(FormView):
    """A form that asks for a password: attempts are counted before it is looked at."""

    def guess_refused(self, username: str) -> HttpResponse | None:
        """Count one attempt; the answer that refuses it, if there were too many."""
        try:
            is_refused = throttle.is_refused(username, self.address)
            is_news = is_refused and throttle.is_news(self.address)
        except RedisError:  # uncounted guesses would be unlimited ones
            return self._refuse(NOT_NOW, status=503)
        if not is_refused:
            return None
        if is_news:
            audit.record(known(username), "sign_in_throttled", "session", address=self.address)
        return self._refuse(TOO_MANY, status=429)

    def _refuse(self, words: str, *, status: int) -> HttpResponse:
        unfilled = {name: value for name, value in self.get_form_kwargs().items() if name not in ("data", "files")}
        context = self.get_context_data(form=self.get_form_class()(**unfilled), refusal=words)
        return self.render_to_response(context, status=status)

    @property
    def address(self) -> str:
        return client_address(self.request, is_behind_proxy=settings.SECURE_PROXY_SSL_HEADER is not None)


class SignIn(Guarded, LoginView):
    """Name and password; attempts are counted, failures and successes are audited."""

    template_name = "people/sign_in.html"

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return self.guess_refused(request.POST.get("username", "")) or super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        throttle.forgive(form.get_user().username, self.address)
        audit.record(form.get_user().username, "signed_in", "session", address=self.address)
        response = super().form_valid(form)
        sessions.begin(self.request.session)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        audit.record(known(form.data.get("username", "")), "sign_in_failed", "session", address=self.address)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SignOut(LogoutView):
    """By POST only; audited when somebody was signed in."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            audit.record(request.user.username, "signed_out", "session")
        return super().post(request, *args, **kwargs)


class Welcome(PasswordResetConfirmView):
    """A one-time link: choose a password, once, while it is valid."""

    template_name = "people/welcome.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        response = super().form_valid(form)
        audit.record(form.user.username, "password_chosen", form.user.username)
        return response


class ChangePassword(Guarded, PasswordChangeView):
    """One's own password; every other session of the account ends. Guesses at the old one are counted."""

    template_name = "people/change_password.html"
    success_url = reverse_lazy("overview")

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return self.guess_refused(request.user.username) or super().post(request, *args, **kwargs)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        username = self.request.user.username
        throttle.forgive(username, self.address)
        response = super().form_valid(form)
        audit.record(username, "password_changed", username)
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        if "old_password" in form.errors:
            username = self.request.user.username
            audit.record(username, "password_change_failed", username, address=self.address)
        return super().form_invalid(form)


def known(username: str) -> str:
    """The name if there is such an account. What else was typed may be a password: it is not kept."""
    return username if User.objects.filter(username=username).exists() else "(unknown)"
