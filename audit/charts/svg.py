"""The few marks that every chart is made of. Colours come from the style sheet by class."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

NOT_SHOWN = "[c]"  # "confidential", as the Government Statistical Service writes it


def drawing(
    title: str, description: str, width: float, height: float, marks: Iterable[SafeString]
) -> SafeString:
    """A whole picture in its own size, for words stay readable on a telephone, where it is moved
    sideways; its title and description are read aloud.
    """
    name = f"chart-{blake2b(title.encode(), digest_size=4).hexdigest()}"
    return format_html(
        '<svg class="cp-chart" role="img" aria-labelledby="{0}-title {0}-text"'
        ' width="{1}" height="{2}" viewBox="0 0 {1} {2}" xmlns="http://www.w3.org/2000/svg">'
        '<title id="{0}-title">{3}</title><desc id="{0}-text">{4}</desc>{5}</svg>',
        name,
        _short(width),
        _short(height),
        title,
        description,
        joined(marks),
    )


def joined(marks: Iterable[SafeString]) -> SafeString:
    """Marks one after the other."""
    return format_html_join("", "{}", ((mark,) for mark in marks))


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> SafeString:
    """A straight line; `kind` is its class after `cp-chart__`."""
    return format_html(
        '<line class="cp-chart__{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        kind,
        *map(_short, (x1, y1, x2, y2)),
    )


def path(points: Iterable[tuple[float, float] | None], kind: str) -> SafeString:
    """A line through points; a missing point leaves a gap."""
    steps, pen_is_down = [], False
    for point in points:
        if point is not None:
            steps.append(f"{'L' if pen_is_down else 'M'}{_short(point[0])} {_short(point[1])}")
        pen_is_down = point is not None
    return format_html('<path class="cp-chart__{}" d="{}"/>', kind, " ".join(steps))


def box(x: float, y: float, width: float, height: float, kind: str, tip: str = "") -> SafeString:
    """A filled rectangle; `tip` is shown by a pointing device."""
    return format_html(
        '<rect class="cp-chart__{}" x="{}" y="{}" width="{}" height="{}">{}</rect>',
        kind,
        *map(_short, (x, y, width, height)),
        _tip(tip),
    )


def circle(x: float, y: float, radius: float, kind: str, tip: str = "") -> SafeString:
    """A dot."""
    return format_html(
        '<circle class="cp-chart__{}" cx="{}" cy="{}" r="{}">{}</circle>',
        kind,
        *map(_short, (x, y, radius)),
        _tip(tip),
    )


def text(x: float, y: float, words: str, kind: str = "label", anchor: str = "start") -> SafeString:
    """Words; `anchor` is start, middle or end. The table beneath says the same aloud."""
    return format_html(
        '<text class="cp-chart__{}" x="{}" y="{}" text-anchor="{}" aria-hidden="true">{}</text>',
        kind,
        *map(_short, (x, y)),
        anchor,
        conditional_escape(words),
    )


def _tip(words: str) -> SafeString:
    return format_html("<title>{}</title>", words) if words else SafeString()


def _short(number: float) -> str:
    """A co-ordinate with at most one decimal: it keeps pages small."""
    return f"{number:.1f}".removesuffix(".0")
