"""R11: a look without a recorded reason outside the hours of the role, the user and the rota.

Feature: the band of the week (evening, night, weekend) of the look, unless a shift of the rota
covers it; the last day. ln(c / share of looks in that band), c 0.06 in the evening, else 0.05; the
share is the role's and the user's own together; 0.4 to 6, R11a (evening) at most 2. Source:
detection.md 4.3, misuse scenario 10. Trap: night teams, evening clinics, on-call rotas.
"""

from collections.abc import Iterator
from math import log

from accounts.clocks import LONDON
from audit.detection.looks import Band, Dossier, Seen, band_of
from audit.detection.rules.base import DAY, Found, Rule, ids
from audit.detection.usual import Usual

AMONG_MISUSE = {Band.EVENING: 0.06, Band.NIGHT: 0.05, Band.WEEKEND: 0.05}
CODES = {Band.EVENING: "R11a", Band.NIGHT: "R11b", Band.WEEKEND: "R11c"}
LEAST, MOST, MOST_IN_THE_EVENING, OWN_LOOKS = 0.4, 6.0, 2.0, 40
WORDS = {Band.EVENING: "In the evening", Band.NIGHT: "In the middle of the night",
         Band.WEEKEND: "At the weekend"}  # fmt: skip


def of_band(band: Band) -> Rule:
    """The rule of one band."""

    def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
        """The newest such look stands for all."""
        looks = [
            each
            for each in dossier.unexplained(DAY)
            if not each.on_shift and band_of(each.at) is band
        ]
        if not looks:
            return
        weight = log(AMONG_MISUSE[band] / share(dossier, usual, band))
        most = MOST_IN_THE_EVENING if band is Band.EVENING else MOST
        yield min(most, weight) if weight >= LEAST else 0.0, words(looks[0], band), ids(looks), 0

    return Rule(CODES[band], "time", find)


def share(dossier: Dossier, usual: Usual, band: Band) -> float:
    """Of this person's looks in this band, the role's share counting as so many looks."""
    own = sum(day.bands[band] for day in dossier.days)
    every = sum(sum(day.bands) for day in dossier.days)
    return max(1e-4, (own + OWN_LOOKS * usual.bands[band]) / (every + OWN_LOOKS))


def words(look: Seen, band: Band) -> str:
    """The sentence, with the time in England."""
    at = look.at.astimezone(LONDON)
    return f"{WORDS[band]} ({at:%H:%M}), outside the user\u2019s usual hours and rota."


EVENING, NIGHT, WEEKEND = (of_band(band) for band in (Band.EVENING, Band.NIGHT, Band.WEEKEND))
