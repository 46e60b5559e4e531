"""Files of evidence through the site: kept apart, handed out to few, each time with an event."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from accounts.access import read_evidence
from accounts.actions import NewEvidence, add_evidence
from accounts.models import EvidenceKind
from accounts.policies import Refused
from accounts.roles import Role
from accounts.states import State
from accounts.uploads import FileType, Upload
from tests.accounts.accreditation.test_uploads import GOOD, pdf
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import acting_as, sign_in
from tests.factories.accreditation import applicant_of, application, applying

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def page_of(made, kind="training-arrangements"):
    return reverse("accounts:evidence", args=[made.key, kind])


def posted(content=None, **changes):
    form = {
        "reference": "", "version": "", "dated_on_0": "1", "dated_on_1": "2", "dated_on_2": "2026",
        "expires_on_0": "1", "expires_on_1": "2", "expires_on_2": str(TODAY.year + 2), **changes,
    }  # fmt: skip
    if content is not None:
        form["file"] = SimpleUploadedFile("Policy of Ada Lovelace.pdf", content)
    return form


@pytest.fixture
def uploaded(client):
    """An application whose applicant has uploaded one PDF; the client is signed in as them."""
    made = application(lacking=frozenset({EvidenceKind.TRAINING}))
    sign_in(client, made.applicant)
    assert client.post(page_of(made), posted(pdf())).status_code == 302
    return made.evidence.get(kind=EvidenceKind.TRAINING)


def test_a_file_is_kept_under_a_random_key_with_its_hash(uploaded):
    assert (uploaded.file_type, uploaded.file_size) == ("pdf", len(pdf()))
    assert "Lovelace" not in uploaded.file_key
    with storages["evidence"].open(uploaded.file_key) as file:
        assert file.read() == pdf()


def test_a_download_is_an_attachment_nothing_runs_and_an_event(uploaded, client, events):
    response = client.get(reverse("accounts:evidence-file", args=[uploaded.key]))
    assert response.content == pdf()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    disposition = response.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="training-arrangements.pdf"'
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]
    event = events.one("evidence.read")
    assert (event.target_type, event.target_id) == ("evidence_item", uploaded.pk)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.APPLICANT}))
def test_a_draft_is_the_applicants_own(uploaded, role, events):
    with pytest.raises(Refused):
        read_evidence(key=uploaded.key, by=acting_as(role))
    assert "evidence.read" not in events.actions()


def test_another_applicant_even_of_the_same_organisation_gets_nothing(uploaded, client, events):
    for stranger in (applying(application()), applicant_of(uploaded.application.organisation)):
        sign_in(client, stranger.user)
        response = client.get(reverse("accounts:evidence-file", args=[uploaded.key]))
        assert response.status_code == 403
    assert events.actions() == ["access.denied"] * 2


def test_an_officer_reads_once_it_is_submitted(uploaded, client, accreditation_officer, events):
    rows = type(uploaded.application).objects.filter(pk=uploaded.application_id)
    rows.update(status=State.SUBMITTED, round=1, submitted_by=uploaded.application.applicant)
    sign_in(client, accreditation_officer.user)
    assert client.get(reverse("accounts:evidence-file", args=[uploaded.key])).status_code == 200
    assert events.one("evidence.read").actor_role == "accreditation_officer"


def test_without_the_event_nothing_is_handed_out(uploaded):
    by = applying(uploaded.application)
    with event_insert_fails(), pytest.raises(DatabaseError):
        read_evidence(key=uploaded.key, by=by)


def test_a_file_changed_on_disk_is_not_handed_out_and_an_alarm(uploaded, client, events):
    storage = storages["evidence"]
    for change in (lambda path: path.write(b"other"), None):
        if change:
            with open(storage.path(uploaded.file_key), "wb") as file:
                change(file)
        else:
            storage.delete(uploaded.file_key)
        response = client.get(reverse("accounts:evidence-file", args=[uploaded.key]))
        assert response.status_code == 503
        assert b"%PDF" not in response.content
    assert events.actions() == ["system.error"] * 2


def test_a_refused_file_leaves_nothing_behind(client):
    made = application(lacking=frozenset({EvidenceKind.TRAINING}))
    sign_in(client, made.applicant)
    before = kept()
    response = client.post(page_of(made), posted(pdf("/JavaScript")))
    assert response.status_code == 200
    assert "The PDF holds a script" in response.content.decode()
    assert not made.evidence.filter(kind=EvidenceKind.TRAINING).exists()
    assert kept() == before


def kept() -> set[str]:
    try:
        return set(storages["evidence"].listdir("")[1])
    except FileNotFoundError:
        return set()


def test_what_the_database_refuses_leaves_no_file_behind(client):
    made = application()
    before = kept()
    new = NewEvidence(kind=EvidenceKind.TRAINING, dated_on=TODAY, expires_on=TODAY)
    with event_insert_fails(), pytest.raises(DatabaseError):
        add_evidence(
            application=made, new=new, upload=Upload(FileType.PDF, GOOD[FileType.PDF]),
            by=applying(made),
        )  # fmt: skip
    assert kept() == before


def test_without_a_new_file_the_old_one_stays(uploaded, client):
    made = uploaded.application
    assert client.post(page_of(made), posted(reference="HR-3")).status_code == 302
    now = made.evidence.get(kind=EvidenceKind.TRAINING, removed_at=None)
    assert (now.reference, now.file_key) == ("HR-3", uploaded.file_key)


def test_a_body_larger_than_any_file_is_refused_at_once(client):
    made = application()
    sign_in(client, made.applicant)
    response = client.post(page_of(made), posted(b"%PDF-1.7" + b"0" * (12 * 1024 * 1024)))
    assert response.status_code in {400, 413}


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("training-arrangements", {}, "Enter a reference, or choose a file"),
        (
            "training-arrangements",
            {"dated_on_2": str(TODAY.year + 1)},
            "must not lie in the future",
        ),
        ("training-arrangements", {"expires_on_2": "2020"}, "This must not be past"),
        ("training-arrangements", {"dated_on_0": "31"}, "Enter a date that exists"),
        ("disciplinary-procedures", {"reference": "x"}, "Enter the version of the procedures"),
        ("disciplinary-procedures", {"reference": "x"}, "Enter a name"),
        ("data-protection-lead", {"reference": "x"}, "Enter an e-mail address"),
    ],
)
def test_an_item_that_says_too_little_is_told_so(client, kind, changes, said):
    made = application(lacking=frozenset({EvidenceKind(kind.replace("-", "_"))}))
    sign_in(client, made.applicant)
    page = client.post(page_of(made, kind), posted(**changes))
    assert page.status_code == 200
    assert said in page.content.decode()
