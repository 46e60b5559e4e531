"""Pictures with their tables: a title that states the finding, units, source, the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.utils.safestring import SafeString

from accounts.models import Authority
from audit.charts import Dot, Series, dot_plot, joined, small_multiples, tile_map
from audit.dashboards.england import tiles
from audit.dashboards.measures import BY_BASE, Measure

SOURCE = "Source: counts of sealed events of the audit log."
NONE = "No figure"
FEWEST = 5  # other bodies; of fewer, the middle would tell one of them what another did


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture. The first cell of a row of the table is its header."""

    title: str
    picture: SafeString
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    note: str = SOURCE


@dataclass(frozen=True, slots=True)
class Place:
    """A managing body and its number of one measure; `gss_code` empty for a national partner."""

    name: str
    gss_code: str
    number: int


def over_time(labels: Sequence[str], series: Sequence[Series]) -> Figure:
    """Every measure by week, each small, all on the scale of its own largest week."""
    first = series[0]
    last, rest = first.numbers[-1] or 0, [n or 0 for n in first.numbers[:-1]]
    title = f"{first.name} in the last week: {last:,.0f}; the weeks before had {_span(rest)}"
    pictures = [_own_scale(labels, each) for each in series]
    return Figure(
        title,
        joined(pictures),
        "By week, beginning on the day named",
        ("Week from", *(each.name for each in series)),
        tuple(
            (label, *(f"{each.numbers[n] or 0:,.0f}" for each in series))
            for n, label in enumerate(labels)
        ),
    )


def _own_scale(labels: Sequence[str], series: Series) -> SafeString:
    most = max((number or 0 for number in series.numbers), default=0)
    words = f"{series.name} by week, from {labels[0]} to {labels[-1]}; at most {most:,.0f} a week."
    return small_multiples(f"{series.name} by week", words, labels, [series])


def _span(numbers: Sequence[float]) -> str:
    least, most = min(numbers, default=0), max(numbers, default=0)
    return f"{least:,.0f}" if least == most else f"{least:,.0f} to {most:,.0f}"


def by_authority(
    measure: Measure, month: date, places: Sequence[Place], authorities: Sequence[Authority]
) -> Figure:
    """The map of tiles, with every authority and national partner in the table beneath it."""
    ranked = sorted(places, key=lambda place: (-place.number, place.name))
    total = sum(place.number for place in ranked)
    numbers = {place.gss_code: float(place.number) for place in ranked if place.gss_code}
    when = f"{month:%B %Y}"
    title = f"{measure.label} in {when}: none was counted"
    if total:
        top = ranked[0]
        title = f"{top.name} had most of the {total:,} ({measure.label.lower()}) in {when}"
    picture = tile_map(
        title,
        f"A tile for each authority of England, darker for more; {len(numbers)} of them take part.",
        tiles(authorities, numbers),
    )
    return Figure(
        title,
        picture,
        f"{measure.label} by authority and national partner, {when}",
        ("Authority or partner", measure.label),
        tuple((place.name, f"{place.number:,}") for place in ranked),
    )


def beside_the_middle(
    name: str, month: date, own: Mapping[str, int], others: Sequence[Mapping[str, int]]
) -> Figure:
    """One user base beside the middle of all others, for each measure that has an authority; of
    fewer than five others there is no middle.
    """
    known = len(others) >= FEWEST
    middles = {
        measure.code: median([other.get(measure.code, 0) for other in others]) if known else None
        for measure in BY_BASE
    }
    dots = [
        Dot(words, number, is_own=is_own)
        for measure in BY_BASE
        for words, number, is_own in (
            (measure.label, own.get(measure.code, 0), True),
            ("middle of the others", middles[measure.code], False),
        )
    ]
    searches = own.get("searches", 0)
    title = (
        f"{name}: {searches:,} searches in {month:%B %Y}; the middle of the others:"
        f" {_middle(middles['searches']).lower()}"
    )
    return Figure(
        title,
        dot_plot(title, "For each measure, a dot for this user base and one for the middle.", dots),
        f"{name} beside the middle of all other authorities and partners, {month:%B %Y}",
        ("Measure", name, "Middle of the others"),
        tuple(
            (
                measure.label,
                f"{own.get(measure.code, 0):,}",
                _middle(middles[measure.code]),
            )
            for measure in BY_BASE
        ),
    )


def _middle(number: float | None) -> str:
    return NONE if number is None else f"{number:,.0f}"
