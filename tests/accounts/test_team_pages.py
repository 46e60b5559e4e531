"""A management team sees its people, what keeps them from working, and what it can do about it."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import request_role
from accounts.conditions import CONDITIONS
from accounts.models import RoleGrant, RoleRequest, User
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from accounts.team.export import export_accounts
from accounts.team.people import PeopleFilters, people_page, person_managed
from accounts.team.standing import LACKING, STOPPED
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    UserFactory,
    acting_as,
    acting_under,
    complete_file,
    grant,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def manager(client, management_team):
    """A client signed in as the management team."""
    sign_in(client, management_team.user)
    return client


def url(name, *arguments):
    return reverse(f"accounts:{name}", args=arguments)


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def soon(days=10):
    return datetime.now(UTC) + timedelta(days=days)


def names_on(page):
    return {row.user.full_name for row in page.context["page"].object_list}


def in_a_year():
    day = timezone.localdate() + timedelta(days=365)
    return {"until_0": day.day, "until_1": day.month, "until_2": day.year}


def test_a_team_sees_its_own_people_and_nobody_else(manager, management_team, practitioner):
    school = EmployerFactory(parent=management_team.organisation)
    teacher = UserFactory(employer=school)
    stranger = acting_as(Role.PRACTITIONER).user
    page = manager.get(url("people"))
    assert {management_team.user.full_name, practitioner.user.full_name, teacher.full_name} == (
        names_on(page)
    )
    assert stranger.full_name not in text(page)


def test_people_employed_elsewhere_belong_to_the_team_whose_role_they_hold(
    manager, management_team
):
    visitor = acting_as(Role.PRACTITIONER).user
    held = grant(visitor, Role.MEDIATOR, management_team.organisation)
    assert visitor.full_name in names_on(manager.get(url("people")))
    person = text(manager.get(url("person", visitor.key)))
    assert url("suspend-account", visitor.key) not in person
    assert text(manager.get(url("suspend-account", visitor.key)), 403)
    assert text(manager.get(url("revoke-role", visitor.key, held.pk)))


def test_the_central_team_sees_everybody(client, central_team, practitioner):
    sign_in(client, central_team.user)
    stranger = acting_as(Role.PRACTITIONER).user
    names = names_on(client.get(url("people")))
    assert {practitioner.user.full_name, stranger.full_name} <= names


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_no_other_role_sees_the_team_page(client, role, events):
    sign_in(client, acting_as(role).user)
    text(client.get(url("people")), 403)
    assert events.one("access.denied").detail == {"permission": "manage_accounts"}


def test_a_person_of_another_base_answers_like_nobody_at_all(manager, events):
    stranger = acting_as(Role.PRACTITIONER).user
    nobody = "00000000-0000-4000-8000-000000000000"
    answers = [text(manager.get(url("person", key)), 403) for key in (stranger.key, nobody)]
    same = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer) for answer in answers]
    assert same[0] == same[1]
    assert [event.reason for event in events.since_mark()] == ["person-not-in-user-base"] * 2


def test_what_keeps_a_person_from_working_stands_in_words(manager, management_team):
    place = EmployerFactory(parent=management_team.organisation, accredited=False)
    late = acting_as(Role.PRACTITIONER, at=place).user
    complete_file(
        UserFactory(employer=management_team.organisation, complete=False), "record-check-missing"
    )
    UserFactory(
        employer=management_team.organisation, status=AccountStatus.SUSPENDED, family_name="Stopped"
    )
    page = text(manager.get(url("people")))
    for words in [
        "Organisation not accredited today",
        "Holds no role",
        "No criminal-record check in date",
        "The account is suspended",
    ]:
        assert words in page
    person = text(manager.get(url("person", late.key)))
    assert "The accreditation of the organisation has to be renewed" in person


def test_every_condition_has_its_words_for_the_list():
    assert set(LACKING) == {condition.code for condition in CONDITIONS}
    assert set(STOPPED) == set(AccountStatus) - {AccountStatus.ACTIVE}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=suspended", {"Stopped"}),
        ("role=mediator", {"Going"}),
        ("only=ending", {"Going"}),
        ("only=hindered", {"Stopped", "Idle"}),
        ("status=nonsense", {"Stopped", "Going", "Idle", "Example"}),
    ],
)
def test_the_list_is_filtered_by_codes_in_the_address(manager, management_team, query, expected):
    place = management_team.organisation
    UserFactory(employer=place, family_name="Stopped", status=AccountStatus.SUSPENDED)
    UserFactory(employer=place, family_name="Idle")
    grant(UserFactory(employer=place, family_name="Going"), Role.MEDIATOR, until=soon())
    page = manager.get(f"{url('people')}?{query}")
    assert {row.user.family_name for row in page.context["page"].object_list} == expected


def test_roles_that_end_within_thirty_days_are_counted_and_listed(manager, management_team):
    place = management_team.organisation
    for days in (1, 29, 31):
        grant(UserFactory(employer=place), Role.PRACTITIONER, until=soon(days))
    assert "2 roles end within 30 days" in text(manager.get(url("people")))
    assert len(manager.get(f"{url('people')}?only=ending").context["page"].object_list) == 2


def test_people_are_found_by_name_without_a_name_in_the_address(manager, management_team):
    UserFactory(employer=management_team.organisation, given_name="Orla", family_name="Quince")
    page = text(manager.post(url("find-people"), {"words": "quin orl"}))
    assert "Quince, Orla" in page
    assert "Nobody found" in text(manager.post(url("find-people"), {"words": "zzzz"}))
    assert "Enter a name" in text(manager.post(url("find-people"), {"words": ""}))
    assert "Quince" not in text(manager.get(f"{url('find-people')}?words=Quince"))


def test_a_stranger_is_not_found_by_name(manager):
    stranger = acting_as(Role.PRACTITIONER, family_name="Unfindable").user
    assert stranger.email not in text(manager.post(url("find-people"), {"words": "Unfindable"}))


def test_five_hundred_people_cost_at_most_twelve_statements(
    manager, management_team, django_assert_max_num_queries
):
    place = management_team.organisation
    people = User.objects.bulk_create(UserFactory.build_batch(500, employer=place))
    kind = management_team.grant.permission
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, content_object=place, permission=kind, reason="for this test")
        for user in people
    )
    with django_assert_max_num_queries(12):
        page = manager.get(url("people"))
    assert page.context["page"].paginator.count == 502
    assert len(page.context["page"].object_list) == 50
    with django_assert_max_num_queries(12):
        assert len(manager.get(f"{url('people')}?page=11").context["page"].object_list) == 2


def verb(client, user, code, **posted):
    return client.post(url(f"{code}-account", user.key), {"reason": "the HR feed", **posted})


@pytest.mark.parametrize(
    ("before", "code", "after", "event"),
    [
        ("active", "suspend", "suspended", "account.suspended"),
        ("held", "suspend", "suspended", "account.suspended"),
        ("suspended", "reinstate", "active", "account.reinstated"),
        ("held", "reinstate", "active", "account.released"),
        ("active", "close", "closed", "account.closed"),
    ],
)
def test_an_account_is_changed_after_a_reason(
    manager, management_team, events, before, code, after, event
):
    user = UserFactory(employer=management_team.organisation, status=before)
    assert "consequence" not in text(manager.get(url(f"{code}-account", user.key)))
    assert "Enter your reason" in text(verb(manager, user, code, reason=""))
    assert events.actions() == []
    assert verb(manager, user, code).url == url("person", user.key)
    user.refresh_from_db()
    assert user.status == after
    done = events.one(event)
    assert events.payloads()[done.id] == "the HR feed"


def test_the_page_offers_only_what_the_state_allows(manager, management_team):
    offered = {
        "active": {"suspend", "close"},
        "held": {"suspend", "reinstate", "close"},
        "suspended": {"reinstate", "close"},
        "invited": {"close"},
        "closed": set(),
    }
    for status, codes in offered.items():
        user = UserFactory(employer=management_team.organisation, status=status)
        page = text(manager.get(url("person", user.key)))
        found = {
            c for c in offered["active"] | {"reinstate"} if url(f"{c}-account", user.key) in page
        }
        assert found == codes, status


def test_who_comes_second_is_told_that_nothing_was_changed(manager, management_team, events):
    user = UserFactory(employer=management_team.organisation)
    verb(manager, user, "suspend")
    answer = manager.post(url("suspend-account", user.key), {"reason": "the same"}, follow=True)
    assert "Nothing was changed" in text(answer)
    assert events.actions() == [
        "account.suspended",
        "investigation.opened",
        "manager.notified",
        "account.read",  # the page after it
    ]


@pytest.mark.parametrize("code", ["suspend", "reinstate", "close"])
def test_nobody_changes_their_own_account(manager, management_team, code, events):
    assert verb(manager, management_team.user, code).status_code == 403
    assert events.one("access.denied").reason == "own-account"
    page = text(manager.get(url("person", management_team.user.key)))
    assert url(f"{code}-account", management_team.user.key) not in page
    assert "This is your own account" in page


@pytest.mark.parametrize("code", ["reinstate", "close"])
def test_giving_back_and_closing_ask_for_the_second_factor_again_and_keep_the_reason(
    manager, management_team, code
):
    user = UserFactory(employer=management_team.organisation, status=AccountStatus.HELD)
    with time_machine.travel(soon(0) + timedelta(minutes=6)):
        answer = verb(manager, user, code)
        assert "/account/factors/reauthenticate/" in answer.url
        user.refresh_from_db()
        assert user.status == AccountStatus.HELD
        kept = text(manager.get(f"{url(f'{code}-account', user.key)}?held=1"))
        assert "the HR feed" in kept


def test_suspending_needs_no_second_factor_again(manager, management_team):
    user = UserFactory(employer=management_team.organisation)
    with time_machine.travel(soon(0) + timedelta(minutes=6)):
        verb(manager, user, "suspend")
    user.refresh_from_db()
    assert user.status == AccountStatus.SUSPENDED


def give(client, user, kind, place, **posted):
    given = {"role": kind, "organisation": place.key, "reason": "new post", **in_a_year(), **posted}
    return client.post(url("grant-role", user.key), given)


def test_a_role_of_daily_work_is_given_on_one_page(manager, management_team, events):
    place = management_team.organisation
    user = UserFactory(employer=place)
    assert give(manager, user, "practitioner", place).url == url("person", user.key)
    held = RoleGrant.objects.get(user=user)
    assert timezone.localdate(held.until) == timezone.localdate() + timedelta(days=365)
    assert events.actions() == ["role.granted"]
    page = text(manager.get(url("person", user.key)))
    assert "Practitioner" in page
    assert "new post" in page


def test_a_powerful_role_is_asked_for_and_a_colleague_agrees(manager, management_team, events):
    place = management_team.organisation
    user = UserFactory(employer=place)
    answer = manager.post(
        url("grant-role", user.key),
        {
            "role": "shield_administrator",
            "organisation": place.key,
            "reason": "the desk",
            **in_a_year(),
        },
        follow=True,
    )
    assert "Another member of a management team has to agree" in text(answer)
    asked = RoleRequest.objects.get()
    assert "You asked: somebody else answers" in text(manager.get(url("role-requests")))
    answered = manager.post(url("answer-role-request", asked.key), {"answer": "yes"})
    assert answered.status_code == 403
    colleague = Client()
    sign_in(colleague, acting_as(Role.MANAGEMENT_TEAM, at=place).user)
    assert "1 request for a role waits" in text(colleague.get(url("people")))
    assert "the desk" in text(colleague.get(url("answer-role-request", asked.key)))
    colleague.post(url("answer-role-request", asked.key), {"answer": "yes"})
    assert RoleGrant.objects.get(user=user).role == Role.SHIELD_ADMINISTRATOR
    acts = ["role.requested", "account.read", "access.denied", "role.granted"]
    assert events.actions() == acts
    assert "No request waits" in text(colleague.get(url("role-requests")))
    assert text(colleague.get(url("answer-role-request", asked.key)), 403)


def test_a_refusal_of_a_request_says_why(client, management_team):
    place = management_team.organisation
    asked = request_role(
        user=UserFactory(employer=place),
        organisation=place,
        role=Role.SHIELD_ADMINISTRATOR,
        reason="the desk",
        by=acting_as(Role.MANAGEMENT_TEAM, at=place),
    )
    sign_in(client, management_team.user)
    address = url("answer-role-request", asked.key)
    assert "Choose your answer" in text(client.post(address, {}))
    assert "Enter why you refuse" in text(client.post(address, {"answer": "no"}))
    client.post(address, {"answer": "no", "reason": "we have two"})
    asked.refresh_from_db()
    assert (asked.outcome, asked.answer) == ("refused", "we have two")


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"role": ""}, "Choose a role"),
        ({"organisation": ""}, "Choose an organisation"),
        ({"reason": ""}, "Enter your reason"),
        ({"until_0": "", "until_1": "", "until_2": ""}, "Enter the last day of this role"),
        ({"until_0": "31", "until_1": "2"}, "Enter a date that exists"),
        ({"until_2": "2020"}, "must be after today and within three years"),
        ({"until_2": "2090"}, "must be after today and within three years"),
        ({"until_2": "x"}, "Enter a valid year"),
    ],
)
def test_the_form_for_a_role_says_what_to_mend(manager, management_team, posted, words):
    place = management_team.organisation
    user = UserFactory(employer=place)
    assert words in text(give(manager, user, "practitioner", place, **posted))
    assert not RoleGrant.objects.filter(user=user).exists()


def test_an_organisation_of_another_base_cannot_be_chosen(manager, management_team):
    user = UserFactory(employer=management_team.organisation)
    elsewhere = acting_as(Role.PRACTITIONER).organisation
    text(give(manager, user, "practitioner", elsewhere))
    assert not RoleGrant.objects.filter(user=user).exists()


def test_a_role_is_ended_with_a_reason(manager, management_team, practitioner, events):
    address = url("revoke-role", practitioner.user.key, practitioner.grant.pk)
    assert "End a role now" in text(manager.get(address))
    manager.post(address, {"reason": "left the post"})
    assert not RoleGrant.objects.filter(user=practitioner.user).exists()
    assert events.payloads()[events.one("role.revoked").id] == "left the post"
    assert text(manager.get(address), 403)


def test_a_role_is_extended_or_its_extension_asked_for(manager, management_team, events):
    place = management_team.organisation
    for role, action in [("mediator", "role.extended"), ("shield_administrator", "role.requested")]:
        user = UserFactory(employer=place)
        held = grant(user, Role(role), until=soon())
        address = url("extend-role", user.key, held.pk)
        assert "Extend a role" in text(manager.get(address))
        events.mark()
        manager.post(address, {"reason": "stays", **in_a_year()})
        assert events.actions() == [action]


def exported(response):
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_list_leaves_as_a_file_with_a_reason_and_an_event(manager, management_team, events):
    UserFactory(employer=management_team.organisation, family_name="=cmd()")
    UserFactory(employer=management_team.organisation, status=AccountStatus.SUSPENDED)
    acting_as(Role.PRACTITIONER)
    assert "Enter your reason" in text(manager.post(url("export-people"), {"reason": ""}))
    answer = manager.post(f"{url('export-people')}?only=hindered", {"reason": "yearly review"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = exported(answer)
    assert {row["Family name"] for row in rows} == {"'=cmd()", "Example"}
    assert {row["Status"] for row in rows} == {"Active", "Suspended"}
    event = events.one("account.exported")
    assert (event.result_count, event.detail["filters"]) == (2, ["hindered"])
    assert events.payloads()[event.id] == "yearly review"


def test_an_export_asks_for_the_second_factor_again(manager):
    with time_machine.travel(soon(0) + timedelta(minutes=6)):
        answer = manager.post(f"{url('export-people')}?only=ending", {"reason": "yearly review"})
    assert "/account/factors/reauthenticate/" in answer.url
    assert "only%3Dending" in answer.url


def test_the_event_fails_so_no_list_leaves(management_team):
    with event_insert_fails(), pytest.raises(DatabaseError):
        export_accounts(filters=PeopleFilters(), reason="review", by=management_team)


def test_reads_ask_the_same_door_as_pages(practitioner, management_team):
    for act in (
        lambda: people_page(filters=PeopleFilters(), number=None, by=practitioner),
        lambda: person_managed(key=management_team.user.key, by=practitioner),
        lambda: export_accounts(filters=PeopleFilters(), reason="x", by=practitioner),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.decision.code == "role-may-not"


def test_a_team_whose_organisation_lapsed_sees_nobody(manager, management_team):
    management_team.base.accreditations.update(
        valid_from=date(2019, 1, 1), valid_until=date(2020, 1, 1)
    )
    text(manager.get(url("people")), 403)
    with pytest.raises(Refused):
        people_page(filters=PeopleFilters(), number=None, by=acting_under(management_team.grant))
