"""What each profile of a shield hides of a record. Pure; of the search index: `search/index.py`.

Where a child is shows in more than an address: in school, practice and authority, in the names of
local services, in numbers that an authority issues. They go together, former ones too: what is left
over would tell the rest.
"""

from __future__ import annotations

from enum import StrEnum

from records.models import DisputedField, IdentifierScheme, ShieldProfile


class Part(StrEnum):
    """A part of a record that a shield can hide."""

    FORMER_NAMES = "former_names"
    EARLIER_BIRTHS = "earlier_births"
    AUTHORITY = "authority"
    ADDRESSES = "addresses"
    CARERS = "carers"
    SCHOOL = "school"
    PRACTICE = "practice"
    CONTACTS = "contacts"  # which service it is, and how to reach it; its kind stays
    INVOLVEMENTS = "involvements"
    LOCAL_IDENTIFIERS = "local_identifiers"
    IDENTIFIERS = "identifiers"


_LOCATION = frozenset(
    {
        Part.AUTHORITY,
        Part.ADDRESSES,
        Part.SCHOOL,
        Part.PRACTICE,
        Part.CONTACTS,
        Part.LOCAL_IDENTIFIERS,
    }
)
HIDES: dict[ShieldProfile, frozenset[Part]] = {
    ShieldProfile.LOCATION: _LOCATION,
    ShieldProfile.RELATIONS: _LOCATION | {Part.CARERS},
    ShieldProfile.FULL: frozenset(Part),
}

# The number of the National Health Service says nothing about where; every other one is issued
# by an authority, a school or a court.
NATIONAL_SCHEMES = frozenset({IdentifierScheme.NHS_NUMBER})

# A mark "this is wrong" beside something hidden would say that there is something.
DISPUTES: dict[DisputedField, Part] = {
    DisputedField.ADDRESS: Part.ADDRESSES,
    DisputedField.CARER: Part.CARERS,
    DisputedField.SCHOOL: Part.SCHOOL,
    DisputedField.PRACTICE: Part.PRACTICE,
    DisputedField.INVOLVEMENT: Part.CONTACTS,
}


def hidden_by(profile: str | None) -> frozenset[Part]:
    """What a shield of this profile hides; nothing without one."""
    return HIDES[ShieldProfile(profile)] if profile else frozenset()
