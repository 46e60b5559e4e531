"""Audited writes to child records: one verb, one transaction, one event, the search row with it.

What is replaced stays, with its end. Nothing is deleted.
"""

from records.actions.amending import (
    add_identifier,
    amend_address,
    amend_authority,
    amend_birth_date,
    amend_carers,
    amend_name,
    amend_practice,
    amend_school,
    amend_sex,
    end_identifier,
)
from records.actions.creating import create_record
from records.actions.disputes import dispute_field
from records.actions.involvement import (
    confirm_involvement,
    end_involvement,
    name_lead,
    record_involvement,
    work_with,
)

__all__ = [
    "add_identifier",
    "amend_address",
    "amend_authority",
    "amend_birth_date",
    "amend_carers",
    "amend_name",
    "amend_practice",
    "amend_school",
    "amend_sex",
    "confirm_involvement",
    "create_record",
    "dispute_field",
    "end_identifier",
    "end_involvement",
    "name_lead",
    "record_involvement",
    "work_with",
]
