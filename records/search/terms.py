"""What a practitioner may search by, as typed. No normalisation, no rules: those read it."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date of birth as typed: possibly only a year, possibly impossible (31 February)."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether day, month and year were all typed."""
        return self.month is not None and self.day is not None


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """The boxes of the search form. Empty string or None means the box was left empty."""

    given_name: str = ""
    family_name: str = ""
    date_of_birth: TypedDate | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: str = ""
    postcode: str = ""
    identifier: str = ""

    def fields_used(self) -> tuple[str, ...]:
        """Names of the boxes that were filled, in form order: the event's `query_fields`."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple(name for name, value in values if value not in ("", None))
