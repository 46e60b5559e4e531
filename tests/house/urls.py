"""Every route of the site, taken from the URLconf, so that no page can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """One named route; `open` if a person who is not signed in may ask for it."""

    name: str
    pattern: str
    open: bool


def routes() -> list[Route]:
    return sorted(set(_walk(get_resolver(), "", "")), key=lambda route: route.name)


def _walk(resolver: URLResolver, namespace: str, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, pattern)
        elif isinstance(entry, URLPattern):
            yield Route(f"{namespace}{entry.name}", pattern, _is_open(entry.callback))


def _is_open(view: Any) -> bool:
    return getattr(view, "login_required", True) is False
