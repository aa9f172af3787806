"""What no view should have to think of."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

MOST_SENT = 12_000_000  # bytes: the largest file that a page takes, and the rest of its form


class RefuseNul:
    """Addresses and forms with a NUL character are refused: Postgres takes none, and nobody means one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META["QUERY_STRING"]:
            return HttpResponseBadRequest("An address cannot hold a NUL character.", content_type="text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if request.method == "POST" and any("\0" in value for _, values in request.POST.lists() for value in values):
            return HttpResponseBadRequest("A form cannot hold a NUL character.", content_type="text/plain")
        return None


class RefuseLarge:
    """A body that no form of ours sends is refused unread: reading would store its files, whoever sends them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and len(length) < 12 and int(length) <= MOST_SENT:
            return self.get_response(request)
        return HttpResponse(f"At most {MOST_SENT:,} bytes.", status=413, content_type="text/plain")
