"""Questions that every request asks, compiled once a process and planned once a connection.

Django writes the text of a query anew each time it is asked, and PostgreSQL plans it anew: for the
standing of an account that was half of a whole request's time. Only the text and the plan are kept.
The answer is asked for every time, so nothing about anybody outlives its request.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.models import Model, QuerySet
from psycopg2.extensions import AsIs

Value = int | str | UUID
M = TypeVar("M", bound=Model)

SQL_TYPES: dict[type, str] = {int: "bigint", str: "text", UUID: "uuid"}

# What each connection has been told; it goes with the connection.
_told: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared(Generic[M]):
    """A question with parameters, under a name of its own.

    `build` makes its queryset from values of `types`. It is called once, with values that stand for
    the parameters, so it may compare with each of them and do nothing else.
    """

    def __init__(self, name: str, build: Callable[..., QuerySet[M]], *types: type) -> None:
        self._name, self._build, self._types = name, build, types
        self._lock = Lock()
        self._compiled: tuple[QuerySet[M], Any, str] | None = None

    def ask(self, *values: Value) -> list[M]:
        """The rows for these values, asked for now, in one statement."""
        queryset, compiler, text = self._question()
        connection = connections[queryset.db]
        self._tell(connection, text)
        compiler = copy(compiler)
        compiler.connection = connection
        places = ", ".join(["%s"] * len(values))
        compiler.as_sql = lambda: (f"EXECUTE {self._name} ({places})", values)
        question: Any = queryset.all()
        question.query.get_compiler = lambda using: compiler
        return list(question)

    def _question(self) -> tuple[QuerySet[M], Any, str]:
        with self._lock:
            if self._compiled is None:
                self._compiled = self._compile()
            return self._compiled

    def _compile(self) -> tuple[QuerySet[M], Any, str]:
        standing_in = [_stand_in(kind, number) for number, kind in enumerate(self._types, start=1)]
        queryset = self._build(*standing_in)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        missing = [value for value in standing_in if value not in params]
        if missing:
            raise TypeError(f"{self._name} does not compare with each of its parameters.")
        compiler.connection = None  # each asking brings its own
        numbered = [
            AsIs(f"${standing_in.index(value) + 1}") if value in standing_in else value
            for value in params
        ]
        with connections[queryset.db].cursor() as cursor:
            body = cursor.mogrify(sql, numbered).decode()
        types = ", ".join(SQL_TYPES[kind] for kind in self._types)
        return queryset, compiler, f"PREPARE {self._name} ({types}) AS {body}"

    def _tell(self, connection: Any, text: str) -> None:
        """Outside Django's count of statements: it is asked once in the life of a connection."""
        connection.ensure_connection()
        told = _told.setdefault(connection.connection, set())
        if self._name not in told:
            with connection.connection.cursor() as cursor:
                cursor.execute(text)
            told.add(self._name)


def _stand_in(kind: type, number: int) -> Value:
    """A value that no row holds, to find the place of a parameter by."""
    if kind is UUID:
        return UUID(int=number)
    return -2_000_000_000 - number if kind is int else f"\x01parameter {number}\x01"
