"""A practitioner opens a record: under a reason, with an event, seeing what is theirs to see."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.policies import Refused
from accounts.roles import Role
from records.access import open_record
from records.actions.enquiries import open_enquiry
from records.models import ChildName, ChildRecord, FieldDispute
from records.purposes import MAY_STATE, Purpose, Reason
from records.visibility import present
from tests.audit.faults import commit_fails, event_insert_fails, partition_missing
from tests.factories.accounts import LocalAuthorityFactory, acting_as, grant, sign_in
from tests.factories.records import (
    InvolvementFactory,
    ServiceFactory,
    child,
    place_at_school,
    register,
)
from tests.factories.working import mediated, reason_for

pytestmark = pytest.mark.django_db

REASON = Reason(Purpose.CHILD_AT_RISK, "REF-77")


@pytest.fixture
def practitioner(client):
    by = acting_as(Role.PRACTITIONER, family_name="Quill")
    sign_in(client, by.user, by.grant)
    return by


def state_reason(client, made):
    url = reverse("records:give-reason", args=[made.key])
    return client.post(url, {"purpose": "child_at_risk", "case_reference": "REF-77"})


def opened(client, made):
    response = state_reason(client, made)
    return client.get(response["Location"])


def test_the_button_on_a_result_opens_the_record_under_the_reason_of_the_search(
    client, practitioner, events
):
    made = child()
    found = client.post(
        reverse("records:search"),
        {
            "family_name": "Brennan",
            "given_name": "Aoife",
            "date_of_birth_2": "2015",
            "purpose": "urgent_care",
            "case_reference": "A-12",
        },
    )
    client.get(found["Location"])
    key = found["Location"].rstrip("/").rpartition("/")[2]
    response = client.post(reverse("records:open-record", args=[made.key]), {"search": key})
    page = client.get(response["Location"]).content.decode()
    assert "Aoife Brennan" in page
    event = events.one("record.viewed")
    assert event.target_id == made.pk
    assert event.purpose == "urgent_care"
    assert "A-12" in events.payloads()[event.id]


def test_a_record_without_a_stated_reason_asks_for_one_first(client, practitioner, events):
    made = child()
    response = client.get(reverse("records:record", args=[made.key]))
    assert response["Location"] == reverse("records:give-reason", args=[made.key])
    assert events.actions() == []


def test_a_record_shows_who_is_involved_and_how_to_reach_them(client, practitioner):
    made = child(postcode="ZZ99 3WZ", carer="Nora Brennan", nhs_number="9434765919")
    InvolvementFactory(child=made)
    place = place_at_school(made)
    practice = register(made).practice
    page = opened(client, made).content.decode()
    for text in (
        "Pat Visitor",
        "01632 960 301",
        "1 Invented Road",
        "Nora Brennan",
        place.school.name,
        practice.name,
        "943 476 5919",
    ):
        assert text in page


def test_the_record_carries_its_reason_onto_paper_and_the_duty_desks_number(client, practitioner):
    local = LocalAuthorityFactory(duty_phone="01632 960 777")
    made = child(authority=local.authority)
    page = opened(client, made).content.decode()
    assert "Reason for access: I am worried" in page
    assert "01632 960 777" in page


def test_opening_records_the_childs_authority_and_the_sections_shown(client, practitioner, events):
    local = LocalAuthorityFactory()
    opened(client, child(authority=local.authority))
    event = events.one("record.viewed")
    assert event.child_authority == local.authority_id
    assert "identifiers" in event.detail["fields"]


def test_every_display_of_a_record_is_an_event(client, practitioner, events):
    made = child()
    opened(client, made)
    client.get(reverse("records:record", args=[made.key]))
    assert events.actions() == ["enquiry.opened", "record.viewed", "record.viewed"]


def test_a_reason_for_one_child_does_not_open_another(client, practitioner):
    one, other = child(), child("Eve", "Stone")
    opened(client, one)
    response = client.get(reverse("records:record", args=[other.key]))
    assert response["Location"] == reverse("records:give-reason", args=[other.key])


def looked_for(client, **changed):
    """Searches for Aoife Brennan under a reason; the key of the search."""
    typed = {"family_name": "Brennan", "given_name": "Aoife", "date_of_birth_2": "2015"}
    reason = {"purpose": "urgent_care", "case_reference": "A-12"}
    found = client.post(reverse("records:search"), {**typed, **reason, **changed})["Location"]
    client.get(found)
    return found.rstrip("/").rpartition("/")[2]


def open_from(client, made, key):
    response = client.post(reverse("records:open-record", args=[made.key]), {"search": key})
    return client.get(response["Location"])


def test_a_reason_that_has_not_changed_is_not_asked_for_again(client, practitioner, events):
    """Opened from results, gone to another page, come back: one reason for all of it."""
    made = child()
    open_from(client, made, looked_for(client))
    client.get(reverse("records:search"))
    again = client.get(reverse("records:record", args=[made.key]))
    assert again.status_code == 200
    first, second = (e for e in events.since_mark() if e.action == "record.viewed")
    assert first.purpose == second.purpose == "urgent_care"


def test_a_search_under_another_reason_opens_the_record_under_that_one(
    client, practitioner, events
):
    made = child()
    open_from(client, made, looked_for(client))
    later = looked_for(client, purpose="assessment", case_reference="B-34")
    page = open_from(client, made, later).content.decode()
    assert "B-34" in page
    assert "A-12" not in page
    shown = [e.purpose for e in events.since_mark() if e.action == "record.viewed"]
    assert shown == ["urgent_care", "assessment"]


def test_somebody_whose_reason_has_changed_can_say_so_on_the_record(client, practitioner, events):
    made = child()
    page = open_from(client, made, looked_for(client)).content.decode()
    give_reason = reverse("records:give-reason", args=[made.key])
    assert give_reason in page
    response = client.post(give_reason, {"purpose": "moved", "case_reference": "C-56"})
    assert "C-56" in client.get(response["Location"]).content.decode()
    shown = [e.purpose for e in events.since_mark() if e.action == "record.viewed"]
    assert shown == ["urgent_care", "moved"]


def test_somebody_who_acts_in_another_role_states_a_reason_again(client, practitioner):
    made = child()
    open_from(client, made, looked_for(client))
    other = grant(practitioner.user, Role.MEDIATOR)
    session = client.session
    session["grant_id"] = other.pk
    session.save()
    response = client.get(reverse("records:record", args=[made.key]))
    assert response["Location"] == reverse("records:give-reason", args=[made.key])


def test_a_reason_ends_with_its_session(client, practitioner):
    made = child()
    opened(client, made)
    sign_in(client, practitioner.user, practitioner.grant)
    assert client.get(reverse("records:record", args=[made.key])).status_code == 302


def test_a_record_that_does_not_exist_is_not_found(client, practitioner, events):
    response = client.post(
        reverse("records:give-reason", args=[uuid4()]),
        {"purpose": "child_at_risk", "case_reference": "REF-77"},
    )
    assert client.get(response["Location"]).status_code == 404
    guess = events.one("access.denied")
    assert (guess.reason, guess.target_type, guess.target_id) == (
        "no-such-record",
        "child_record",
        None,
    )
    assert guess.detail == {"permission": "open_record"}
    assert guess.actor_id == practitioner.user.pk


def test_a_guess_from_a_search_leaves_an_event_too(client, practitioner, events):
    child()
    typed = {"family_name": "Brennan", "given_name": "Aoife", "date_of_birth_2": "2015"}
    reason = {"purpose": "urgent_care", "case_reference": "A-12"}
    found = client.post(reverse("records:search"), {**typed, **reason})["Location"]
    client.get(found)
    search_key = found.rstrip("/").rpartition("/")[2]
    url = reverse("records:open-record", args=[uuid4()])
    opening = client.post(url, {"search": search_key})
    assert client.get(opening["Location"]).status_code == 404
    assert events.actions() == ["enquiry.opened", "search.performed", "access.denied"]


def test_without_its_event_a_guess_is_not_answered(client, practitioner):
    client.raise_request_exception = False
    url = reverse("records:give-reason", args=[uuid4()])
    location = client.post(url, {"purpose": "child_at_risk", "case_reference": "R"})["Location"]
    with event_insert_fails():
        assert client.get(location).status_code == 500


def test_a_forged_search_id_does_not_open_a_record(client, practitioner, events):
    made = child()
    url = reverse("records:open-record", args=[made.key])
    assert client.post(url, {"search": str(uuid4())}).status_code == 404
    assert client.post(url, {"search": "x"}).status_code == 404
    assert events.actions() == ["search.expired"]


def test_an_auditor_cannot_open_a_record(client, events):
    made = child()
    by = acting_as(Role.AUDITOR)
    sign_in(client, by.user, by.grant)
    assert client.get(reverse("records:record", args=[made.key])).status_code == 403
    assert events.one("access.denied").reason == "role-may-not"


def test_a_reason_of_another_role_opens_nothing():
    made = child()
    with pytest.raises(Refused) as refused:
        open_record(
            child_key=made.key,
            reason=Reason(Purpose.SHIELD, "S-1"),
            by=acting_as(Role.PRACTITIONER),
        )
    assert refused.value.decision.code == "purpose-not-for-role"


def test_no_reason_opens_nothing():
    with pytest.raises(Refused) as refused:
        open_record(child_key=child().key, reason=None, by=acting_as(Role.PRACTITIONER))
    assert refused.value.decision.code == "no-reason"


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.SHIELD_ADMINISTRATOR])
def test_a_role_that_keeps_no_records_is_not_shown_identifiers(role):
    made = child(nhs_number="9434765919")
    by = acting_as(role)
    if role is Role.MEDIATOR:
        reason = reason_for(mediated(by))
    else:
        reason = Reason(MAY_STATE[role][0], "R-1")
        reason = reason.under(open_enquiry(reason=reason, by=by).pk)
    seen = present(open_record(child_key=made.key, reason=reason, by=by), by)
    assert seen.identifiers == ()
    assert seen.may_amend is False


def test_a_sensitive_service_is_not_named(client, practitioner):
    made = child()
    service = ServiceFactory(name="Invented substance clinic", is_sensitive=True)
    InvolvementFactory(child=made, service=service, contact_name="Kim Secret")
    page = opened(client, made).content.decode()
    assert "A sensitive service" in page
    for hidden in ("substance", "Kim Secret", "01632 960 30", "team@service.example"):
        assert hidden not in page


def test_an_old_confirmation_is_marked_as_stale(client, practitioner):
    made = child()
    long_ago = timezone.localdate() - timedelta(days=400)
    InvolvementFactory(child=made, started_on=long_ago, last_confirmed_on=long_ago)
    assert "Stale" in opened(client, made).content.decode()


def test_a_disputed_field_is_marked_for_everyone(client, practitioner):
    made = child()
    FieldDispute.objects.create(
        child=made, field="address", reason="out_of_date", raised_by=acting_as(Role.MEDIATOR).user
    )
    page = opened(client, made).content.decode()
    assert "Disputed" in page
    assert "It was right once and is out of date" in page


def test_a_newborn_without_a_given_name_has_a_page(client, practitioner):
    made = child("", "Okafor", timezone.localdate().isoformat())
    assert "(no given name) Okafor" in opened(client, made).content.decode()


def test_a_child_without_any_date_of_birth_has_a_page(client, practitioner):
    assert "Not recorded" in opened(client, child(born=None)).content.decode()


def test_no_name_stands_in_the_title_of_a_record(client, practitioner):
    title = opened(client, child()).content.decode().partition("</title>")[0]
    assert "Brennan" not in title


def test_opening_ones_own_surname_by_a_former_name_is_noted(client, practitioner, events):
    made = child()
    ChildName.objects.create(child=made, use="former", family_name="Quill")
    opened(client, made)
    assert events.one("record.viewed").own_surname is True


def test_without_its_event_a_record_is_not_shown(client, practitioner):
    made = child()
    client.raise_request_exception = False
    location = state_reason(client, made)["Location"]
    with event_insert_fails():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Brennan" not in page.content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [commit_fails, partition_missing])
def test_without_a_committed_event_a_record_is_not_shown(client, practitioner, fault):
    made = child()
    client.raise_request_exception = False
    location = state_reason(client, made)["Location"]
    connection.close()
    with fault():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Brennan" not in page.content


def test_the_app_cannot_delete_a_record():
    made = child()
    with pytest.raises(Exception, match="permission denied"):
        ChildRecord.objects.filter(pk=made.pk)._raw_delete("default")
