"""Adding up the evidence for one candidate, and telling the searcher why it is listed.

Everything is compared once a search: siblings and namesakes repeat, so each comparison is kept by
the recorded text. Weights and sources are in compare.py; a missing value on either side counts 0,
so what the document of a child does not hold cannot move it up or down.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from records.search.compare import (
    NOTHING,
    SAME,
    NameComparer,
    Outcome,
    compare_date,
    compare_postcode,
)
from records.search.question import Question
from records.search.vocabulary import Vocabulary

CROSSED_BELOW = 8.0  # when the straight reading is worth less, the names may have been swapped
CROSSED_COST = 2.0
CROSSED_CLOSE = 0.8
OTHER_GIVEN = 0.7  # a middle name typed as the given name
USES = {"f": "former name", "a": "other name", "p": "preferred name"}

NOT_THAT = Outcome(-4.0, "")
IN_RANGE, OUT_OF_RANGE = Outcome(2.0, "in the range"), Outcome(-6.0, "")
SAME_SEX, OTHER_SEX = Outcome(1.0, SAME), Outcome(-3.0, "")

Value = TypeVar("Value")
Both = tuple[Outcome, Outcome]


class Explanation(NamedTuple):
    """Why a candidate is listed: how many typed details agree, and in which way.

    `household` are the bits that brothers and sisters share, family name and postcode; `personal`
    those that tell them apart.
    """

    agreeing: int
    reasons: tuple[str, ...]
    household: float
    personal: float


class Memo(dict[str, Value]):
    """A dictionary that works out what it lacks: one comparison a distinct text."""

    def __init__(self, work_out: Callable[[str], Value]) -> None:
        self._work_out = work_out

    def __missing__(self, key: str) -> Value:
        value = self[key] = self._work_out(key)
        return value


class Scorer:
    """The evidence that a document is the child asked for, memoised for one search.

    The parts do not refer back to it: a search leaves nothing for the garbage collector to untie.
    """

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        self._by_age = question.born_between is not None
        self._names_of = NameReader(question, vocabulary)
        self._births_of = BirthReader(question)
        self._places_of = PlaceReader(question)
        self._sex_of = SexReader(question)
        self._names = Memo(self._names_of.weight)
        self._births = Memo(self._births_of.weight)
        self._places = Memo(self._places_of.weight)
        self._sexes = Memo(self._sex_of.weight)

    def score(self, doc: str) -> float:
        """Bits of evidence for one packed document."""
        names, births, sex, places = doc.split("/")
        return self._names[names] + self._births[births] + self._sexes[sex] + self._places[places]

    def explain(self, doc: str) -> Explanation:
        """What agrees, and how, naming only kinds of agreement."""
        names, births, sex, places = doc.split("/")
        given, family = self._names_of.read(names)
        birth, place = self._births_of.read(births), self._places_of.read(places)
        agreeing = sum(o.weight > 0 for o in (given, family, place))
        agreeing += birth.weight > 0 and not self._by_age  # an age agrees with too many
        sex_too = self._sex_of.read(sex)
        outcomes = {
            "Given name": given,
            "Family name": family,
            "Age" if self._by_age else "Date of birth": birth,
            "Postcode": place,
            "Sex": sex_too,
        }
        return Explanation(
            agreeing,
            tuple(f"{k}: {o.words}" for k, o in outcomes.items() if o.words),
            household=family.weight + place.weight,
            personal=given.weight + birth.weight + sex_too.weight,
        )


class NameReader:
    """Recorded names against the typed ones, each in its place or swapped."""

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        given = NameComparer(question.given, vocabulary) if question.given else None
        family = NameComparer(question.family, vocabulary) if question.family else None
        self._given_as_given = Memo(given or _says_nothing)
        self._family_as_family = Memo(family or _says_nothing)
        self._given_as_family = Memo(_if_close(given))
        self._family_as_given = Memo(_if_close(family))
        self._initials = {part[0] for name in question.names for part in name.parts}

    def weight(self, section: str) -> float:
        """Bits of evidence in the names of a document."""
        given, family = self.read(section)
        return given[0] + family[0]

    def read(self, section: str) -> Both:
        """Best given and best family name of all recorded ones, straight or swapped."""
        if ";" not in section:
            given, family, crossed = self._read_name(section)
            return crossed or (given, family)
        readings = [self._read_name(name) for name in section.split(";")]
        given = max((reading[0] for reading in readings), key=_weight)
        family = max((reading[1] for reading in readings), key=_weight)
        swapped = (reading[2] for reading in readings if reading[2])
        return max(((given, family), *swapped), key=_weight_of_both)

    def _read_name(self, name: str) -> tuple[Outcome, Outcome, Both | None]:
        """One recorded name: given, family, and both swapped where that is worth more."""
        given_text, family_text, *more = name.split("|")
        given, family = self._given_as_given[given_text], self._family_as_family[family_text]
        if more:
            given, family = self._with_use(given, family, more)
        straight = given[0] + family[0]
        if straight < CROSSED_BELOW and (
            given_text[:1] in self._initials or family_text[:1] in self._initials
        ):
            return given, family, self._crossed(given_text, family_text, straight)
        return given, family, None

    def _with_use(self, given: Outcome, family: Outcome, more: list[str]) -> Both:
        """A former or preferred name is said to be one; a middle name may have been typed."""
        use = USES.get(more[0])
        if use:
            given, family = _noted(given, use), _noted(family, use)
        if len(more) > 1 and given[0] <= 0:
            given = self._middle(more[1]) or given
        return given, family

    def _middle(self, others: str) -> Outcome | None:
        """One of the other given names, if it is near the typed one."""
        for word in others.split("-"):
            found = self._given_as_given[word]
            if found[0] > 0:
                return Outcome(found[0] * OTHER_GIVEN, "other given name")
        return None

    def _crossed(self, given_text: str, family_text: str, straight: float) -> Both | None:
        first, second = self._given_as_family[family_text], self._family_as_given[given_text]
        if first[0] + second[0] - CROSSED_COST <= straight:
            return None
        half = CROSSED_COST / 2
        return _swapped(first, half), _swapped(second, half)


class BirthReader:
    """Recorded dates of birth against the typed date or ages."""

    def __init__(self, question: Question) -> None:
        self._typed = f"{question.digits:08d}"
        self._between = question.born_between
        self._asked = question.birth is not None or question.born_between is not None

    def weight(self, section: str) -> float:
        """Bits of evidence in the dates of a document."""
        return self.read(section)[0]

    def read(self, section: str) -> Outcome:
        """The best of the recorded dates."""
        if not section or not self._asked:
            return NOTHING
        if ";" not in section:
            return self._compare(section)
        first, *earlier = map(self._compare, section.split(";"))
        best = max((first, *earlier), key=_weight)
        return best if best is first else _noted(best, "as recorded earlier")

    def _compare(self, recorded: str) -> Outcome:
        if self._between is None:
            return compare_date(self._typed, recorded)
        first, last = self._between
        born = int(recorded)
        if born % 10_000 == 0:
            first, last, born = first // 10_000, last // 10_000, born // 10_000
        return IN_RANGE if first <= born <= last else OUT_OF_RANGE


class PlaceReader:
    """Recorded postcodes against the typed one."""

    def __init__(self, question: Question) -> None:
        self._typed = question.postcode

    def weight(self, section: str) -> float:
        """Bits of evidence in the postcodes of a document."""
        return self.read(section)[0]

    def read(self, section: str) -> Outcome:
        """The best of the recorded postcodes."""
        if not section or not self._typed:
            return NOTHING
        if ";" not in section:
            return compare_postcode(self._typed, section)
        first, *others = (compare_postcode(self._typed, place) for place in section.split(";"))
        best = max((first, *others), key=_weight)
        return best if best is first else _noted(best, "another address")


class SexReader:
    """The recorded sex against the typed one; "not specified" says nothing."""

    def __init__(self, question: Question) -> None:
        self._typed = question.sex

    def weight(self, recorded: str) -> float:
        """Bits of evidence in the recorded sex."""
        return self.read(recorded)[0]

    def read(self, recorded: str) -> Outcome:
        """Same, different, or nothing said."""
        if not self._typed or recorded not in ("F", "M"):
            return NOTHING
        return SAME_SEX if self._typed == recorded else OTHER_SEX


def _says_nothing(recorded: str) -> Outcome:
    return NOTHING


def _if_close(comparer: NameComparer | None) -> Callable[[str], Outcome]:
    """A comparison with the opposite name, made only where the two look alike."""
    if comparer is None:
        return _says_nothing

    def compare(recorded: str) -> Outcome:
        if not recorded:
            return NOTHING
        return comparer(recorded) if comparer.is_close(recorded, CROSSED_CLOSE) else NOT_THAT

    return compare


def _weight(outcome: Outcome) -> float:
    return outcome[0]


def _weight_of_both(pair: Both) -> float:
    return pair[0][0] + pair[1][0]


def _swapped(outcome: Outcome, cost: float) -> Outcome:
    return _noted(Outcome(outcome[0] - cost, outcome[1]), "given and family names swapped")


def _noted(outcome: Outcome, note: str) -> Outcome:
    return Outcome(outcome[0], f"{outcome[1]}, {note}") if outcome[1] else outcome
