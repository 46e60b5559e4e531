"""Finding the account or organisation whose events are wanted, within the reader's scope."""

from functools import reduce

from django.db.models import Q

from accounts.acting import Acting
from accounts.models import Organisation, User
from audit.trail.policies import accounts_in, organisations_in, require_trail

MOST_PEOPLE = 20
MOST_WORDS = 5


def find_people(*, words: str, by: Acting) -> list[User]:
    """At most 20 accounts whose names or e-mail address hold every word, by family name.

    Raises `Refused`. No event: it shows accounts of the reader's own base, and no child.
    """
    scope = require_trail(by)
    wanted = reduce(Q.__and__, map(_holds, words.split()[:MOST_WORDS]), Q())
    found = accounts_in(scope).filter(wanted).select_related("employer")
    return list(found.order_by("family_name", "given_name", "pk")[:MOST_PEOPLE])


def find_organisations(*, words: str, by: Acting) -> list[Organisation]:
    """At most 20 organisations whose names hold every word, by name. Raises `Refused`. No event."""
    scope = require_trail(by)
    wanted = reduce(
        Q.__and__, (Q(name__icontains=word) for word in words.split()[:MOST_WORDS]), Q()
    )
    return list(organisations_in(scope).filter(wanted).order_by("name", "pk")[:MOST_PEOPLE])


def _holds(word: str) -> Q:
    return Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
