"""Audited reads: searching and opening. Look and event are one transaction.

No event, no disclosure.
Who may is asked of `policies.py`; what one person sees of a record is cut out by `visibility.py`.
"""

from records.access.by_address import (
    ask_by_address,
    confirm_address_search,
    count_at_address,
    show_at_address,
)
from records.access.opening import find_record, open_record, print_record
from records.access.searching import (
    Found,
    SearchAnswer,
    ask,
    record_expired_search,
    search_records,
)

__all__ = [
    "Found",
    "SearchAnswer",
    "ask",
    "ask_by_address",
    "confirm_address_search",
    "count_at_address",
    "find_record",
    "open_record",
    "print_record",
    "record_expired_search",
    "search_records",
    "show_at_address",
]
