"""Adding up the evidence for one candidate, and telling the searcher why it is listed.

Everything is compared once a search: siblings and namesakes repeat, so each comparison is kept by
the recorded text. Weights and sources are in compare.py; a missing value on either side counts 0,
so what the document of a child does not hold cannot move it up or down.
"""

from collections.abc import Callable
from typing import TypeVar

from records.search.compare import (
    NOTHING,
    OTHER_NAME,
    SAME,
    NameComparer,
    Outcome,
    compare_date,
    compare_postcode,
)
from records.search.question import Question
from records.search.vocabulary import GIVEN, Vocabulary

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


class Memo(dict[str, Value]):
    """A dictionary that works out what it lacks: one comparison a distinct text."""

    def __init__(self, work_out: Callable[[str], Value]) -> None:
        self._work_out = work_out

    def __missing__(self, key: str) -> Value:
        value = self[key] = self._work_out(key)
        return value


class Scorer:
    """The evidence that a document is the child asked for, memoised for one search."""

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        self._question = question
        given, family = (
            NameComparer(name, vocabulary) if name else None
            for name in (question.given, question.family)
        )
        self._given_as_given = Memo(given or _says_nothing)
        self._family_as_family = Memo(family or _says_nothing)
        self._given_as_family = Memo(_if_close(given))
        self._family_as_given = Memo(_if_close(family))
        self._initials = {part[0] for name in question.names for part in name.parts}
        self._typed_date = f"{question.digits:08d}"
        self._names = Memo(lambda text: _weight_of_both(self._read_names(text)))
        self._births = Memo(lambda text: self._read_births(text)[0])
        self._sexes = Memo(lambda text: self._read_sex(text)[0])
        self._places = Memo(lambda text: self._read_places(text)[0])

    def score(self, doc: str) -> float:
        """Bits of evidence for one packed document."""
        names, births, sex, places = doc.split("/")
        return self._names[names] + self._births[births] + self._sexes[sex] + self._places[places]

    def explain(self, doc: str) -> tuple[int, tuple[str, ...]]:
        """How many typed details agree, and how, naming only kinds of agreement."""
        names, births, sex, places = doc.split("/")
        given, family = self._read_names(names)
        birth, place = self._read_births(births), self._read_places(places)
        outcomes = {
            "Given name": given,
            "Family name": family,
            "Date of birth": birth if not self._question.born_between else NOTHING,
            "Postcode": place,
        }
        agreeing = sum(outcome.weight > 0 for outcome in outcomes.values())
        if self._question.born_between:
            outcomes["Age"] = birth
        outcomes["Sex"] = self._read_sex(sex)
        return agreeing, tuple(f"{k}: {o.words}" for k, o in outcomes.items() if o.words)

    def _read_names(self, section: str) -> Both:
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
            given = max(given, self._middle(more[1]), key=_weight)
        return given, family

    def _middle(self, others: str) -> Outcome:
        best = max((self._given_as_given[word] for word in others.split("-")), key=_weight)
        if best[0] <= 0:
            return OTHER_NAME[GIVEN]
        return Outcome(best[0] * OTHER_GIVEN, "other given name")

    def _crossed(self, given_text: str, family_text: str, straight: float) -> Both | None:
        first, second = self._given_as_family[family_text], self._family_as_given[given_text]
        if first[0] + second[0] - CROSSED_COST <= straight:
            return None
        half = CROSSED_COST / 2
        return _swapped(first, half), _swapped(second, half)

    def _read_births(self, section: str) -> Outcome:
        question = self._question
        if not section or not (question.birth or question.born_between):
            return NOTHING
        compare = self._age if question.born_between else self._compare_date
        if ";" not in section:
            return compare(section)
        first, *earlier = map(compare, section.split(";"))
        best = max((first, *earlier), key=_weight)
        return best if best is first else _noted(best, "as recorded earlier")

    def _compare_date(self, recorded: str) -> Outcome:
        return compare_date(self._typed_date, recorded)

    def _age(self, date: str) -> Outcome:
        born, between = int(date), self._question.born_between
        assert between is not None  # noqa: S101  the caller has asked
        first, last = between
        if born % 10_000 == 0:
            inside = first // 10_000 <= born // 10_000 <= last // 10_000
        else:
            inside = first <= born <= last
        return IN_RANGE if inside else OUT_OF_RANGE

    def _read_sex(self, recorded: str) -> Outcome:
        typed = self._question.sex
        if not typed or recorded not in ("F", "M"):
            return NOTHING
        return SAME_SEX if typed == recorded else OTHER_SEX

    def _read_places(self, section: str) -> Outcome:
        typed = self._question.postcode
        if not section or not typed:
            return NOTHING
        if ";" not in section:
            return compare_postcode(typed, section)
        first, *earlier = (compare_postcode(typed, place) for place in section.split(";"))
        best = max((first, *earlier), key=_weight)
        return best if best is first else _noted(best, "another address")


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
