"""A national partner's team never sees or touches anybody but its own staff, an authority's team
nobody outside its own user base: whatever organisations, people, moves and mergers there were, and
by every list, policy and action that takes a person or an organisation.
"""

import inspect
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts import actions, policies
from accounts.actions import (
    close_organisation,
    grant_role,
    merge_organisation,
    move_person,
    plan_move,
)
from accounts.models import (
    IdentifierScheme,
    Organisation,
    OutboxMessage,
    RoleGrant,
    RoleRequest,
    StaffProposal,
    User,
)
from accounts.policies import Refused
from accounts.register import find_organisations, visible_organisations
from accounts.roles import Role
from accounts.staffing import read_staff
from accounts.staffing.read import REQUIRED
from accounts.team.people import PeopleFilters, find_people, open_requests, people_in
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    NationalPartnerFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)

pytestmark = pytest.mark.django_db

# What is about a person or an organisation, by the name of the parameter.
ABOUT = {"user", "employer", "organisation", "organisations", "grant", "proposal", "request"}
# A step of an accreditation: `tests/accounts/accreditation` and `test_applicant.py` try those.
STEP_OF = "application"
# Says only whether two people are one.
NO_BASE = {"not_oneself"}

NUMBERS = st.integers(min_value=0, max_value=7)
STEP = st.tuples(
    st.sampled_from(["employer", "person", "grant", "move", "merge", "close", "transfer"]),
    NUMBERS,
    NUMBERS,
)


class World:
    """Two authorities and a national partner with their teams; whatever the steps make of them."""

    def __init__(self) -> None:
        self.officer = acting_as(Role.ACCREDITATION_OFFICER)
        self.central = acting_as(Role.CENTRAL_TEAM)
        self.bodies: list[Any] = [
            LocalAuthorityFactory(), LocalAuthorityFactory(), NationalPartnerFactory(),
        ]  # fmt: skip
        self.teams = [acting_as(Role.MANAGEMENT_TEAM, at=body) for body in self.bodies]
        self.places: list[Any] = list(self.bodies)
        self.people: list[Any] = []
        for index in range(3):
            self.employer(index, 0)
            self.person(index + 3, 0)

    def take(self, step: tuple[str, int, int]) -> None:
        """One step, unless the rules forbid it."""
        name, first, second = step
        try:
            getattr(self, name)(first, second)
        except Refused:
            return

    def employer(self, body: int, _: int) -> None:
        self.places.append(EmployerFactory(parent=self.bodies[body % 3]))

    def person(self, place: int, _: int) -> None:
        at = self.place(place)
        if at.is_open:
            user = UserFactory(employer=at)
            grant(user, Role.PRACTITIONER, at)
            self.people.append(user)

    def grant(self, person: int, place: int) -> None:
        """By the team of the place, as it is today."""
        at = self.place(place)
        by = next(team for team in self.teams if team.organisation == at.base)
        grant_role(
            user=self.somebody(person), organisation=at, role=Role.PRACTITIONER, reason="x", by=by
        )

    def move(self, place: int, body: int) -> None:
        plan_move(
            organisation=self.place(place),
            to=self.bodies[body % 3],
            effective_on=timezone.localdate(),
            reason="moves",
            by=self.officer,
        )

    def merge(self, place: int, into: int) -> None:
        first, second = self.place(3 + place), self.place(3 + into)
        if first.kind == "employer":
            merge_organisation(organisation=first, into=second, reason="joined", by=self.officer)

    def close(self, place: int, _: int) -> None:
        at = self.place(3 + place)
        if at.kind == "employer":
            close_organisation(organisation=at, reason="shut", with_people=True, by=self.officer)

    def transfer(self, person: int, place: int) -> None:
        move_person(
            user=self.somebody(person), employer=self.place(place), reason="x", by=self.central
        )

    def place(self, number: int) -> Organisation:
        key = self.places[number % len(self.places)].pk
        found: Organisation = Organisation.objects.select_related("parent").get(pk=key)
        return found

    def somebody(self, number: int) -> User:
        key = self.people[number % len(self.people)].pk
        return User.objects.select_related("employer__parent").get(pk=key)


def base_of(organisation_id: int) -> int:
    """Asked of the rows themselves, by other means than the code under test."""
    parent = Organisation.objects.values_list("parent_id", flat=True).get(pk=organisation_id)
    return parent or organisation_id


def outside(team: Any) -> tuple[list[User], list[Organisation]]:
    people = User.objects.select_related("employer__parent").order_by("pk")
    places = Organisation.objects.select_related("parent").order_by("pk")
    base = team.organisation.pk
    return (
        [user for user in people if base_of(user.employer_id) != base],
        [place for place in places if base_of(place.pk) != base],
    )


def takes(function: Any) -> set[str]:
    return ABOUT & set(inspect.signature(function).parameters)


ACTIONS = {
    name: function
    for name in actions.__all__
    if inspect.isfunction(function := getattr(actions, name))
    and takes(function)
    and STEP_OF not in inspect.signature(function).parameters
}
POLICIES = {
    name: function
    for name in policies.__all__
    if inspect.isfunction(function := getattr(policies, name))
    and takes(function)
    and "acting" in inspect.signature(function).parameters
}


def test_no_action_and_no_policy_is_forgotten():
    assert {"suspend_account", "grant_role", "move_person", "import_staff"} <= set(ACTIONS)
    assert {"can_stop", "can_grant", "can_move_person", "can_import_staff"} <= set(POLICIES)


