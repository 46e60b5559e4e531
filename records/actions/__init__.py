"""Audited writes to child records: one verb, one transaction, one event, the search row with it.

What is replaced stays, with its end. Nothing is deleted.
"""

from records.actions.amending import (
    amend_address,
    amend_birth_date,
    amend_carers,
    amend_name,
    amend_practice,
    amend_school,
)
from records.actions.creating import create_record
from records.actions.disputes import dispute_field
from records.actions.involvement import (
    confirm_involvement,
    end_involvement,
    record_involvement,
)

__all__ = [
    "amend_address",
    "amend_birth_date",
    "amend_carers",
    "amend_name",
    "amend_practice",
    "amend_school",
    "confirm_involvement",
    "create_record",
    "dispute_field",
    "end_involvement",
    "record_involvement",
]
