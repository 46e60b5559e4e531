"""Homes of staff are keyed hashes, made outside; a child's home is hashed at the look and compared.

The samples here are those of `docs/how-to/import-staff.md`: an export that agrees with them agrees
with us.
"""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from accounts.households import (
    Home,
    home_hashes,
    house_of,
    keys_of,
    normalised_surname,
    postcode_hash,
    viewer_facts,
)
from accounts.models import StaffHousehold
from accounts.roles import Role
from contactpoint.checks import settings_are_strong
from tests.factories.accounts import EmployerFactory, UserFactory, acting_as, acting_under, grant

KEY = b"sample-key-of-thirty-two-letters"
MILL = Home("Flat 3, 12A Mill Lane", "", "LS1 1AA", "")


def test_the_published_samples():
    assert home_hashes(MILL, KEY) == [
        "c5929a698cf7e43cadf3ca41b8f7c719fa9e480a54d755ea2d5160ab153d601c"
    ]
    assert home_hashes(Home(uprn="0100012345678"), KEY) == [
        "444f1850c90baf6fb7468d9d220db7e544ec11deac7c83228a5295c22c646dc1"
    ]
    assert postcode_hash("ls1 1aa", KEY) == (
        "63a8254dfbb8c0201d49a80dbdd297a104c1018058de686d85ecedf248595b82"
    )


def test_the_page_for_exporters_shows_the_same_samples():
    page = Path("docs/how-to/import-staff.md").read_text(encoding="utf-8")
    for home in (MILL, Home(uprn="0100012345678")):
        assert home_hashes(home, KEY)[0] in page
    assert postcode_hash("LS1 1AA", KEY) in page


@pytest.mark.parametrize(
    ("lines", "house"),
    [
        (("12 Mill Lane", ""), "12"),
        (("12a mill lane", ""), "12A"),
        (("Flat 3", "12 Mill Lane"), "3 12"),
        (("12 Mill Lane", "Flat 3"), "3 12"),
        (("Rose Cottage", "Mill Lane"), "ROSECOTTAGE"),
        (("Tŷ Coch", ""), "TYCOCH"),
        (("", ""), ""),
    ],
)
def test_a_house_is_known_by_its_numbers_or_else_its_name(lines, house):
    assert house_of(Home(*lines)) == house


@pytest.mark.parametrize(
    "same",
    [
        Home("12A, Mill Lane", "Flat 3", "ls11aa"),
        Home("FLAT 3, 12A MILL LANE", "Leeds", "LS1  1AA"),
    ],
)
def test_one_home_written_in_several_ways_has_one_hash(same):
    assert home_hashes(same, KEY) == home_hashes(MILL, KEY)


@pytest.mark.parametrize(
    "other", [Home("12B Mill Lane", "Flat 3", "LS1 1AA"), Home(MILL.line_1, "", "LS1 1AB")]
)
def test_another_house_or_postcode_has_another_hash(other):
    assert home_hashes(other, KEY) != home_hashes(MILL, KEY)


def test_an_address_that_says_too_little_has_no_hash():
    assert home_hashes(Home("12 Mill Lane", "", "", ""), KEY) == []
    assert home_hashes(Home("", "", "LS1 1AA", ""), KEY) == []


def test_surnames_are_kept_normalised():
    names = ["Ní Bhriain", "O'Brien", "Smith-Jones ", "李"]
    assert [normalised_surname(name) for name in names] == [
        "NI-BHRIAIN", "OBRIEN", "SMITH-JONES", "",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["homes", "former_homes", "postcodes"])
def test_the_database_takes_nothing_in_clear(column):
    user = UserFactory()
    for value in ("12 Mill Lane", "LS1 1AA", "a" * 63):
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffHousehold.objects.create(user=user, employer=user.employer, **{column: [value]})
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffHousehold.objects.create(
            user=user, employer=user.employer, former_surnames=["Née Smith"]
        )


@pytest.fixture
def viewer(db, settings):
    acting = acting_as(Role.PRACTITIONER)
    settings.HOUSEHOLD_KEYS = {str(acting.organisation.key): KEY.decode()}
    return acting