def arguments(function: Any, about: dict[str, Any]) -> dict[str, Any]:
    """A value for every parameter without a default; a new kind of parameter fails here."""
    day = timezone.localdate()
    values: dict[str, Any] = about | {
        "reason": "mine now", "role": Role.PRACTITIONER, "how": "in_person", "checked_on": day,
        "finding": "clear", "version": None, "passed_on": day, "email": "x@x.example",
        "given_name": "X", "family_name": "Y", "work_phone": "1", "line_manager_name": "Z",
        "line_manager_email": "z@x.example", "identity_how": "in_person", "checked": None,
        "until": timezone.now() + timedelta(days=9), "level": "off", "seen": None,
        "file": read_staff(",".join(REQUIRED).encode()), "scheme": IdentifierScheme.COMPANY,
        "value": "01234567", "effective_on": day, "is_first": False, "kind": "employer",
    }  # fmt: skip
    values |= {"into": about["organisation"], "to": about["organisation"]}
    given = inspect.signature(function).parameters.values()
    return {
        p.name: values[p.name]
        for p in given
        if p.name in about or (p.default is p.empty and p.name not in {"by", "acting"})
    }


def state() -> list[Any]:
    return [
        list(User.objects.order_by("pk").values_list("pk", "status", "employer", "email")),
        list(RoleGrant.objects.order_by("pk").values_list("pk", "user", "until")),
        list(Organisation.objects.order_by("pk").values_list("pk", "parent", "closed_at")),
        list(StaffProposal.objects.order_by("pk").values_list("pk", "state")),
        list(RoleRequest.objects.order_by("pk").values_list("pk", "outcome")),
    ]


def about_strangers(team: Any, pick: int) -> dict[str, Any]:
    """A person, a place, a role, a proposal and a request of somebody else's user base."""
    people, places = outside(team)
    user = people[pick % len(people)]
    home = places[pick % len(places)]
    held = RoleGrant.objects.filter(user__in=people).order_by("pk").first()
    proposal = StaffProposal.objects.create(
        employer=home, kind="joiner", staff_ref=f"N{pick}", email="n@x.example",
        effective_on=timezone.localdate(),
    )  # fmt: skip
    request = RoleRequest.objects.create(
        user=user, organisation=home, role=Role.SHIELD_ADMINISTRATOR, reason="x",
        requested_by=people[-1] if user == people[0] else people[0],
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return {"user": user, "employer": home, "organisation": home, "grant": held,
            "proposal": proposal, "request": request}  # fmt: skip


def assert_sees_only_its_own(team: Any) -> None:
    base = team.organisation.pk
    seen = set(people_in(PeopleFilters(), base)) | set(
        User.objects.get_queryset().manageable_by(base)
    )
    seen |= {row.user for row in find_people(words="e", by=team)}
    seen |= {request.user for request in open_requests(team)}
    messages = OutboxMessage.objects.visible_to(team).exclude(user=None)
    seen |= {message.user for message in messages if message.user.status != "closed"}
    assert {base_of(user.employer_id) for user in seen if user in seen} <= {base}
    places = {*visible_organisations(team), *find_organisations(words="e", by=team)}
    places |= {proposal.employer for proposal in StaffProposal.objects.managed_by(base)}
    assert {base_of(place.pk) for place in places} <= {base}


def assert_touches_nobody_else(team: Any, pick: int) -> None:
    strange = about_strangers(team, pick)
    own = {**strange, "user": team.user, "organisation": team.organisation,
           "employer": team.organisation}  # fmt: skip
    before = state()
    for name, function in ACTIONS.items():
        for about in mixes(function, strange, own):
            assert is_refused(function, about, team), f"{name} was done to a stranger"
    assert state() == before
    for name, function in POLICIES.items():
        if name not in NO_BASE:
            for about in mixes(function, strange, own):
                assert not ask(function, about, team).allowed, name


def is_refused(function: Any, about: dict[str, Any], team: Any) -> bool:
    try:
        with transaction.atomic():
            function(**arguments(function, about), by=team)
    except Refused:
        return True
    return False


def mixes(function: Any, strange: dict[str, Any], own: dict[str, Any]) -> list[dict[str, Any]]:
    """All strange; and where there are a person and a place, a colleague's at the strange place
    and the stranger at one's own.
    """
    taken = takes(function)
    if not ("user" in taken and taken & {"organisation", "employer"}):
        return [strange]
    mine = {"organisation": own["organisation"], "employer": own["employer"]}
    return [strange, strange | mine, strange | {"user": colleague_of(own["user"])}]


def colleague_of(user: User) -> User:
    known = User.objects.select_related("employer__parent").exclude(pk=user.pk)
    found = known.filter(employer=user.employer_id).order_by("pk").first()
    made: Any = found or UserFactory(employer=user.employer)
    return made  # type: ignore[no-any-return]


def ask(function: Any, about: dict[str, Any], team: Any) -> Any:
    if "organisations" in takes(function):
        return function(team, about["organisation"])
    return function(team, **arguments(function, about))


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],  # a smaller world would take minutes to find
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=12), pick=NUMBERS)
def test_no_team_reaches_beyond_its_user_base_in_any_world(steps, pick):
    with transaction.atomic():
        world = World()
        for step in steps:
            with transaction.atomic():
                world.take(step)
        for held in RoleGrant.objects.live().select_related("user"):
            assert base_of(held.content_object_id) == base_of(held.user.employer_id)
        for team in world.teams:
            with transaction.atomic():
                now = acting_under(team.grant)
                colleague_of(now.user)
                assert_sees_only_its_own(now)
                assert_touches_nobody_else(now, pick)
                transaction.set_rollback(True)
        transaction.set_rollback(True)
