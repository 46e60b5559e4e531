"""Adding up the evidence for one candidate, and telling the searcher why it is listed.

Everything is compared once a search: siblings and namesakes repeat, so each comparison is kept by
the recorded text. Weights and sources are in compare.py; a missing value on either side counts 0,
so what the document of a child does not hold cannot move it up or down.
"""

from collections.abc import Callable
from typing import TypeVar

from rapidfuzz.distance import JaroWinkler

from records.search.compare import (
    NOTHING,
    SAME,
    Outcome,
    compare_date,
    compare_name,
    compare_postcode,
)
from records.search.question import Question, TypedName
from records.search.vocabulary import Vocabulary

CROSSED_BELOW = 8.0  # when the straight reading is worth less, the names may have been swapped
CROSSED_COST = 2.0
CROSSED_CLOSE = 0.8
OTHER_GIVEN = 0.7  # a middle name typed as the given name
USES = {"f": "former name", "a": "other name", "p": "preferred name"}

Text = TypeVar("Text", bound=Outcome | float)


class Memo(dict[str, Text]):
    """A dictionary that works out what it lacks: one comparison a distinct text."""

    def __init__(self, work_out: Callable[[str], Text]) -> None:
        self._work_out = work_out

    def __missing__(self, key: str) -> Text:
        value = self[key] = self._work_out(key)
        return value


class Scorer:
    """The evidence that a document is the child asked for, memoised for one search."""

    def __init__(self, question: Question, vocabulary: Vocabulary) -> None:
        self._question, self._vocabulary = question, vocabulary
        given, family = question.given, question.family
        self._given_as_given = self._comparing(given)
        self._family_as_family = self._comparing(family)
        self._given_as_family = self._comparing(given, crossed=True)
        self._family_as_given = self._comparing(family, crossed=True)
        self._initials = {part[0] for name in question.names for part in name.parts}
        self._typed_date = f"{question.digits:08d}"
        self._names = Memo(lambda text: sum(o.weight for o in self._read_names(text)))
        self._births = Memo(lambda text: self._read_births(text).weight)
        self._sexes = Memo(lambda text: self._read_sex(text).weight)
        self._places = Memo(lambda text: self._read_places(text).weight)

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
        agreeing = sum(o.weight > 0 for o in outcomes.values())
        if self._question.born_between:
            outcomes["Age"] = birth
        outcomes["Sex"] = self._read_sex(sex)
        return agreeing, tuple(f"{k}: {o.words}" for k, o in outcomes.items() if o.words)

    def _comparing(self, typed: TypedName | None, *, crossed: bool = False) -> Memo[Outcome]:
        if typed is None:
            return Memo(lambda recorded: NOTHING)
        vocabulary = self._vocabulary

        def work_out(recorded: str) -> Outcome:
            joined = recorded.replace("-", "")
            if crossed and JaroWinkler.similarity(typed.joined, joined) < CROSSED_CLOSE:
                return Outcome(-4.0, "") if recorded else NOTHING
            return compare_name(typed, recorded, vocabulary)

        return Memo(work_out)

    def _read_names(self, section: str) -> tuple[Outcome, Outcome]:
        """Best given and best family name of all recorded ones, straight or swapped."""
        if ";" not in section and section.count("|") == 1:
            given_text, _, family_text = section.partition("|")
            given = self._given_as_given[given_text]
            family = self._family_as_family[family_text]
            if given.weight + family.weight < CROSSED_BELOW:
                return self._crossed(given_text, family_text, given, family)
            return given, family
        return self._read_several_names(section)

    def _crossed(
        self, given_text: str, family_text: str, given: Outcome, family: Outcome
    ) -> tuple[Outcome, Outcome]:
        """The swapped reading, when an initial makes it possible and it is worth more."""
        if given_text[:1] not in self._initials and family_text[:1] not in self._initials:
            return given, family
        first, second = self._given_as_family[family_text], self._family_as_given[given_text]
        if first.weight + second.weight - CROSSED_COST <= given.weight + family.weight:
            return given, family
        half = CROSSED_COST / 2
        return _swapped(first, half), _swapped(second, half)

    def _read_several_names(self, section: str) -> tuple[Outcome, Outcome]:
        best_given, best_family = Outcome(-99.0, ""), Outcome(-99.0, "")
        crossed: tuple[Outcome, Outcome] = (best_given, best_family)
        for name in section.split(";"):
            given_text, family_text, use, other = (*name.split("|"), "", "")[:4]
            given = _as_used(self._given_as_given[given_text], use)
            if other:
                given = max(given, self._middle(other), key=_weight)
            family = _as_used(self._family_as_family[family_text], use)
            best_given = max(best_given, given, key=_weight)
            best_family = max(best_family, family, key=_weight)
            turned = self._crossed(given_text, family_text, given, family)
            crossed = max(crossed, turned, key=_weight_of_both)
        straight = (best_given, best_family)
        return max(straight, crossed, key=_weight_of_both)

    def _middle(self, others: str) -> Outcome:
        best = max((self._given_as_given[word] for word in others.split("-")), key=_weight)
        return Outcome(best.weight * OTHER_GIVEN, "other given name" if best.words else "")

    def _read_births(self, section: str) -> Outcome:
        question = self._question
        if not section or not (question.birth or question.born_between):
            return NOTHING
        dates = section.split(";")
        if question.born_between:
            return max((self._age(date) for date in dates), key=_weight)
        outcomes = [compare_date(self._typed_date, date) for date in dates]
        best = max(outcomes, key=_weight)
        if best.words and best is not outcomes[0] and best.weight > outcomes[0].weight:
            return Outcome(best.weight, f"{best.words}, as recorded earlier")
        return best

    def _age(self, date: str) -> Outcome:
        born, between = int(date), self._question.born_between
        assert between is not None  # noqa: S101  the caller has asked
        first, last = between
        if born % 10_000 == 0:
            inside = first // 10_000 <= born // 10_000 <= last // 10_000
        else:
            inside = first <= born <= last
        return Outcome(2.0, "in the range") if inside else Outcome(-6.0, "")

    def _read_sex(self, recorded: str) -> Outcome:
        typed = self._question.sex
        if not typed or recorded not in ("F", "M"):
            return NOTHING
        return Outcome(1.0, SAME) if typed == recorded else Outcome(-3.0, "")

    def _read_places(self, section: str) -> Outcome:
        typed = self._question.postcode
        if not section or not typed:
            return NOTHING
        outcomes = [compare_postcode(typed, place) for place in section.split(";")]
        best = max(outcomes, key=_weight)
        if best.words and best.weight > outcomes[0].weight:
            return Outcome(best.weight, f"{best.words}, a previous address")
        return best


def _weight(outcome: Outcome) -> float:
    return outcome.weight


def _weight_of_both(pair: tuple[Outcome, Outcome]) -> float:
    return pair[0].weight + pair[1].weight


def _swapped(outcome: Outcome, cost: float) -> Outcome:
    words = f"{outcome.words}, given and family names swapped" if outcome.words else ""
    return Outcome(outcome.weight - cost, words)


def _as_used(outcome: Outcome, use: str) -> Outcome:
    if not use or not outcome.words:
        return outcome
    return Outcome(outcome.weight, f"{outcome.words}, {USES[use]}")
