"""Finding the right child among millions, and nothing else: the only door for the rest of records.

What belongs here: the names other modules may use. Why it is built as it is:
docs/adr/0005-search-keys.md.
"""

from records.search.at_address import Band, children_at
from records.search.engine import Hit, SearchResult, search
from records.search.index import index_children, remove_children
from records.search.keys import IndexedChild, IndexedName, search_row
from records.search.names import recount
from records.search.refuse import Refusal
from records.search.terms import SearchTerms, TypedDate
from records.search.vocabulary import surname_share

__all__ = [
    "Band",
    "Hit",
    "IndexedChild",
    "IndexedName",
    "Refusal",
    "SearchResult",
    "SearchTerms",
    "TypedDate",
    "children_at",
    "index_children",
    "recount",
    "remove_children",
    "search",
    "search_row",
    "surname_share",
]
