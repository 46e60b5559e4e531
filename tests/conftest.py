"""Fixtures for every test: the databases as the weak roles see them, the events a test caused."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from hypothesis import settings as settings_of_hypothesis

from accounts.acting import Acting
from accounts.roles import Role
from tests.audit.event_window import EventWindow, install
from tests.audit.owner import owner_cursor
from tests.browser import browser_context_args, browser_type_launch_args, playwright, site
from tests.factories.accounts import acting_as
from tests.leaving import see_off

__all__ = ["browser_context_args", "browser_type_launch_args", "playwright", "site"]

# On CI the same examples every time: a landing does not hang on luck. At a desk, new ones each run.
settings_of_hypothesis.register_profile("ci", derandomize=True, deadline=None)
settings_of_hypothesis.register_profile("desk", deadline=None)
settings_of_hypothesis.load_profile("ci" if os.environ.get("CI") else "desk")

TRANSACTIONAL_FIXTURES = {"transactional_db", "live_server"}
ALIASES = ["default", "owner", "local", "auditor", "sealer", "count", "scan"]


@pytest.hookimpl(trylast=True)  # after -k and -m have chosen
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Transactional tests get every alias: Django flushes no mirror, so the owner must be named."""
    databases = [alias for alias in ALIASES if alias in settings.DATABASES]
    for item in items:
        marker = item.get_closest_marker("django_db")
        given = marker.kwargs if marker else {}
        fixtures = TRANSACTIONAL_FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if (given.get("transaction") or fixtures) and "databases" not in given:
            mark = pytest.mark.django_db(**{**given, "transaction": True, "databases": databases})
            item.add_marker(mark, append=False)
    _name_the_owner(items)


def _name_the_owner(items: list[pytest.Item]) -> None:
    """The other aliases mirror `owner`, so it must be made even if no chosen test asks for it."""
    marked = ((item, item.get_closest_marker("django_db")) for item in items)
    for item, marker in marked:
        if marker is not None and "databases" not in marker.kwargs:
            given = {**marker.kwargs, "databases": ["default", "owner"]}
            item.add_marker(pytest.mark.django_db(**given), append=False)
            return


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """After Django has made and migrated the test database: the tools that read events back."""
    with django_db_blocker.unblock():
        install()
    yield
    with django_db_blocker.unblock():
        see_off()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """The real hasher with little work: its cost is for attackers, not for the suite."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "time_cost", 1)
        patch.setattr(Argon2PasswordHasher, "memory_cost", 64)
        patch.setattr(Argon2PasswordHasher, "parallelism", 1)
        yield


@pytest.fixture
def as_owner(db: None) -> Iterator[Any]:
    """A cursor of the owner role on the test database, committing at once."""
    with owner_cursor() as cursor:
        yield cursor


@pytest.fixture
def events(request: pytest.FixtureRequest) -> EventWindow:
    """The events written in this test: `events.since_mark()`, `.one(action)`, `.payloads()`."""
    if not {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("db")
    return EventWindow()


@pytest.fixture
def practitioner(db: None) -> Acting:
    """A practitioner of a local authority."""
    return acting_as(Role.PRACTITIONER)


@pytest.fixture
def management_team(practitioner: Acting) -> Acting:
    """The management team of the practitioner's authority."""
    return acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)


@pytest.fixture
def other_management_team(db: None, practitioner: Acting) -> Acting:
    """The management team of another authority, which has no business with the practitioner."""
    return acting_as(Role.MANAGEMENT_TEAM)


@pytest.fixture
def central_team(db: None) -> Acting:
    """A member of the central team."""
    return acting_as(Role.CENTRAL_TEAM)


@pytest.fixture
def accreditation_officer(db: None) -> Acting:
    """An accreditation officer of the central body."""
    return acting_as(Role.ACCREDITATION_OFFICER)
