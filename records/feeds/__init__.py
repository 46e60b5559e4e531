"""Getting records in: read and validate (read.py), stage (stage.py), apply (apply.py, steps.py).

`load_rows` is the one door, for files and for invented children alike.
"""

from records.feeds.load import Summary, load_rows
from records.feeds.read import FileReader
from records.feeds.rows import BrokenFile, ImportRow, Reject

__all__ = ["BrokenFile", "FileReader", "ImportRow", "Reject", "Summary", "load_rows"]
