"""What a suspended person had open goes to others on one screen; no child loses a helper."""

import re
from html import unescape

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.acting import Acting
from accounts.models import OutboxMessage, User
from accounts.policies import Refused
from accounts.roles import Role
from audit.investigations import actions
from audit.investigations.handing_over import hand_over
from audit.investigations.models import Investigation
from records.actions.enquiries import open_enquiry
from records.actions.handing_over import Plan
from records.models import Enquiry, Involvement
from records.open_work import count_open_work
from records.purposes import Purpose, Reason
from tests.audit.faults import event_insert_fails
from tests.factories import records, teams, working
from tests.factories.accounts import acting_as, sign_in

pytestmark = pytest.mark.django_db


class Stopped:
    """A practitioner with an enquiry, two children and a referral, suspended by their team."""

    def __init__(self) -> None:
        self.person = acting_as(Role.PRACTITIONER)
        self.team = acting_as(Role.MANAGEMENT_TEAM, at=self.person.base)
        self.mate = acting_as(Role.PRACTITIONER, at=self.person.organisation)
        self.enquiry = open_enquiry(reason=Reason(Purpose.WORKING_WITH, "T-7"), by=self.person)
        shared = teams.team(self.person.organisation, "Early help north")
        for one in (self.person, self.mate):
            teams.member(shared, one.user)
        service = records.ServiceFactory(organisation=self.person.organisation, team=shared)
        self.led, self.other = (
            records.InvolvementFactory(
                child=records.child(), service=service, team=shared, contact_name="",
                practitioner=self.person.user, is_lead=leads,
            )
            for leads in (True, False)
        )  # fmt: skip
        self.referral = working.referral(self.person)
        case = actions.suspend(user=self.user, reasons=["Own address."], by=self.team)
        assert case is not None
        self.case: Investigation = case

    @property
    def user(self) -> User:
        assert self.person.user is not None
        return self.person.user

    def plan(self, **changes: object) -> Plan:
        to = self.mate.user
        parts = {
            "enquiries": {self.enquiry.pk: to},
            "involvements": {self.led.pk: to, self.other.pk: None},
            **changes,
        }
        return Plan(**parts)


@pytest.fixture
def stopped() -> Stopped:
    return Stopped()


def at_page(by: Acting, case: Investigation, posted: dict[str, str] | None = None):
    client = Client()
    sign_in(client, by.user)
    address = reverse("investigations:hand-over", args=[case.key])
    if posted is None:
        return client.get(address)
    grant = re.findall(r'name="(acting_grant)" value="(\d+)"', client.get(address).content.decode())
    return client.post(address, {**dict(grant), **posted})


def words(response) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(response.content.decode())))


def test_everything_that_was_open_has_another_owner_afterwards(stopped, events) -> None:
    events.mark()
    assert hand_over(case=stopped.case, plan=stopped.plan(), by=stopped.team)
    assert count_open_work(stopped.user).to_hand_over == 0
    assert Enquiry.objects.get(pk=stopped.enquiry.pk).holder == stopped.mate.user
    live = Involvement.objects.filter(ended_on=None)
    with_lead = live.get(child=stopped.led.child)
    assert (with_lead.practitioner, with_lead.is_lead) == (stopped.mate.user, True)
    of_team = live.get(child=stopped.other.child)
    assert (of_team.practitioner, of_team.contact_name) == (None, "Early help north")
    assert sorted(events.actions()) == [
        "enquiry.handed_over",
        "involvement.handed_over",
        "involvement.handed_over",
    ]


def test_a_colleague_who_takes_much_is_told_once(stopped) -> None:
    hand_over(case=stopped.case, plan=stopped.plan(), by=stopped.team)
    told = OutboxMessage.objects.filter(kind="enquiry_handed_over")
    assert [each.user for each in told] == [stopped.mate.user]


def test_a_plan_that_forgets_a_child_does_nothing(stopped, events) -> None:
    events.mark()
    plan = stopped.plan(involvements={stopped.led.pk: stopped.mate.user})
    assert not hand_over(case=stopped.case, plan=plan, by=stopped.team)
    assert events.actions() == []
    assert count_open_work(stopped.user).to_hand_over == 3


def test_if_the_last_event_cannot_be_written_nothing_is_handed_over(stopped) -> None:
    with event_insert_fails("involvement.handed_over"), pytest.raises(DatabaseError):
        hand_over(case=stopped.case, plan=stopped.plan(), by=stopped.team)
    assert count_open_work(stopped.user).to_hand_over == 3
    assert not OutboxMessage.objects.filter(kind="enquiry_handed_over").exists()


def test_work_goes_to_nobody_who_holds_no_role_there(stopped) -> None:
    stranger = acting_as(Role.PRACTITIONER).user
    plan = stopped.plan(involvements={stopped.led.pk: stranger, stopped.other.pk: None})
    with pytest.raises(Refused) as refused:
        hand_over(case=stopped.case, plan=plan, by=stopped.team)
    assert refused.value.decision.code == "colleague-cannot-work-there"
    assert count_open_work(stopped.user).to_hand_over == 3


def test_a_colleague_who_works_with_the_child_already_goes_on_alone(stopped) -> None:
    theirs = records.InvolvementFactory(
        child=stopped.led.child, service=stopped.led.service, contact_name="",
        practitioner=stopped.mate.user,
    )  # fmt: skip
    assert hand_over(case=stopped.case, plan=stopped.plan(), by=stopped.team)
    live = Involvement.objects.filter(child=stopped.led.child, ended_on=None)
    assert [(each.pk, each.is_lead) for each in live] == [(theirs.pk, True)]


@pytest.mark.parametrize("role", [Role.CENTRAL_TEAM, Role.MANAGEMENT_TEAM])
def test_another_team_hands_nothing_over(stopped, role) -> None:
    with pytest.raises(Refused):
        hand_over(case=stopped.case, plan=stopped.plan(), by=acting_as(role))


def test_the_case_says_what_is_without_an_owner_and_the_page_gives_it_away(stopped) -> None:
    client = Client()
    sign_in(client, stopped.team.user)
    address = reverse("investigations:case", args=[stopped.case.key])
    assert "1 open enquiry and work with 2 children" in words(client.get(address))
    shown = words(at_page(stopped.team, stopped.case))
    assert "T-7" in shown
    assert f"Record number {stopped.led.child_id}" in shown
    assert "Aoife" not in shown
    assert "Dr Asha Rao" in shown
    refused = words(at_page(stopped.team, stopped.case, {}))
    assert "Choose who takes over: T-7" in refused
    assert "cannot take this over" not in refused
    officer = {"everything": str(stopped.team.user.key)}
    refused = words(at_page(stopped.team, stopped.case, officer))
    assert "The colleague chosen above cannot take this over. Choose who takes over: T-7" in refused
    done = at_page(
        stopped.team,
        stopped.case,
        {
            "everything": str(stopped.mate.user.key),
            f"involvement_{stopped.other.pk}": "left",
        },
    )
    assert done.status_code == 302
    assert count_open_work(stopped.user).to_hand_over == 0
    after = words(client.get(address))
    assert "Nothing is without an owner" in after
    assert "Handed over what the person had open" in after
    assert "1 referral that this person wrote down waits" in after


def test_the_page_offers_team_mates_first_and_never_the_person(stopped) -> None:
    page = at_page(stopped.team, stopped.case).content.decode()
    assert str(stopped.mate.user.key) in page
    assert str(stopped.user.key) not in page
