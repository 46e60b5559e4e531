"""Why a look at a child record is normal: asked by the record page and, in batches, by detection.

`explain` takes looks (a person, a child, a moment) and says of each what recorded work explains it.
Codes and levels: `codes.py`; what counts and since when: `statements.py`; sentences: `wording.py`.
"""

from records.explanations.codes import Code
from records.explanations.judging import SLIP, Explained, Explanation, Look, explain
from records.explanations.outside import outside_teams_and_shifts

__all__ = [
    "SLIP",
    "Code",
    "Explained",
    "Explanation",
    "Look",
    "explain",
    "outside_teams_and_shifts",
]
