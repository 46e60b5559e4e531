"""How well one recorded value agrees with one typed value: bits of evidence, and why in words.

Pure. Adding up, and which of several recorded values counts, is score.py's.

Sources: Fellegi and Sunter, "A Theory for Record Linkage" (1969): agreement counts by its rarity;
Jaro (1989) and Winkler (1990) for string closeness. The steps were set from first principles, not
fitted to any data. Name, of its weight w: equal 1, another spelling or nearly equal 0.85, part of
a double name 0.8, short form 0.7, Jaro-Winkler from .88 0.65, sounds alike or two slips 0.5, from
.80 0.25; same initial -2 bits (given) or -1.75 (family), otherwise -4 or -3.5. Date: equal +12.5,
day and month swapped +9.5, one digit or two neighbours swapped +7.5, down to -6. Postcode: equal
+14, one slip +10 or +8, district +5, other -1.5. Sex: +1 or -3. Age: +2 or -6; the year alone: +4.
"""

from typing import NamedTuple

from rapidfuzz.distance import OSA, Hamming, JaroWinkler

from records.search.normalise import SHORTEST_PART
from records.search.phonetic import double_metaphone
from records.search.question import TypedName
from records.search.vocabulary import FAMILY, GIVEN, Vocabulary

SAME = "same"


class Outcome(NamedTuple):
    """Bits of evidence, and the kind of agreement in words ("" when there is none)."""

    weight: float
    words: str


NOTHING = Outcome(0.0, "")
INITIAL_ONLY = {GIVEN: Outcome(-2.0, ""), FAMILY: Outcome(-1.75, "")}
OTHER_NAME = {GIVEN: Outcome(-4.0, ""), FAMILY: Outcome(-3.5, "")}
FAR = 0.5  # Jaro-Winkler below which two names are not looked at further
PART = 0.8
LONG_ENOUGH_FOR_TWO_SLIPS = 5  # letters

_similarity = JaroWinkler.similarity
_slips_between = OSA.distance


class NameComparer:
    """Compares one typed name with recorded ones (`SMITH-JONES`); an empty record says nothing."""

    def __init__(self, typed: TypedName, vocabulary: Vocabulary) -> None:
        self._typed, self._vocabulary = typed, vocabulary
        self._joined, self._initial = typed.joined, typed.joined[0]
        self._weight = vocabulary.weight(typed.kind, typed.joined)
        self._same = Outcome(self._weight, SAME)
        self._related = typed.spellings | typed.nicknames
        self._initial_only = INITIAL_ONLY[typed.kind]
        self._other = OTHER_NAME[typed.kind]
        self._is_single = len(typed.parts) == 1
        self._slips = 1 if len(typed.joined) < LONG_ENOUGH_FOR_TWO_SLIPS else 2

    def __call__(self, recorded: str) -> Outcome:
        """Bits of evidence in this recorded name, and the kind of agreement."""
        if not recorded:
            return NOTHING
        joined = recorded.replace("-", "")
        if joined == self._joined:
            return self._same
        closeness = _similarity(self._joined, joined)
        has_parts = not self._is_single or "-" in recorded
        if closeness >= FAR or has_parts or joined in self._related:
            factor, words = self._nearness(joined, closeness)
            if has_parts and factor < PART:
                factor, words = self._shared_part(recorded, joined) or (factor, words)
            if factor:
                weight = self._vocabulary.weight(self._typed.kind, joined)
                return Outcome(factor * min(self._weight, weight), words)
        return self._initial_only if joined[0] == self._initial else self._other

    def is_close(self, recorded: str, least: float) -> bool:
        """Whether a recorded name is at least so close, by Jaro-Winkler alone."""
        return _similarity(self._joined, recorded.replace("-", ""), score_cutoff=least) > 0

    def _nearness(self, joined: str, closeness: float) -> tuple[float, str]:
        """The share of the weight that a name which is not equal earns, best reading first."""
        typed = self._typed
        if joined in typed.spellings:
            return 0.85, "another spelling"
        if closeness >= 0.93:
            return 0.85, "spelt almost the same"
        if joined in typed.nicknames:
            return 0.7, "short form"
        if closeness >= 0.88:
            return 0.65, "spelt much the same"
        return self._faint_nearness(joined, closeness) if closeness >= FAR else (0.0, "")

    def _faint_nearness(self, joined: str, closeness: float) -> tuple[float, str]:
        if self._sounds_alike(joined):
            return 0.5, "sounds like"
        slips = self._slips if len(joined) >= LONG_ENOUGH_FOR_TWO_SLIPS else 1
        if _slips_between(self._joined, joined, score_cutoff=slips) <= slips:
            return 0.5, "spelt a little differently"
        return (0.25, "spelt a little differently") if closeness >= 0.8 else (0.0, "")

    def _shared_part(self, recorded: str, joined: str) -> tuple[float, str] | None:
        """What a part in common earns when either name has several."""
        words = {word for word in recorded.split("-") if len(word) >= SHORTEST_PART}
        words.add(joined)
        typed = self._typed
        apart = words.isdisjoint(typed.parts) and words.isdisjoint(typed.spellings)
        return None if apart else (PART, "part of a double name")

    def _sounds_alike(self, joined: str) -> bool:
        """Equal codes, or one the beginning of the other (at least two of at most four symbols)."""
        sounds, beginnings = self._typed.sounds, self._typed.beginnings
        for code in double_metaphone(joined):
            if code in beginnings or code[:2] in sounds or code[:3] in sounds:
                return True
        return False


