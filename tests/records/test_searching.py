"""A practitioner searches: what is stored, shown and recorded, and who else may look."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.urls import reverse

from accounts.acting import session_ref
from accounts.models import RoleGrant
from accounts.roles import Role
from records.models import SearchRequest
from records.tasks import forget_searches
from tests.audit.faults import commit_fails, event_insert_fails, partition_missing
from tests.factories.accounts import acting_as, grant, sign_in
from tests.factories.records import child

pytestmark = pytest.mark.django_db

TYPED = {
    "family_name": "Brennan",
    "given_name": "Aoife",
    "date_of_birth_0": "14",
    "date_of_birth_1": "3",
    "date_of_birth_2": "2015",
    "purpose": "child_at_risk",
    "case_reference": "REF-77",
}


@pytest.fixture
def practitioner(client):
    by = acting_as(Role.PRACTITIONER, family_name="Quill")
    sign_in(client, by.user, by.grant)
    return by


def post(client, **changed):
    return client.post(reverse("records:search"), {**TYPED, **changed})


def search(client, **changed):
    """Posts the form and follows it to its results."""
    response = post(client, **changed)
    assert response.status_code == 302, response.content.decode()
    return client.get(response["Location"])


def age(key, minutes):
    """Makes a held search older, as the owner could not wait."""
    SearchRequest.objects.filter(key=key).update(
        created_at=SearchRequest.objects.get(key=key).created_at - timedelta(minutes=minutes)
    )


def key_of(response):
    return UUID(response["Location"].rstrip("/").rpartition("/")[2])


def test_a_practitioner_finds_a_child_by_name_and_date_of_birth(client, practitioner, events):
    made = child(postcode="ZZ99 3WZ", carer="Nora Brennan")
    page = search(client).content.decode()
    assert "Aoife Brennan" in page
    assert "14 March 2015" in page
    assert "Strong match" in page
    event = events.one("search.performed")
    assert event.actor_id == practitioner.user.pk
    assert event.actor_base == practitioner.base.pk
    assert event.purpose == "child_at_risk"
    assert event.query_fields == ["given_name", "family_name", "date_of_birth"]
    assert event.result_ids == [made.pk]
    assert event.result_count == 1
    assert event.own_surname is False
    assert "REF-77" in events.payloads()[event.id]
    assert "Brennan" in events.payloads()[event.id]


def test_results_show_little_no_home_and_no_carer(client, practitioner):
    child(postcode="ZZ99 3WZ", carer="Nora Brennan")
    page = search(client).content.decode()
    assert "Invented Road" not in page
    assert "ZZ99" not in page
    assert "Nora" not in page


def test_each_result_says_in_words_why_it_is_listed_best_first(client, practitioner):
    child("Eoife", born="2015-03-15", postcode="ZZ99 3WZ")
    child("Aoife", born="2015-03-14", postcode="ZZ99 3WZ")
    page = search(client, postcode="ZZ99 3WZ").content.decode()
    first, second = re.findall(r'cp-result__why">(.*?)</p>', page)
    assert "Given name: same" in first
    assert "Date of birth: same" in first
    assert "Given name: sounds like" in second
    assert "Date of birth: one slip" in second


def test_a_weak_list_is_said_to_be_weak(client, practitioner):
    child("Aoife", born="2011-07-30")
    year = {"date_of_birth_0": "", "date_of_birth_1": "", "date_of_birth_2": "2010"}
    page = search(client, **year, given_name="Aoifa", family_name="Brenan").content.decode()
    assert "Children who may match" in page
    assert "None of these is a strong match" in page
    assert "Possible match" in page
    assert "Strong match" not in page


def test_a_weak_first_result_above_a_strong_one_is_said_to_be_weak(client, practitioner):
    """A sister of the same home, above the child who has moved: the first is not to be opened."""
    child("Wilhelmina", "Featherstonehaugh", "2015-07-30", postcode="ZZ99 3WZ")
    child("Wilhelmina", "Featherstonehaugh", "2015-03-14", postcode="ZY1 1AA")
    typed = {"family_name": "Featherstonehaugh", "postcode": "ZZ99 3WZ"}
    page = search(client, **typed, given_name="").content.decode()
    assert re.findall(r"(Strong|Possible) match</strong>", page) == ["Possible", "Strong"]
    assert "Children who may match" in page
    assert "The first is a weak match; a strong one stands further down" in page


def test_posting_the_form_opens_an_enquiry_and_searches_nothing(client, practitioner, events):
    child()
    response = post(client)
    assert response.status_code == 302
    assert b"Aoife" not in response.content
    assert events.actions() == ["enquiry.opened"]


def test_no_personal_data_stands_in_the_address_or_the_title(client, practitioner):
    child()
    response = post(client)
    page = client.get(response["Location"])
    (title,) = re.findall(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    for secret in ("Brennan", "Aoife", "2015", "REF-77"):
        assert secret not in response["Location"]
        assert secret not in title


def test_held_terms_cannot_be_read_in_the_table(client, practitioner):
    key = key_of(post(client))
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM records_searchrequest r WHERE key = %s", [key])
        (row,) = cursor.fetchone()
    assert "Brennan" not in row
    assert "REF-77" not in row


def test_results_are_not_to_be_stored_by_any_cache(client, practitioner):
    child()
    assert search(client)["Cache-Control"] == "no-store"


def test_showing_results_again_is_recorded_again(client, practitioner, events):
    child()
    location = post(client)["Location"]
    client.get(location)
    client.get(location)
    first, second = (e for e in events.since_mark() if e.action == "search.performed")
    assert first.detail["redisplay"] is False
    assert second.detail["redisplay"] is True


def test_searching_for_ones_own_surname_is_noted(client, events):
    by = acting_as(Role.PRACTITIONER, family_name="O'Brennan-Smith")
    sign_in(client, by.user, by.grant)
    child(family="Smith")
    search(client, family_name="Smith")
    assert events.one("search.performed").own_surname is True


def test_a_search_that_is_too_broad_is_refused_with_advice(client, practitioner, events):
    child()
    page = search(client, given_name="", date_of_birth_0="", date_of_birth_1="", date_of_birth_2="")
    assert "not answered" in page.content.decode()
    assert "date of birth" in page.content.decode()
    event = events.one("search.refused")
    assert event.outcome == "denied"
    assert event.query_fields == ["family_name"]


def test_nothing_found_shows_the_next_steps(client, practitioner, events):
    page = search(client, given_name="Zebedee", family_name="Nobody").content.decode()
    assert "No child found" in page
    assert "create a record" in page
    assert events.one("search.performed").result_count == 0


def test_a_search_without_a_reason_is_sent_back(client, practitioner):
    page = post(client, purpose="", case_reference="").content.decode()
    assert "Choose your reason for access" in page
    assert "Enter your case reference" in page
    assert 'value="Brennan"' in page


def test_a_reason_of_another_role_is_not_offered(client, practitioner):
    response = post(client, purpose="shield")
    assert response.status_code == 200
    assert not SearchRequest.objects.exists()


def test_an_impossible_date_is_searched_as_typed(client, practitioner):
    child(born="2015-03-03")
    assert (
        "Aoife Brennan"
        in search(client, date_of_birth_0="31", date_of_birth_1="2").content.decode()
    )


def test_a_mistyped_nhs_number_is_said_before_searching(client, practitioner):
    page = post(client, identifier="943 476 5918").content.decode()
    assert "mistyped digit" in page


def test_a_child_is_found_by_its_nhs_number(client, practitioner):
    child(nhs_number="9434765919")
    typed = {name: "" for name in TYPED if name.startswith(("family", "given", "date"))}
    assert "Aoife Brennan" in search(client, **typed, identifier="943 476 5919").content.decode()


def test_an_empty_form_is_sent_back(client, practitioner):
    empty = {name: "" for name in TYPED if name.startswith(("family", "given", "date"))}
    assert "Enter what you know" in post(client, **empty).content.decode()


def test_age_and_date_of_birth_together_are_sent_back(client, practitioner):
    assert "not both" in post(client, age_from="3", age_to="5").content.decode()


@pytest.mark.parametrize("minutes", [15, 16, 600])
def test_a_search_is_gone_after_fifteen_minutes(client, practitioner, events, minutes):
    child()
    response = post(client)
    age(key_of(response), minutes)
    assert client.get(response["Location"]).status_code == 404
    assert events.one("search.expired").outcome == "denied"


def test_a_forged_search_id_is_not_found_and_recorded(client, practitioner, events):
    url = reverse("records:search-results", args=[uuid4()])
    assert client.get(url).status_code == 404
    assert events.actions() == ["search.expired"]


def test_a_colleague_cannot_use_my_search(client, practitioner, events):
    child()
    location = post(client)["Location"]
    colleague = acting_as(Role.PRACTITIONER, at=practitioner.organisation)
    sign_in(client, colleague.user, colleague.grant)
    page = client.get(location)
    assert page.status_code == 404
    assert b"Brennan" not in page.content
    assert events.one("search.expired").actor_id == colleague.user.pk


def test_the_same_person_in_another_session_cannot_use_the_search(client, practitioner, events):
    child()
    location = post(client)["Location"]
    sign_in(client, practitioner.user, practitioner.grant)
    assert client.get(location).status_code == 404
    assert events.actions() == ["enquiry.opened", "search.expired"]


def test_the_same_person_in_another_role_cannot_use_the_search(client, practitioner, events):
    child()
    other = grant(practitioner.user, Role.MANAGEMENT_TEAM)
    location = post(client)["Location"]
    session = client.session
    session["grant_id"] = other.pk
    session.save()
    assert client.get(location).status_code == 404
    assert events.one("search.expired").grant_id == other.pk


def test_a_central_team_member_cannot_search(client, events):
    by = acting_as(Role.CENTRAL_TEAM)
    sign_in(client, by.user, by.grant)
    assert client.get(reverse("records:search")).status_code == 403
    assert post(client).status_code == 403
    assert set(events.actions()) == {"access.denied"}
    assert not SearchRequest.objects.exists()


def test_a_lapsed_role_ends_a_search_that_is_already_held(client, practitioner, events):
    child()
    location = post(client)["Location"]
    RoleGrant.objects.filter(pk=practitioner.grant.pk).delete()
    page = client.get(location)
    assert page.status_code in {302, 403}
    assert b"Aoife" not in page.content


def test_old_searches_are_forgotten_and_young_ones_kept(client, practitioner):
    old, young = key_of(post(client)), key_of(post(client))
    age(old, 15)
    assert forget_searches() == 1
    assert set(SearchRequest.objects.values_list("key", flat=True)) == {young}


def test_a_form_posted_after_the_session_ended_comes_back_filled(client, practitioner, settings):
    session = client.session
    session["last_seen"] = 1
    session.save()
    response = post(client)
    assert "expired" in response["Location"]
    draft = SearchRequest.objects.get(is_draft=True)
    sign_in(client, practitioner.user, practitioner.grant)
    page = client.get(f"{reverse('records:search')}?draft={draft.key}").content.decode()
    assert 'value="Brennan"' in page
    assert 'value="REF-77"' in page


def test_another_persons_draft_fills_nothing(client, practitioner):
    session = client.session
    session["last_seen"] = 1
    session.save()
    post(client)
    draft = SearchRequest.objects.get(is_draft=True)
    colleague = acting_as(Role.PRACTITIONER, at=practitioner.organisation)
    sign_in(client, colleague.user, colleague.grant)
    page = client.get(f"{reverse('records:search')}?draft={draft.key}").content.decode()
    assert "Brennan" not in page


def test_without_its_event_a_search_discloses_nothing(client, practitioner):
    child()
    client.raise_request_exception = False
    location = post(client)["Location"]
    with event_insert_fails():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Aoife" not in page.content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [commit_fails, partition_missing])
def test_without_a_committed_event_a_search_discloses_nothing(client, practitioner, fault):
    child()
    client.raise_request_exception = False
    location = post(client)["Location"]
    connection.close()
    with fault():
        page = client.get(location)
    assert page.status_code == 500
    assert b"Aoife" not in page.content


def test_the_session_reference_of_a_search_is_not_the_session_key(client, practitioner):
    post(client)
    request = SearchRequest.objects.get()
    assert bytes(request.session_ref) == session_ref(client.session.session_key)
