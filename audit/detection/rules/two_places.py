"""R12: one account at two offices, too far apart for the time between.

Feature: two office networks 18 km or more apart, used within a time in which nobody gets from one
to the other (110 km/h and six minutes); the last two days. Networks without a place, VPN, mobile
and home never count. 6.0, 7.6 beyond 60 km. Source: detection.md 4.3, misuse scenario 11.
Trap: an office behind a far gateway; register it as VPN.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from audit.detection.looks import Dossier, Place, Seen
from audit.detection.rules.base import DAY, Found, Rule, ids
from audit.detection.usual import Usual

NEAR_KM, FAR_KM, KM_A_MINUTE, MINUTES, NEAR, FAR = 18.0, 60.0, 110 / 60, 6.0, 6.0, 7.6
EARTH_KM = 6_371.0


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """The widest jump of the last two days."""
    placed = [each for each in dossier.recent if each.network in dossier.places]
    jumps = [jump for pair in pairwise(placed) if (jump := _jump(dossier, *pair))]
    if not jumps:
        return
    km, minutes, before, after = max(jumps, key=lambda jump: jump[0])
    sessions = {before.session, after.session}
    looks = [
        each
        for each in dossier.unexplained(2 * DAY)
        if each.session in sessions or each.at >= before.at
    ]
    words = f"Used from two offices {km:.0f} km apart, within {minutes:.0f} minutes."
    yield FAR if km > FAR_KM else NEAR, words, ids([before, after, *looks]), 0


def _jump(dossier: Dossier, before: Seen, after: Seen) -> tuple[float, float, Seen, Seen] | None:
    if before.network == after.network or before.network is None or after.network is None:
        return None
    km = distance(dossier.places[before.network], dossier.places[after.network])
    minutes = (after.at - before.at).total_seconds() / 60
    too_fast = km >= NEAR_KM and minutes < km / KM_A_MINUTE + MINUTES
    return (km, minutes, before, after) if too_fast else None


def distance(a: Place, b: Place) -> float:
    """Kilometres along the great circle (haversine)."""
    north = radians(b.latitude - a.latitude) / 2
    east = radians(b.longitude - a.longitude) / 2
    both = cos(radians(a.latitude)) * cos(radians(b.latitude))
    return 2 * EARTH_KM * asin(sqrt(sin(north) ** 2 + both * sin(east) ** 2))


TWO_PLACES = Rule("R12", "travel", find)
