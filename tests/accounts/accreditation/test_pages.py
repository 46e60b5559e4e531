"""From an empty register to an accredited organisation through the pages; what else they tell."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.acting import nobody
from accounts.actions import accept_invitation
from accounts.encryption import decrypt
from accounts.models import (
    Accreditation,
    AccreditationApplication,
    EvidenceKind,
    Organisation,
    OutboxMessage,
    Sanction,
    User,
)
from accounts.policies import is_accredited
from accounts.roles import Role
from accounts.states import State
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    SanctionFactory,
    UserFactory,
    acting_as,
    authority,
    give_totp,
    sign_in,
)
from tests.factories.accreditation import application, evidence

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
APPLICANT = {
    "place": "applicant", "email": "head@council.example", "given_name": "Noor",
    "family_name": "Example", "work_phone": "01632 960 111", "line_manager_name": "Sam Manager",
    "line_manager_email": "sam@council.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


def text(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def day(name, when):
    return {f"{name}_0": when.day, f"{name}_1": when.month, f"{name}_2": when.year}


def said(what, client, name, *args, data=None):
    """Posts a form and follows; the page says `what`."""
    response = client.post(reverse(f"accounts:{name}", args=args), data or {}, follow=True)
    assert what in text(response), what
    return response


def code_in(page):
    return page.split('cp-code">')[1].split("<")[0].replace(" ", "")


def newest_token():
    """What the mail to the invited person says; nobody else has it."""
    message = OutboxMessage.objects.filter(kind="invitation").latest("pk")
    return decrypt(message.link).rstrip("/").rsplit("/", 1)[-1]


def test_an_organisation_comes_from_nothing_to_accredited_through_the_pages(client):
    central, officer = acting_as(Role.CENTRAL_TEAM), acting_as(Role.ACCREDITATION_OFFICER)
    sign_in(client, central.user)
    form = {"kind": "local_authority", "name": "Anywhere", "authority": authority().pk}
    said("It is not accredited yet", client, "create-organisation", data=form)
    body = Organisation.objects.get(name="Anywhere")
    said("Who applies for this organisation?", client, "start-application", body.key)
    made = AccreditationApplication.objects.get()
    address = reverse("accounts:name-applicant", args=[made.key])
    first = text(client.post(address, APPLICANT))
    again = text(client.post(address, APPLICANT))  # the first link was not used in time
    assert code_in(first) != code_in(again)
    user = accept_invitation(
        token=newest_token(), code=code_in(again), password="plain-oak-harbour-41", by=nobody()
    )
    give_totp(user)

    sign_in(client, user)
    assert "Go to your application" in text(client.get("/"))
    for kind in EvidenceKind:
        form = {
            "reference": "HR-1", "version": "2", "contact_name": "Pat Example",
            "contact_email": "hr@council.example", **day("dated_on", TODAY),
            **day("expires_on", TODAY + timedelta(days=400)),
        }  # fmt: skip
        slug = kind.value.replace("_", "-")
        said(f"{kind.label}: saved", client, "evidence", made.key, slug, data=form)
    said("The application is submitted", client, "submit-application", made.key)

    sign_in(client, officer.user)
    assert "Anywhere" in text(client.get(reverse("accounts:applications")))
    said("You have begun the review", client, "take-application", made.key)
    question = {"text": "Who stands in?", "round": 1}
    said("is returned with your question", client, "ask-question", made.key, data=question)

    sign_in(client, user)
    assert "Who stands in?" in text(client.get(reverse("accounts:application", args=[made.key])))
    said("Your answer is kept", client, "answer-question", made.key, data={"text": "Their deputy."})
    said("The application is submitted", client, "submit-application", made.key)

    sign_in(client, officer.user)
    said("You have begun the review", client, "take-application", made.key)
    dates = {**day("valid_from", TODAY), **day("valid_until", TODAY + timedelta(days=300))}
    old = client.post(
        reverse("accounts:approve-application", args=[made.key]), {"round": 1, **dates}
    )
    assert "Somebody else has acted" in text(old, 403)
    said("is accredited", client, "approve-application", made.key, data={"round": 2, **dates})
    assert is_accredited(body)
    assert Accreditation.objects.get(application=made).decided_by == officer.user


def test_a_colleague_who_has_an_account_is_named_not_invited(client, management_team):
    school = EmployerFactory(parent=management_team.base, accredited=False)
    colleague = UserFactory(employer=school)
    sign_in(client, management_team.user)
    client.post(reverse("accounts:start-application", args=[school.key]))
    made = AccreditationApplication.objects.get()
    data = {**APPLICANT, "email": colleague.email.upper()}
    said("is named", client, "name-applicant", made.key, data=data)
    made.refresh_from_db()
    assert made.applicant == User.objects.get(pk=colleague.pk)
    elsewhere = {**APPLICANT, "email": UserFactory().email}
    page = client.post(reverse("accounts:name-applicant", args=[made.key]), elsewhere)
    assert "has an account at another organisation" in text(page)


def test_a_management_team_adds_and_sees_its_own_only(client, management_team):
    other = LocalAuthorityFactory()
    sign_in(client, management_team.user)
    page = text(client.get(reverse("accounts:create-organisation")))
    assert "Local authority" not in page.split("<main")[1].split("</main")[0]
    form = {"kind": "employer", "name": "Clinic", "parent": management_team.base.key}
    said("It is not accredited yet", client, "create-organisation", data=form)
    listed = text(client.get(reverse("accounts:organisations")))
    assert "Clinic" in listed
    assert other.name not in listed
    hidden = client.get(reverse("accounts:accreditation", args=[other.key]))
    assert "not yours to see" in text(hidden, 403)
    form["parent"] = other.key
    wrong = client.post(reverse("accounts:create-organisation"), {**form, "name": "Theirs"})
    assert not Organisation.objects.filter(name="Theirs").exists()
    assert wrong.status_code == 200


@pytest.mark.parametrize(
    ("changes", "said_so"),
    [
        ({"kind": "local_authority"}, "Choose the authority"),
        ({"kind": "employer"}, "Choose the managing body"),
        ({"kind": "national_partner", "urn": "12"}, "Enter six digits"),
        ({"kind": "national_partner", "ods_code": "!"}, "Enter an ODS code"),
        ({}, "Choose what kind of organisation it is"),
    ],
)
def test_an_organisation_that_says_too_little_is_told_so(
    client, accreditation_officer, changes, said_so
):
    sign_in(client, accreditation_officer.user)
    page = client.post(reverse("accounts:create-organisation"), {"name": "New", **changes})
    assert said_so in text(page)


def test_the_officer_sees_what_changed_since_the_last_time(client, accreditation_officer):
    before = application(State.UNDER_REVIEW)
    rows = AccreditationApplication.objects.filter(pk=before.pk)
    rows.update(
        status=State.ACCREDITED, decided_by=accreditation_officer.user, decided_at=timezone.now()
    )
    now = application(
        State.DRAFT, at=before.organisation, applicant=before.applicant,
        lacking=frozenset({EvidenceKind.TRAINING}),
    )  # fmt: skip
    evidence(now, EvidenceKind.TRAINING, reference="NEW-1", version="9")
    rows = AccreditationApplication.objects.filter(pk=now.pk)
    rows.update(status=State.SUBMITTED, round=1, submitted_by=now.applicant, due_on=TODAY,
                submitted_at=timezone.now())  # fmt: skip
    sign_in(client, accreditation_officer.user)
    page = text(client.get(reverse("accounts:application", args=[now.key])))
    assert "Changed: reference, version" in page
    assert page.count("The same as before") == 5


def test_the_queue_is_ordered_by_due_date_and_says_what_is_overdue(client, accreditation_officer):
    made = [application(State.SUBMITTED) for _ in range(3)] + [application(State.RETURNED)]
    for one, days in zip(made, (5, -1, 2, -9), strict=True):
        AccreditationApplication.objects.filter(pk=one.pk).update(
            due_on=TODAY + timedelta(days=days)
        )
    application(State.DRAFT)
    sign_in(client, accreditation_officer.user)
    page = text(client.get(reverse("accounts:applications")))
    order = [page.index(made[n].organisation.name) for n in (1, 2, 0, 3)]
    assert order == sorted(order)
    assert page.count("Overdue") == 1


def test_lists_cost_the_same_however_long(
    client, accreditation_officer, django_assert_max_num_queries
):
    for _ in range(20):
        application(State.SUBMITTED)
    sign_in(client, accreditation_officer.user)
    for name in ("applications", "organisations"):
        client.get(reverse(f"accounts:{name}"))
        with django_assert_max_num_queries(12):
            client.get(reverse(f"accounts:{name}"))


def preview(client, body, level):
    data = {"level": level, "reason": "no checks are made"}
    return text(client.post(reverse("accounts:sanction-organisation", args=[body.key]), data))


def confirmed(client, body, level, users, before="none", sessions=0):
    data = {
        "level": level, "reason": "no checks are made", "seen_level": before, "seen_users": users,
        "seen_sessions": sessions, "seen_enquiries": 0,
    }  # fmt: skip
    address = reverse("accounts:sanction-organisation", args=[body.key])
    return client.post(address, data, follow=True)


def test_nothing_happens_before_the_impact_was_seen_and_confirmed(client, accreditation_officer):
    body = LocalAuthorityFactory()
    UserFactory(employer=body)
    sign_in(client, accreditation_officer.user)
    page = preview(client, body, "off")
    assert "Check whom this touches" in page
    assert not Sanction.objects.exists()
    UserFactory(employer=body)
    page = text(confirmed(client, body, "off", users=1))
    assert "Nothing was done: the numbers have changed" in page
    assert "When you looked it was 1 person" in page
    assert not Sanction.objects.exists()
    page = text(confirmed(client, body, "off", users=2, sessions=7))
    assert "It touches 2 people, 0 sessions" in page
    assert "When you looked it was 2 people, 7 sessions" in page
    assert Sanction.objects.live().get().level == 3


def test_a_sanction_is_lifted_the_same_way(client, accreditation_officer):
    body = LocalAuthorityFactory()
    SanctionFactory(organisation=body)
    sign_in(client, accreditation_officer.user)
    assert "No sanction" in preview(client, body, "none")
    page = text(confirmed(client, body, "none", users=0, before="off"))
    assert "The sanction is lifted" in page


def test_an_accreditation_is_withdrawn_after_showing_whom_that_touches(
    client, accreditation_officer
):
    body = LocalAuthorityFactory()
    sign_in(client, accreditation_officer.user)
    address = reverse("accounts:withdraw-accreditation", args=[body.key])
    assert "This touches 0 people" in text(client.get(address))
    said("is withdrawn", client, "withdraw-accreditation", body.key, data={"text": "no checks"})
    assert not is_accredited(body)


def test_who_took_part_sees_no_buttons(client, accreditation_officer):
    made = application(State.UNDER_REVIEW, started_by=accreditation_officer.user)
    sign_in(client, accreditation_officer.user)
    page = text(client.get(reverse("accounts:application", args=[made.key])))
    assert "another officer decides" in page
    assert "Accredit</a>" not in page
