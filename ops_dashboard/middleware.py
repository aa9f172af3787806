"""What no view should have to think of."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest


class RefuseNul:
    """Addresses with a NUL character are refused: Postgres takes none, and nobody means one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]:
            return HttpResponseBadRequest("An address cannot hold a NUL character.", content_type="text/plain")
        return self.get_response(request)