SAME_DATE = Outcome(12.5, SAME)
SWAPPED_DATE = Outcome(9.5, "day and month swapped")
ONE_SLIP_DATE = Outcome(7.5, "one slip")
SAME_MONTH = Outcome(6.5, "same month and year")
TWO_SLIPS_IN_PLACE = Outcome(5.0, "partly the same")
PARTLY_SAME_DATE = Outcome(4.0, "partly the same")
SAME_BIRTHDAY = Outcome(4.5, "same day and month")
SAME_YEAR = Outcome(4.0, "same year")
TWO_SLIPS = Outcome(3.0, "two slips")
YEAR_AT_MOST = Outcome(-1.0, "")
OTHER_DATE = Outcome(-6.0, "")
SAME_POSTCODE = Outcome(14.0, SAME)
ONE_SLIP_INWARD = Outcome(10.0, "one slip")
ONE_SLIP_OUTWARD = Outcome(8.0, "one slip")
SAME_DISTRICT = Outcome(5.0, "same district")
OTHER_PLACE = Outcome(-1.5, "")


def compare_date(typed: str, recorded: str) -> Outcome:
    """Compare two dates of eight digits; the recorded one may be a year only (`20150000`)."""
    if typed == recorded:
        return SAME_DATE
    if recorded[4:] == "0000" or typed[4:] == "0000":
        same = recorded[:4] == typed[:4]
        return SAME_YEAR if same else OTHER_DATE
    if typed[4:] == recorded[6:] + recorded[4:6] and typed[:4] == recorded[:4]:
        return SWAPPED_DATE
    wrong = Hamming.distance(typed, recorded)
    if wrong == 1 or (wrong == 2 and _neighbours_swapped(typed, recorded)):
        return ONE_SLIP_DATE
    return _partly_same_date(typed, recorded, wrong)


def _partly_same_date(typed: str, recorded: str, wrong: int) -> Outcome:
    same_year, same_month_day = typed[:4] == recorded[:4], typed[4:] == recorded[4:]
    same_month, same_day = typed[4:6] == recorded[4:6], typed[6:] == recorded[6:]
    if same_year and (same_month or same_day):
        if typed[6:] == "00" and same_month:
            return SAME_MONTH
        return TWO_SLIPS_IN_PLACE if wrong == 2 else PARTLY_SAME_DATE
    if same_month_day:
        return SAME_BIRTHDAY
    if wrong == 2:
        return TWO_SLIPS
    return YEAR_AT_MOST if same_year else OTHER_DATE


def _neighbours_swapped(typed: str, recorded: str) -> bool:
    at = next(i for i in range(8) if typed[i] != recorded[i])
    return typed[at : at + 2] == recorded[at : at + 2][::-1]


def compare_postcode(typed: str, recorded: str) -> Outcome:
    """Compare two compact postcodes; the typed one may be a district only."""
    if typed == recorded:
        return SAME_POSTCODE
    if len(typed) <= 4:
        return SAME_DISTRICT if recorded[:-3] == typed else OTHER_PLACE
    same_district = typed[:-3] == recorded[:-3]
    if OSA.distance(typed, recorded, score_cutoff=1) == 1:
        return ONE_SLIP_INWARD if same_district else ONE_SLIP_OUTWARD
    return SAME_DISTRICT if same_district else OTHER_PLACE
