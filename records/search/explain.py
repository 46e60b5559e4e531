"""A search told in words: what was understood, which keys were asked, what each candidate earned.

For engineers on a synthetic database (`manage.py explain_search`) and for tests; never for screens,
since it shows recorded text.
"""

from collections.abc import Iterator
from datetime import date

from records.search import plan, refuse, vocabulary
from records.search.engine import SURE, fetch_candidates, is_strong
from records.search.question import Question
from records.search.score import Scorer
from records.search.terms import SearchTerms
from records.search.vocabulary import Vocabulary

MOST_SHOWN = 10


def explain(terms: SearchTerms, today: date, *, using: str = "default") -> Iterator[str]:
    """Lines that tell how the engine treats these terms, both passes and the scores."""
    question = Question.of(terms, today)
    known = vocabulary.current(using)
    yield from _understood(question)
    refusal = refuse.too_little(question) or refuse.too_many(question, known)
    if refusal:
        yield f"Refused ({refusal.code}): {refusal.message} {refusal.advice}"
        return
    yield f"Weighed as among {known.weighed:,} children: {known.bits:.1f} bits for an even chance"
    yield from _passes(question, known, using)


def _understood(question: Question) -> Iterator[str]:
    for label, name in (("Given name", question.given), ("Family name", question.family)):
        if name:
            others = ", ".join(sorted(name.nicknames | name.spellings)[:12]) or "none"
            sounds = " ".join(sorted(name.sounds))
            yield f"{label}: {' + '.join(name.parts)}; sounds {sounds}; stands for {others}"
    if question.dates:
        yield f"Date of birth: {' or '.join(map(str, question.dates))}"
    if question.years:
        yield f"Years of birth: {', '.join(map(str, question.years))}"
    if question.postcode:
        yield f"Postcode: {question.postcode}, district {question.district}"


def _passes(question: Question, known: Vocabulary, using: str) -> Iterator[str]:
    scorer = Scorer(question, known)
    first = plan.first_pass(question, known)
    rows = dict(fetch_candidates(plan.all_keys(first), using))
    yield from _steps("First pass", first, len(rows))
    best = max((scorer.weigh(doc).score for doc in rows.values()), default=0.0)
    if best >= known.bits + SURE:
        yield f"Best {best:.1f}, at least {known.bits + SURE:.1f}: no second pass"
    else:
        typed = [(name.kind, part) for name in question.names for part in name.parts]
        near = vocabulary.near_names(typed, known, using)
        second = plan.second_pass(question, known, near)
        rows |= dict(fetch_candidates(plan.all_keys(second), using))
        yield from _steps("Second pass", second, len(rows))
    yield from _candidates(scorer, rows, known)


def _steps(title: str, steps: list[plan.Step], rows: int) -> Iterator[str]:
    yield f"{title}: {len(plan.all_keys(steps))} keys, {rows} candidates so far"
    for step in steps:
        yield f"  {len(step.keys):4} by {step.words}"


def _candidates(scorer: Scorer, rows: dict[int, str], known: Vocabulary) -> Iterator[str]:
    weighed = ((child, doc, scorer.weigh(doc)) for child, doc in rows.items())
    for child, doc, found in sorted(weighed, key=lambda w: (-w[2].score, w[0]))[:MOST_SHOWN]:
        strength = "strong" if is_strong(found, known) else "possible"
        yield f"{found.score:6.1f} {strength:8} child {child} {doc}"
        agreeing, reasons = scorer.agreeing(found), scorer.reasons(found)
        yield f"       {agreeing} agree: {'; '.join(reasons) or 'nothing'}"
