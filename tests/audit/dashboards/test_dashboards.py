"""The central team sees the country, a team its own user base; neither reads an event."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.acting import Acting
from accounts.models import Authority
from accounts.roles import OrganisationKind, Role
from audit.dashboards.counts import by_base, by_day
from audit.dashboards.england import BLOCKS, tiles
from tests.factories.accounts import OrganisationFactory, acting_as, sign_in

pytestmark = pytest.mark.django_db(databases=["default", "owner", "count"])
ROWS = """
    INSERT INTO audit_count AS held VALUES (%s, %s, %s, %s, %s, '', 'practitioner', %s, 100)
    ON CONFLICT (kind, whose, starts, action, outcome, reason, role)
    DO UPDATE SET n = held.n + excluded.n
"""
Count = Callable[..., None]


@pytest.fixture
def count(as_owner) -> Iterator[Count]:
    """Writes counts as the sealer folds them; takes them away afterwards."""

    def write(base: int, day: date, action: str, n: int, outcome: str = "success") -> None:
        month = day.replace(day=1)
        for kind, whose, starts in (
            ("country_day", 0, day),
            ("base_day", base, day),
            ("base_month", base, month),
        ):
            as_owner.execute(ROWS, [kind, whose, starts, action, outcome, n])

    yield write
    as_owner.execute("DELETE FROM audit_count WHERE size = 100")


def visit(by: Acting, name: str, **query: str) -> str:
    client = Client()
    sign_in(client, by.user)
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return words(response.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(html)))


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def test_the_central_team_sees_what_the_country_did_and_leaves_an_event(count, events) -> None:
    central = acting_as(Role.CENTRAL_TEAM)
    count(41, yesterday(), "search.performed", 1_234)
    count(41, yesterday(), "access.denied", 7, outcome="denied")
    count(42, yesterday() - timedelta(days=7), "search.performed", 1_000)
    events.mark()
    page = visit(central, "dashboards:national")
    assert "Searches 1,234" in page
    assert "234 more than in the seven days before" in page
    assert "Refusals 7" in page
    assert events.one("statistics.read").detail == {"kind": "national", "filters": "searches"}


def test_the_map_names_who_had_most_and_the_table_every_authority(count) -> None:
    central, team = acting_as(Role.CENTRAL_TEAM), acting_as(Role.MANAGEMENT_TEAM)
    assert team.base is not None
    count(team.base.pk, yesterday(), "record.viewed", 88)
    page = visit(central, "dashboards:national", measure="openings", month=f"{yesterday():%Y-%m}")
    assert f"{team.base.name} had most of the 88 (records opened)" in page
    assert f"{team.base.name} 88" in page


def test_of_few_others_no_middle_is_told(count) -> None:
    team, other = acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.MANAGEMENT_TEAM)
    assert team.base is not None
    assert other.base is not None
    count(other.base.pk, yesterday(), "search.performed", 7_777)
    page = visit(team, "dashboards:local", month=f"{yesterday():%Y-%m}")
    assert "the middle of the others: no figure" in page
    for _ in range(4):
        body = OrganisationFactory(kind=OrganisationKind.NATIONAL_PARTNER)
        count(body.pk, yesterday(), "search.performed", 40)
    page = visit(team, "dashboards:local", month=f"{yesterday():%Y-%m}")
    assert "the middle of the others: 40" in page


def test_a_team_sees_its_own_base_and_the_middle_of_all_and_nobody_elses(count) -> None:
    team, other = acting_as(Role.MANAGEMENT_TEAM), acting_as(Role.MANAGEMENT_TEAM)
    assert team.base is not None
    assert other.base is not None
    count(team.base.pk, yesterday(), "search.performed", 55)
    count(other.base.pk, yesterday(), "search.performed", 7_777)
    page = visit(team, "dashboards:local", month=f"{yesterday():%Y-%m}")
    assert f"{team.base.name}: 55 searches" in page
    assert "7,777" not in page
    assert other.base.name not in page


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.MEDIATOR, Role.ACCREDITATION_OFFICER])
def test_nobody_else_sees_figures_and_the_refusal_is_recorded(role: Role, events) -> None:
    client, by = Client(), acting_as(role)
    sign_in(client, by.user)
    events.mark()
    for name in ("dashboards:national", "dashboards:local"):
        assert client.get(reverse(name)).status_code == 403
    assert events.actions() == ["access.denied", "access.denied"]


@pytest.mark.parametrize("query", [{"month": "2019-01"}, {"measure": "names"}, {"month": "x"}])
def test_a_measure_or_month_that_is_not_offered_is_not_found(query: dict[str, str]) -> None:
    client, by = Client(), acting_as(Role.CENTRAL_TEAM)
    sign_in(client, by.user)
    assert client.get(reverse("dashboards:national"), query).status_code == 404


@pytest.mark.parametrize(
    ("role", "name"),
    [(Role.CENTRAL_TEAM, "dashboards:national"), (Role.MANAGEMENT_TEAM, "dashboards:local")],
)
def test_a_dashboard_asks_fifteen_questions_at_most_and_none_about_an_event(
    role: Role, name: str, count
) -> None:
    by = acting_as(role)
    for n in range(12):
        body = OrganisationFactory(kind=OrganisationKind.NATIONAL_PARTNER)
        count(body.pk, yesterday() - timedelta(days=n), "search.performed", n + 1)
    client = Client()
    sign_in(client, by.user)
    client.get(reverse(name))
    with (
        CaptureQueriesContext(connections["default"]) as business,
        CaptureQueriesContext(connections["count"]) as counted,
    ):
        client.get(reverse(name))
    asked = [query["sql"] for query in (*business, *counted)]
    page = [sql for sql in asked if not _of_every_request(sql)]
    assert len(page) <= 15
    assert not [sql for sql in asked if re.search(r"FROM (public\.)?audit_event\b", sql)]


def _of_every_request(sql: str) -> bool:
    """Who asks, in which session and standing: the same on every page, with its own test."""
    return bool(re.search(r"EXECUTE accounts_|accounts_session|SAVEPOINT", sql))


def test_what_is_counted_twice_is_added_and_what_no_measure_names_is_left_out(count) -> None:
    count(43, yesterday(), "search.refused", 2, outcome="denied")
    count(43, yesterday(), "search.limited", 3, outcome="denied")
    count(43, yesterday(), "auth.login", 9)
    assert by_day(yesterday(), yesterday())[yesterday()]["refusals"] == 5
    assert by_base(yesterday().replace(day=1))[43] == {"refusals": 5}


def test_every_authority_of_england_has_a_tile_of_its_own() -> None:
    placed = tiles(list(Authority.objects.all()), {})
    assert len(placed) == 153
    assert len({(tile.column, tile.row) for tile in placed}) == 153
    assert set(BLOCKS) == set(Authority.objects.values_list("region", flat=True))
