"""Enquiries: opened by looking, kept for the shift, gone on with, handed over, closed."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import revoke_role
from accounts.models import OutboxMessage
from accounts.policies import Refused
from accounts.roles import Role
from records.access import open_record
from records.actions.enquiries import (
    choose_enquiry,
    close_enquiry,
    hand_over_enquiry,
    open_enquiry,
)
from records.enquiries import count_open, enquiries_of
from records.models import Enquiry
from records.purposes import Purpose, Reason
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child
from tests.records.test_searching import key_of, post, search

pytestmark = pytest.mark.django_db

REASON = Reason(Purpose.CHILD_AT_RISK, "REF-77")


@pytest.fixture
def practitioner(client):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    return by


@pytest.fixture
def colleague(practitioner):
    return acting_as(Role.PRACTITIONER, at=practitioner.organisation)


def test_the_first_search_opens_an_enquiry_and_every_look_names_it(client, practitioner, events):
    made = child(postcode="ZZ99 3WZ")
    page = search(client)
    enquiry = Enquiry.objects.get(holder=practitioner.user)
    opened, searched = events.one("enquiry.opened"), events.one("search.performed")
    assert (opened.enquiry_id, searched.enquiry_id) == (enquiry.pk, enquiry.pk)
    client.post(
        reverse("records:open-record", args=[made.key]), {"search": page.context["search_key"]}
    )
    client.get(reverse("records:record", args=[made.key]))
    assert events.one("record.viewed").enquiry_id == enquiry.pk


def test_the_same_reason_goes_on_with_the_same_enquiry(client, practitioner, events):
    search(client)
    search(client, case_reference=" ref-77 ")
    assert Enquiry.objects.count() == 1
    search(client, case_reference="REF-78")
    search(client, purpose="urgent_care")
    assert Enquiry.objects.count() == 3
    assert events.actions().count("enquiry.opened") == 3


def test_the_reason_is_filled_in_for_the_rest_of_the_shift(client, practitioner):
    search(client)
    form = client.get(reverse("records:search")).content.decode()
    assert 'value="REF-77"' in form
    assert '<option value="child_at_risk" selected>' in form


def test_the_reference_is_not_readable_in_the_database(client, practitioner):
    search(client)
    kept = Enquiry.objects.values().get()
    assert "REF-77" not in str(kept)


def test_my_enquiries_lists_mine_and_one_click_goes_on(client, practitioner, colleague, events):
    mine = open_enquiry(reason=REASON, by=practitioner)
    open_enquiry(reason=Reason(Purpose.URGENT_CARE, "THEIRS-1"), by=colleague)
    page = client.get(reverse("records:my-enquiries")).content.decode()
    assert "REF-77" in page
    assert "THEIRS-1" not in page
    clicked = client.post(reverse("records:choose-enquiry", args=[mine.key]), follow=True)
    assert 'value="REF-77"' in clicked.content.decode()
    assert events.one("enquiry.chosen").enquiry_id == mine.pk


def test_nothing_is_looked_up_under_a_closed_enquiry(client, practitioner, events):
    made = child(postcode="ZZ99 3WZ")
    held = key_of(post(client))
    results = reverse("records:search-results", args=[held])
    client.post(reverse("records:open-record", args=[made.key]), {"search": held})
    enquiry = Enquiry.objects.get()
    client.post(reverse("records:close-enquiry", args=[enquiry.key]))
    assert events.one("enquiry.closed").enquiry_id == enquiry.pk
    assert client.get(results).status_code == 404
    assert client.get(reverse("records:record", args=[made.key])).status_code == 403
    assert "search.performed" not in events.actions()
    assert "record.viewed" not in events.actions()
    assert events.one("access.denied").reason == "enquiry-over"


def test_an_enquiry_handed_over_is_the_colleagues_alone_and_they_are_told(
    client, practitioner, colleague, events, django_capture_on_commit_callbacks
):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    with django_capture_on_commit_callbacks(execute=False):
        client.post(
            reverse("records:hand-over-enquiry", args=[enquiry.key]),
            {"colleague": colleague.user.email},
        )
    event = events.one("enquiry.handed_over")
    assert (event.enquiry_id, event.actor_id) == (enquiry.pk, practitioner.user.pk)
    assert enquiries_of(practitioner) == []
    assert [e.reason.case_reference for e in enquiries_of(colleague)] == ["REF-77"]
    assert OutboxMessage.objects.get().user == colleague.user
    assert not mail.outbox
    made = child()
    with pytest.raises(Refused) as refused:
        open_record(
            child_key=made.key,
            reason=Reason(REASON.purpose, "REF-77", enquiry.pk),
            by=practitioner,
        )
    assert refused.value.decision.code == "enquiry-over"


def test_a_colleague_who_has_it_open_already_keeps_one(practitioner, colleague):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    double = open_enquiry(reason=REASON, by=colleague)
    assert hand_over_enquiry(key=enquiry.key, to=colleague.user, by=practitioner)
    double.refresh_from_db()
    assert double.closed_at is not None
    assert len(enquiries_of(colleague)) == 1


@pytest.mark.parametrize("whom", ["oneself", "a stranger", "without role", "nobody"])
def test_it_goes_to_nobody_who_may_not_state_its_purpose(client, practitioner, colleague, whom):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    if whom == "without role":
        manager = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)
        revoke_role(grant=colleague.grant, reason="left", by=manager)
    email = {
        "oneself": practitioner.user.email,
        "a stranger": acting_as(Role.PRACTITIONER).user.email,
        "without role": colleague.user.email,
        "nobody": "nobody@authority.example",
    }[whom]
    url = reverse("records:hand-over-enquiry", args=[enquiry.key])
    page = client.post(url, {"colleague": email}).content.decode()
    assert "Nobody with that work e-mail address" in page
    assert [e.id for e in enquiries_of(practitioner)] == [enquiry.pk]


def test_a_role_that_may_not_state_the_purpose_cannot_take_it(practitioner):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    manager = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.organisation)
    with pytest.raises(Refused) as refused:
        hand_over_enquiry(key=enquiry.key, to=manager.user, by=practitioner)
    assert refused.value.decision.code == "colleague-cannot-take-it"


def test_the_management_team_covers_for_its_own_people_and_no_others(practitioner, colleague):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    stranger = acting_as(Role.MANAGEMENT_TEAM)
    with pytest.raises(Refused):
        hand_over_enquiry(key=enquiry.key, to=colleague.user, by=stranger)
    with pytest.raises(Refused):
        hand_over_enquiry(key=enquiry.key, to=colleague.user, by=acting_as(Role.PRACTITIONER))
    own = acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base)
    assert hand_over_enquiry(key=enquiry.key, to=colleague.user, by=own)


def test_nobody_touches_the_enquiry_of_another(client, practitioner, colleague):
    theirs = open_enquiry(reason=REASON, by=colleague)
    assert choose_enquiry(key=theirs.key, by=practitioner) is None
    assert not close_enquiry(key=theirs.key, by=practitioner)
    assert client.get(reverse("records:hand-over-enquiry", args=[theirs.key])).status_code == 404
    client.post(reverse("records:choose-enquiry", args=[theirs.key]))
    assert 'value="REF-77"' not in client.get(reverse("records:search")).content.decode()


def test_a_role_states_only_its_own_purposes(client, practitioner):
    with pytest.raises(Refused):
        open_enquiry(reason=Reason(Purpose.SHIELD, "S-1"), by=practitioner)
    assert post(client, purpose="shield").status_code == 200
    assert not Enquiry.objects.exists()


def test_without_the_event_nothing_is_opened_chosen_handed_over_or_closed(practitioner, colleague):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    acts = [
        lambda: open_enquiry(reason=Reason(Purpose.URGENT_CARE, "U-1"), by=practitioner),
        lambda: choose_enquiry(key=enquiry.key, by=practitioner),
        lambda: hand_over_enquiry(key=enquiry.key, to=colleague.user, by=practitioner),
        lambda: close_enquiry(key=enquiry.key, by=practitioner),
    ]
    for act in acts:
        with event_insert_fails(), pytest.raises(Exception, match="fault"), transaction.atomic():
            act()
    assert [e.id for e in enquiries_of(practitioner)] == [enquiry.pk]
    assert Enquiry.objects.count() == 1


def test_the_database_keeps_one_open_enquiry_a_reason(practitioner):
    enquiry = open_enquiry(reason=REASON, by=practitioner)
    enquiry.pk, enquiry.key = None, "00000000-0000-0000-0000-000000000001"
    with pytest.raises(IntegrityError), transaction.atomic():
        enquiry.save(force_insert=True)


def test_open_enquiries_are_counted_by_person(practitioner, colleague):
    open_enquiry(reason=REASON, by=practitioner)
    closed = open_enquiry(reason=Reason(Purpose.URGENT_CARE, "U-1"), by=practitioner)
    close_enquiry(key=closed.key, by=practitioner)
    assert count_open([practitioner.user.pk, colleague.user.pk]) == 1
