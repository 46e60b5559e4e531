"""Which searches are not answered, decided before the table is touched, and what would help.

A search must name one child, not describe many: no list by surname, street or school, no wildcard,
no count. The expected number of children comes from name frequencies in memory; it is never shown.
"""

from dataclasses import dataclass

from records.search.plan import YEARS, expected_pairs
from records.search.question import Question
from records.search.vocabulary import Vocabulary

MOST_EXPECTED = 400  # with an age range, and the fuse of a pass
MOST_EXPECTED_BY_NAMES = 50  # with both names alone

DATE = (
    "Add the date of birth: it helps most, even if you are not sure of it."
    " If you do not know it, add the full postcode of the child's home, now or before."
)
NAMES = (
    "Add the child's given name and family name, at least two letters of each."
    " Write a name from another alphabet in letters from A to Z, as it sounds."
)
FAMILY_NAME = "Add the family name, at least two letters, or the date of birth."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a search was not answered, and the one detail that would help most."""

    code: str
    message: str
    advice: str


# Also the answer when the statement itself came back full.
TOO_MANY = Refusal("too_many", "Too many children could match.", DATE)
TOO_LITTLE = "This is not enough to look for one child."


def too_little(question: Question) -> Refusal | None:
    """Refuse a search whose details cannot single out a child, whatever they contain."""
    if _is_enough(question):
        return None
    return Refusal("too_little", TOO_LITTLE, _advice_for_more(question))


def _is_enough(question: Question) -> bool:
    both = question.given is not None and question.family is not None
    if both:
        return True
    if question.has_full_date:
        return bool(question.names) or question.has_full_postcode
    return question.family is not None and question.has_full_postcode


def _advice_for_more(question: Question) -> str:
    if not question.names:
        return NAMES
    return DATE if question.family else FAMILY_NAME


def too_many(question: Question, vocabulary: Vocabulary) -> Refusal | None:
    """Refuse two names that many children have, unless a date or a postcode narrows them."""
    if not (question.given and question.family):
        return None
    if question.has_full_date or question.has_full_postcode:
        return None
    a_year = expected_pairs(question, vocabulary)
    years, most = _reach(question)
    return TOO_MANY if a_year * years > most else None


def _reach(question: Question) -> tuple[int, int]:
    if question.years:
        return len(question.years), MOST_EXPECTED
    return YEARS, MOST_EXPECTED_BY_NAMES
