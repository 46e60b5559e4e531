"""Files people send us: judged by their content before they are kept, and kept out of the web's
reach.

`judge` says what a file is or why it is refused; `storage.py` keeps it. Who may read one again is
decided in `accounts/access.py`. Nothing here opens a file for its meaning.
"""

from accounts.uploads.judging import FileType, Upload, judge
from accounts.uploads.refusal import FileRefused
from accounts.uploads.storage import Damaged, discard, keep, read

__all__ = [
    "Damaged",
    "FileRefused",
    "FileType",
    "Upload",
    "discard",
    "judge",
    "keep",
    "read",
]
