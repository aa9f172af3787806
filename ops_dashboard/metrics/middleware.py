"""A page that cannot do without a number which is being counted anew says so, and is no failure."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ops_dashboard.metrics.asking import BeingRecounted


class TellRecounting:
    """What no view caught: 503, to be asked again in a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if not isinstance(problem, BeingRecounted):
            return None
        response = render(request, "503.html", {"why": str(problem)}, status=503)
        response["Retry-After"] = "60"
        return response
