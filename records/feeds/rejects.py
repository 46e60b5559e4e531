"""The file in which a load lists what was wrong with rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import IO

from records.feeds.rows import Reject


class RejectsFile:
    """A CSV of faults, made when the first one comes; holds no value of any row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def __call__(self, reject: Reject) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(["line", "column", "value_class", "remedy"])
        row = [reject.line, reject.column, reject.value_class, reject.remedy]
        csv.writer(self._file).writerow(row)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def __bool__(self) -> bool:
        return self._file is not None