def lives(user, **facts):
    return StaffHousehold.objects.create(user=user, employer=user.employer, **facts)


def facts_of(viewer, *homes):
    found = viewer_facts(lambda: homes, by=viewer).facts
    return {name for name, holds in found.items() if holds}


def test_each_fact_is_found_and_no_other(viewer):
    lives(
        viewer.user,
        homes=home_hashes(MILL, KEY),
        former_homes=home_hashes(Home("1 Old Street", "", "LS9 9ZZ"), KEY),
        postcodes=[postcode_hash("LS1 1AA", KEY)],
    )
    colleague = UserFactory(employer=viewer.organisation)
    lives(colleague, homes=home_hashes(Home("5 Elm Road", "", "LS2 2BB"), KEY))
    assert facts_of(viewer, MILL) == {"same_household", "same_postcode"}
    assert facts_of(viewer, Home("14 Mill Lane", "", "LS1 1AA")) == {"same_postcode"}
    assert facts_of(viewer, Home("1 Old Street", "", "LS9 9ZZ")) == {"former_household"}
    assert facts_of(viewer, Home("5 Elm Road", "", "LS2 2BB")) == {"colleague_household"}
    assert facts_of(viewer, Home("6 Elm Road", "", "LS2 2BB")) == set()
    assert facts_of(viewer) == set()


def test_whoever_left_is_no_colleague_and_nor_is_another_employers_person(viewer):
    home = Home("5 Elm Road", "", "LS2 2BB")
    gone = UserFactory(employer=viewer.organisation, status="closed")
    elsewhere = UserFactory(employer=EmployerFactory())
    for user in (gone, elsewhere):
        lives(user, homes=home_hashes(home, KEY))
    assert facts_of(viewer, home) == set()


def test_a_new_key_and_the_former_one_count_while_hashes_are_renewed(viewer, settings):
    lives(viewer.user, homes=home_hashes(MILL, KEY))
    settings.HOUSEHOLD_KEYS = {str(viewer.organisation.key): f"{'n' * 32} {KEY.decode()}"}
    assert "same_household" in facts_of(viewer, MILL)
    settings.HOUSEHOLD_KEYS = {str(viewer.organisation.key): "n" * 32}
    assert facts_of(viewer, MILL) == set()


def test_without_a_key_nothing_is_compared(viewer, settings, django_assert_num_queries):
    settings.HOUSEHOLD_KEYS = {}
    lives(viewer.user, homes=home_hashes(MILL, KEY), former_surnames=["SMITH"])
    with django_assert_num_queries(1):
        found = viewer_facts(lambda: pytest.fail("asked for a home"), by=viewer)
    assert (found.facts, found.former_surnames) == ({}, ("SMITH",))


def test_a_demonstration_has_keys_of_its_own_one_an_employer(viewer, settings):
    settings.HOUSEHOLD_KEYS, settings.DEMO = {}, True
    other = EmployerFactory()
    assert keys_of(viewer.organisation) != keys_of(other)
    assert len(keys_of(other)[0]) == 32


def test_who_moved_is_compared_under_the_new_employers_key_alone(viewer):
    lives(viewer.user, homes=home_hashes(MILL, KEY))
    new = EmployerFactory(parent=viewer.organisation)
    type(viewer.user).objects.filter(pk=viewer.user.pk).update(employer=new)
    moved = acting_under(grant(viewer.user, Role.PRACTITIONER, new))
    assert facts_of(moved, MILL) == set()


@pytest.mark.parametrize(
    "keys", [{"a": "short"}, {"a": "k" * 32, "b": "k" * 32}, {"a": "of-the-sessions" * 4}]
)
def test_production_refuses_a_weak_or_shared_key(settings, keys):
    settings.PRODUCTION, settings.SECRET_KEY = True, "of-the-sessions" * 4
    settings.HOUSEHOLD_KEYS = keys
    assert "contactpoint.E009" in {fault.id for fault in settings_are_strong(None)}
