"""The contact slip: one sheet, marked with who made it; there is no other way out for a record."""

from pathlib import Path

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.ledger.events import EventType
from records.models import ChildRecord, Enquiry
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import InvolvementFactory, ServiceFactory, child, place_at_school
from tests.factories.shielding import shielded
from tests.house.pages import PAGES
from tests.records.test_opening import state_reason

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def made():
    known = child(postcode="ZA1 1AA", carer="Aisha Khan", nhs_number="9434765919")
    place_at_school(known)
    service = ServiceFactory(
        name="Invented early help",
        opening_hours="Monday to Friday 9am to 5pm",
        out_of_hours_phone="01632 960 501",
    )
    InvolvementFactory(child=known, service=service)
    return known


@pytest.fixture
def at_work(client, practitioner):
    sign_in(client, practitioner.user, practitioner.grant)
    return client


def slip(client, made):
    return client.get(reverse("records:contact-slip", args=[made.key]))


def test_a_slip_says_whom_to_ring_and_who_made_it(at_work, practitioner, made):
    state_reason(at_work, made)
    shown = slip(at_work, made).content.decode()
    for words in (
        "Invented early help",
        "01632 960 501",
        "Monday to Friday 9am to 5pm",
        "Invented School",
        "REF-77",
        "Duty desk for this child",
    ):
        assert words in shown
    assert shown.count(practitioner.user.full_name) >= 12


def test_making_a_slip_is_an_event_each_time(at_work, made, events):
    state_reason(at_work, made)
    slip(at_work, made)
    printed = events.one("record.printed")
    assert printed.target_id == made.pk
    assert printed.purpose == "child_at_risk"
    assert printed.enquiry_id == Enquiry.objects.get().pk
    assert "addresses" not in printed.detail["fields"]
    slip(at_work, made)
    assert events.actions().count("record.printed") == 2
    assert "record.viewed" not in events.actions()


def test_a_slip_has_no_home_no_parent_and_no_number(at_work, made):
    state_reason(at_work, made)
    shown = slip(at_work, made).content.decode()
    for hidden in ("ZA1 1AA", "Invented Road", "Aisha Khan", "943 476 5919"):
        assert hidden not in shown


def test_a_sensitive_service_is_not_named_on_a_slip(at_work, made):
    clinic = ServiceFactory(name="Invented clinic", is_sensitive=True, phone="01632 960 777")
    InvolvementFactory(child=made, service=clinic, contact_name="Kim Secret", contact_phone="")
    state_reason(at_work, made)
    shown = slip(at_work, made).content.decode()
    assert "A sensitive service" in shown
    for hidden in ("Invented clinic", "Kim Secret", "01632 960 777"):
        assert hidden not in shown


def test_what_a_shield_hides_is_not_on_a_slip(at_work, practitioner, made):
    desk = acting_as(Role.SHIELD_ADMINISTRATOR, at=practitioner.base)
    ChildRecord.objects.filter(pk=made.pk).update(authority=practitioner.base.authority)
    made.refresh_from_db()
    shielded(made, by=desk)
    state_reason(at_work, made)
    shown = slip(at_work, made).content.decode()
    for hidden in ("Invented early help", "01632 960 501", "Invented School"):
        assert hidden not in shown


def test_without_a_reason_there_is_no_slip(at_work, made, events):
    answer = slip(at_work, made)
    assert answer.headers["Location"] == reverse("records:give-reason", args=[made.key])
    assert "record.printed" not in events.actions()


def test_the_record_itself_is_not_printed_and_no_page_gives_it_as_a_file(client, made):
    practitioner = acting_as(Role.PRACTITIONER)
    sign_in(client, practitioner.user, practitioner.grant)
    state_reason(client, made)
    for name in (page for page in PAGES if page in {"records:record", "records:contact-slip"}):
        answer = client.get(reverse(name, args=[made.key]))
        assert "Content-Disposition" not in answer.headers
        assert answer.headers["Content-Type"].startswith("text/html")
    record = client.get(reverse("records:record", args=[made.key])).content.decode()
    assert "cp-not-printed" in record


def test_nothing_exports_a_record():
    sources = [*(ROOT / "records").rglob("*.py"), *(ROOT / "accounts").rglob("*.py")]
    exporting = [
        path
        for path in sources
        if f"EventType.{EventType.RECORD_EXPORTED.name}" in path.read_text()
    ]
    assert exporting == []
    attached = [
        path for path in (ROOT / "records").rglob("*.py") if "as_attachment" in path.read_text()
    ]
    assert attached == []
