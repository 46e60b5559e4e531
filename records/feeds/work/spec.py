"""What a feed of rows is: its columns, what they point to, and the table they become.

SQL stands here in pieces, all of them constants: `r` is the staged row, `t` the row it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Check = Callable[[str], str]


@dataclass(frozen=True)
class Column:
    """One column of the file: how a cell is checked (text in, text for COPY out), what it is."""

    check: Check
    sql_type: str = "text"
    required: bool = False
    about: str = ""


@dataclass(frozen=True)
class Lookup:
    """What a cell points to; `into` is the staged column for its id. `select` gives the id for row
    `r`, or, where there is a `key`, a table of `key` and `id` that is joined at once.

    A row whose `given` holds and that points to nothing is rejected.
    """

    into: str
    column: str
    select: str
    value_class: str
    remedy: str
    given: str = "true"
    key: str = ""


@dataclass(frozen=True)
class Fault:
    """What only the row as a whole, or its neighbours, can say: rejected where `where` holds."""

    column: str
    where: str
    value_class: str
    remedy: str


@dataclass(frozen=True)
class Feed:
    """One kind of file. `fields` are the table's columns with their value for a new row; `updates`
    replaces that value where a row is known; `marks` are set, and not compared, when it changes,
    `new_marks` when it is new. `before` are statements that make what the fields refer to.
    """

    name: str
    title: str
    table: str
    columns: Mapping[str, Column]
    fields: Mapping[str, str]
    lookups: Sequence[Lookup] = ()
    faults: Sequence[Fault] = ()
    updates: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    new_marks: Mapping[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()

    @property
    def changed(self) -> Mapping[str, str]:
        """Each field with its value for a row that is known."""
        return {**self.fields, **self.updates}

    @property
    def required(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.required]
