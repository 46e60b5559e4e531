"""Search tests: every test begins without name frequencies kept from another."""

from collections.abc import Iterator

import pytest

from records.search import vocabulary


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    vocabulary.forget()
    yield
    vocabulary.forget()
