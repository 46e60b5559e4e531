"""Adding up the evidence for one candidate, and telling the searcher why it is listed.

Everything is compared once a search: siblings and namesakes repeat, so each comparison is kept by
the recorded text. Weights and sources are in compare.py; a missing value on either side counts 0,
so what the document of a child does not hold cannot move it up or down.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from records.search.compare import (
    NOTHING,
    SAME,
    NameComparer,
    Outcome,
    compare_date,
    compare_postcode,
)
from records.search.question import Question, TypedName
from records.search.vocabulary import Vocabulary

CROSSED_BELOW = 8.0  # when the straight reading is worth less, the names may have been swapped
CROSSED_COST = 2.0
CROSSED_CLOSE = 0.8
OTHER_GIVEN = 0.7  # a middle name typed as the given name
EARLIER_DATE = "as recorded earlier"
USES = {"f": "former name", "a": "other name", "p": "preferred name"}

NOT_THAT = Outcome(-4.0, "")
IN_RANGE, OUT_OF_RANGE = Outcome(2.0, "in the range"), Outcome(-6.0, "")
SAME_SEX, OTHER_SEX = Outcome(1.0, SAME), Outcome(-3.0, "")

LABELS = ("Given name", "Family name", "Date of birth", "Postcode", "Sex")
AGE_LABELS = ("Given name", "Family name", "Age", "Postcode", "Sex")

Both = tuple[Outcome, Outcome]
Compare = Callable[[str], Outcome]


class Evidence(NamedTuple):
    """How well each detail of one candidate agrees, and the bits of all together."""

    score: float
    given: Outcome
    family: Outcome
    birth: Outcome
    place: Outcome
    sex: Outcome

    @property
    def household(self) -> float:
        """The bits that brothers and sisters share: family name and postcode."""
        return self.family.weight + self.place.weight

    @property
    def personal(self) -> float:
        """The bits that tell brothers and sisters apart."""
        return self.given.weight + self.birth.weight + self.sex.weight


class Memo(dict[str, Outcome]):
    """A dictionary that works out what it lacks: one comparison a distinct text."""

    __slots__ = ("_work_out",)

    def __init__(self, work_out: Compare) -> None:
        self._work_out = work_out

    def __missing__(self, key: str) -> Outcome:
        value = self[key] = self._work_out(key)
        return value


class Scorer:
    """The evidence that a document is the child asked for, memoised for one search.

    The parts do not refer back to it: a search leaves nothing for the garbage collector to untie.
    """

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        self._by_age = question.born_between is not None
        self._read_names = NameReader(question, vocabulary).read
        self._births = Memo(_birth_reader(question))
        self._places = Memo(place_reader(question))
        self._sexes = _sexes(question)

    def weigh(self, doc: str) -> Evidence:
        """The evidence in one packed document."""
        names, births, sex, places = doc.split("/")
        given, family = self._read_names(names)
        birth, place, sex_too = self._births[births], self._places[places], self._sexes[sex]
        score = given[0] + family[0] + birth[0] + place[0] + sex_too[0]
        return Evidence(score, given, family, birth, place, sex_too)

    def agreeing(self, evidence: Evidence) -> int:
        """How many typed details agree; sex does not count, and an age agrees with too many."""
        _, given, family, birth, place, _ = evidence
        by_name = (given[0] > 0) + (family[0] > 0)
        return by_name + (place[0] > 0) + (birth[0] > 0 and not self._by_age)

    def reasons(self, evidence: Evidence) -> tuple[str, ...]:
        """What agrees, and how, naming only kinds of agreement."""
        labels = AGE_LABELS if self._by_age else LABELS
        told = zip(labels, evidence[1:], strict=True)
        return tuple([f"{label}: {words}" for label, (_, words) in told if words])


class NameReader:
    """Recorded names against the typed ones, each in its place or swapped."""

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        given = NameComparer(question.given, vocabulary) if question.given else None
        family = NameComparer(question.family, vocabulary) if question.family else None
        self._given_as_given = Memo(given or _says_nothing)
        self._family_as_family = Memo(family or _says_nothing)
        self._given_as_family = Memo(_if_close(given))
        self._family_as_given = Memo(_if_close(family))
        self._given_initials = _initials(question.given)
        self._family_initials = _initials(question.family)

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
            given_text[:1] in self._family_initials or family_text[:1] in self._given_initials
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


def _best_of(compare: Compare, note: str) -> Compare:
    """A comparison with the best of several recorded values; today's comes first."""

    def read(section: str) -> Outcome:
        if not section:
            return NOTHING
        if ";" not in section:
            return compare(section)
        first, *earlier = map(compare, section.split(";"))
        best = max((first, *earlier), key=_weight)
        return best if best is first else _noted(best, note)

    return read


def _birth_reader(question: Question) -> Compare:
    """Recorded dates of birth against the typed date or ages."""
    if question.born_between is not None:
        return _best_of(partial(_compare_age, question.born_between), EARLIER_DATE)
    if question.birth is None:
        return _says_nothing
    return _best_of(partial(compare_date, f"{question.digits:08d}"), EARLIER_DATE)


def _compare_age(between: tuple[int, int], recorded: str) -> Outcome:
    first, last = between
    born = int(recorded)
    if born % 10_000 == 0:
        first, last, born = first // 10_000, last // 10_000, born // 10_000
    return IN_RANGE if first <= born <= last else OUT_OF_RANGE


def place_reader(question: Question) -> Compare:
    """Recorded postcodes against the typed one."""
    if not question.postcode:
        return _says_nothing
    return _best_of(partial(compare_postcode, question.postcode), "another address")


def _sexes(question: Question) -> dict[str, Outcome]:
    """What each recorded sex is worth; "not specified" says nothing, typed or recorded."""
    outcomes = dict.fromkeys(("", "N"), NOTHING)
    if not question.sex:
        return {**outcomes, "F": NOTHING, "M": NOTHING}
    return {**outcomes, "F": OTHER_SEX, "M": OTHER_SEX, question.sex: SAME_SEX}


def _initials(typed: TypedName | None) -> frozenset[str]:
    return typed.initials if typed else frozenset()


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
