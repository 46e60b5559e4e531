"""The children of one postcode, and about how many they are. The only look-up without a name.

Who may ask, and in which order it is shown, is decided outside. A child whose address is withheld
has no postcode in its row, so it is neither listed nor counted, and a range is as blind to it as a
list.
"""

from collections.abc import Iterator
from enum import StrEnum

from django.utils import timezone

from records.search import keys
from records.search.engine import MOST_HITS, Hit, fetch_candidates
from records.search.question import Question
from records.search.score import place_reader
from records.search.terms import SearchTerms

FEW = 5


class Band(StrEnum):
    """About how many children; the value is what the event keeps."""

    NONE = "none"
    FEW = "1-5"
    SOME = "6-10"
    MANY = "over-10"

    @classmethod
    def of(cls, many: int) -> "Band":
        """The range in which this number lies."""
        if many > MOST_HITS:
            return cls.MANY
        if many > FEW:
            return cls.SOME
        return cls.FEW if many else cls.NONE

    @property
    def may_be_listed(self) -> bool:
        """Whether the children may be shown at all."""
        return self in {Band.FEW, Band.SOME}


def children_at(postcode: str, *, using: str = "default") -> tuple[Hit, ...]:
    """Everybody recorded at this full postcode, now or before: who lives there now first.

    One statement. Nobody for half a postcode. The hits have no score and are never strong: a
    postcode does not single out a child.
    """
    question = Question.of(SearchTerms(postcode=postcode), timezone.localdate())
    if not question.has_full_postcode:
        return ()
    key = keys.whole_postcode(question.postcode)
    found = sorted(_living_there(question, fetch_candidates([key], using)))
    return tuple(Hit(child, 0.0, False, (f"Postcode: {words}",)) for _, _, child, words in found)


def _living_there(
    question: Question, rows: list[tuple[int, str]]
) -> Iterator[tuple[bool, str, int, str]]:
    """Whether only formerly, date of birth, child and words, without what merely shares the key."""
    read = place_reader(question)
    for child, doc in rows:
        _, births, _, places = doc.split("/")
        recorded = places.split(";")
        if question.postcode in recorded:
            yield recorded[0] != question.postcode, births, child, read(places).words
