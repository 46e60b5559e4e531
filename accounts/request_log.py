"""One line in the operators' log for each request: method and route, never the address itself.

Addresses hold invitation tokens, reset keys and opaque ids; a route is `invitations/<str:token>/`.
"""

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """`GET records/<uuid:key>/`; an address of nothing is not repeated."""
        try:
            return f"{request.method} {resolve(request.path_info).route}"
        except Resolver404:
            return f"{request.method} (no such page)"
