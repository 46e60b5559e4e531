"""One search from terms to at most ten children: refuse, look up, score, look once more, cut.

Reads only. The event and the reason for access are records/access.py's. One statement for most
searches; near names and a second look-up when nobody convincing was found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connections
from django.utils import timezone

from records.models import Identifier, IdentifierScheme
from records.search import plan, refuse, vocabulary
from records.search.question import Question
from records.search.refuse import Refusal
from records.search.score import Evidence, Scorer
from records.search.statements import bigint_array
from records.search.terms import SearchTerms
from records.search.vocabulary import Vocabulary

MOST_HITS = 10
FUSE = 401  # one row more than a pass may return
SURE = 2.0  # bits above log2(children) at which the second pass is not needed
STRONG = 3.0  # bits above log2(children) at which a hit is called strong
HOUSEHOLD = 1.0  # bits: log2 of the children of a household, who share name and postcode
FAINTEST = 12.0  # bits below log2(children) at which a candidate is not worth showing
AGREEING = 2  # typed details that must agree before a child is listed
EXACT = 99.0

CANDIDATES = "SELECT child_id, doc FROM search_candidates(%s, %s)"


@dataclass(frozen=True, slots=True)
class Hit:
    """One child that may be meant; `reasons` name kinds of agreement, never recorded values."""

    child_id: int
    score: float
    strong: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer: a refusal, or at most ten hits, best first. `candidates` is not for display."""

    refusal: Refusal | None
    hits: tuple[Hit, ...]
    candidates: int


NOBODY = SearchResult(None, (), 0)


def search(
    terms: SearchTerms, *, today: date | None = None, using: str = "default"
) -> SearchResult:
    """Find the child that the terms describe.

    An identifier that is known answers alone; one that is not known leaves the other terms to
    answer. Ages are reckoned at `today`. Raises nothing of its own; database errors pass through.
    """
    if terms.identifier.strip():
        exact = _by_identifier(terms.identifier, using)
        if exact.hits or set(terms.fields_used()) <= {"identifier", "sex"}:
            return exact
    question = Question.of(terms, today or timezone.localdate())
    refusal = refuse.too_little(question)
    if refusal:
        return SearchResult(refusal, (), 0)
    known = vocabulary.current(using)
    refusal = refuse.too_many(question, known)
    return SearchResult(refusal, (), 0) if refusal else _look_up(question, known, using)


def _by_identifier(typed: str, using: str) -> SearchResult:
    """Exact, never fuzzy: one wrong digit is another child's number."""
    value = "".join(typed.split()).replace("-", "").upper()
    found = Identifier.objects.using(using).filter(
        scheme__in=IdentifierScheme, value=value, ended_on__isnull=True
    )
    ids = found.order_by("child_id").values_list("child_id", flat=True).distinct()[:MOST_HITS]
    hits = tuple(Hit(child, EXACT, True, ("Identifier: same",)) for child in ids)
    return SearchResult(None, hits, len(hits))


def _look_up(question: Question, known: Vocabulary, using: str) -> SearchResult:
    scorer = Scorer(question, known)
    rows = fetch_candidates(plan.all_keys(plan.first_pass(question, known)), using)
    if len(rows) >= FUSE:
        narrowest = plan.narrowest(question)
        if not narrowest:
            return SearchResult(refuse.TOO_MANY, (), 0)
        # The fuse cut anywhere: whoever shares the whole date or postcode must not be what it cut.
        rows += fetch_candidates(narrowest, using)
    found = _weigh(scorer, rows)
    if _best_score(found) < known.bits + SURE:
        found |= _weigh(scorer, _second_look(question, known, using))
    return SearchResult(None, _best(scorer, found, known), len(found))


def _second_look(question: Question, known: Vocabulary, using: str) -> list[tuple[int, str]]:
    typed = [(name.kind, part) for name in question.names for part in name.parts]
    near = vocabulary.near_names(typed, known, using)
    keys = plan.all_keys(plan.second_pass(question, known, near))
    return fetch_candidates(keys, using)


def fetch_candidates(keys: list[int], using: str) -> list[tuple[int, str]]:
    """Children under any of these keys with their documents: one statement, at most FUSE rows."""
    if not keys:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(CANDIDATES, [bigint_array(keys), FUSE])
        rows: list[tuple[int, str]] = cursor.fetchall()
    return rows


def _weigh(scorer: Scorer, rows: Iterable[tuple[int, str]]) -> dict[int, Evidence]:
    weigh = scorer.weigh
    return {child: weigh(doc) for child, doc in rows}


def _best_score(found: dict[int, Evidence]) -> float:
    return max([evidence[0] for evidence in found.values()], default=0.0)


def _best(scorer: Scorer, found: dict[int, Evidence], known: Vocabulary) -> tuple[Hit, ...]:
    """At most ten, best first, each agreeing with at least two of the typed details."""
    faintest = max(0.0, known.bits - FAINTEST)
    worth_it = [
        (-evidence.score, child, evidence)
        for child, evidence in found.items()
        if evidence.score >= faintest and scorer.agreeing(evidence) >= AGREEING
    ]
    return tuple(
        Hit(child, round(evidence.score, 2), is_strong(evidence, known), scorer.reasons(evidence))
        for _, child, evidence in sorted(worth_it)[:MOST_HITS]
    )


def is_strong(evidence: Evidence, known: Vocabulary) -> bool:
    """Whether the evidence is enough even against brothers and sisters.

    Family name and postcode are not independent: who shares one often shares the other. Together
    they single out a household of about two children, never one child, so they count for no more;
    the rest must come from what is the child's own.
    """
    household = min(evidence.household, known.bits - HOUSEHOLD)
    return household + evidence.personal >= known.bits + STRONG
