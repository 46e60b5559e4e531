"""Signing in by an organisation's own directory: only who was linked, only there, and no forged,
old, weak or borrowed answer.
"""

import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.actions.directories import end_directory, link_directory, register_directory
from accounts.models import DirectoryLink, IdentityProvider, OutboxMessage, User
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from tests.attacks.oidc_provider import CLIENT, SECRET, TWO_FACTORS, Provider
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    acting_as,
    grant,
    sign_in,
    totp_code,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_this_machine(monkeypatch):
    """authlib asks for TLS; the provider of the tests is on this machine."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    cache.clear()


@pytest.fixture
def provider():
    running = Provider()
    running.start()
    yield running
    running.stop()


def registered(provider, organisation, by):
    return register_directory(
        organisation=organisation, issuer=provider.issuer, client_id=CLIENT, secret=SECRET,
        accepted_acr=[TWO_FACTORS], by=by,
    )  # fmt: skip


@pytest.fixture
def directory(provider, practitioner, central_team):
    return registered(provider, practitioner.base, central_team)


@pytest.fixture
def linked(directory, practitioner):
    """The practitioner is `subject-1` at their authority's directory."""
    link_directory(provider=directory, subject="subject-1", by=practitioner)
    return practitioner


def url(name, directory):
    return reverse(name, args=[directory.key])


def visit(client, directory):
    """Off to the directory and back to the address it sends the browser to, not yet opened."""
    there = client.get(url("directory_start", directory))
    assert there.status_code == 302, there.content.decode()
    back = requests.get(there.url, allow_redirects=False, timeout=60)
    assert back.status_code == 302, back.text
    assert back.headers["Location"].startswith(settings.SITE_URL)
    return back.headers["Location"].removeprefix(settings.SITE_URL)


def come_back(client, directory):
    return client.get(visit(client, directory))


def signed_in(client):
    return SESSION_KEY in client.session


def refused(client, events, directory, reason):
    event = events.since_mark()[-1]
    assert (event.action, event.reason) == ("auth.login_failed", reason)
    assert event.detail == {"issuer": str(directory.key)}
    assert not signed_in(client)
    return True


class TestSigningIn:
    """By issuer and subject, and by nothing else."""

    def test_a_linked_person_signs_in(self, client, linked, directory, events):
        events.mark()
        done = come_back(client, directory)
        assert (done.status_code, done.url) == (302, "/")
        assert client.get("/").status_code == 200
        event = events.one("auth.login")
        assert (event.actor_id, event.detail) == (
            linked.user.pk, {"method": "directory", "issuer": str(directory.key)},
        )  # fmt: skip

    def test_the_directory_is_asked_with_pkce_nonce_state_and_strength(
        self, client, directory, provider
    ):
        visit(client, directory)
        [asked] = provider.asked
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        assert min(len(asked["nonce"]), len(asked["state"])) >= 20
        assert asked["scope"] == "openid"
        assert (asked["acr_values"], asked["max_age"]) == (TWO_FACTORS, "900")

    def test_an_unknown_subject_makes_no_account(self, client, directory, provider, events):
        provider.subject = "somebody-new"
        before = User.objects.count()
        page = come_back(client, directory)
        assert page.status_code == 403
        assert "is not linked to an account" in page.content.decode()
        assert refused(client, events, directory, "directory-subject-unknown")
        assert User.objects.count() == before

    def test_an_address_in_the_token_is_never_read(self, client, directory, provider, events):
        """The token names the address of a central team member, verified."""
        acting_as(Role.CENTRAL_TEAM, email="central@authority.example")
        provider.subject = "somebody-new"
        come_back(client, directory)
        assert refused(client, events, directory, "directory-subject-unknown")

    @pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.CLOSED])
    def test_a_stopped_account_stays_out(self, client, linked, directory, status):
        User.objects.filter(pk=linked.user.pk).update(status=status, status_reason="for this test")
        assert come_back(client, directory).url == "/account/inactive/"
        assert not signed_in(client)

    def test_no_session_without_its_event(self, client, linked, directory):
        back = visit(client, directory)
        with event_insert_fails(), pytest.raises(DatabaseError):
            client.get(back)
        assert client.get("/").url.startswith("/account/login/")

    def test_the_session_key_changes(self, client, linked, directory):
        back = visit(client, directory)
        before = client.cookies["session"].value
        client.get(back)
        assert client.cookies["session"].value != before

    def test_a_directory_that_is_away_is_told_as_such(self, client, directory, provider, events):
        IdentityProvider.objects.update(issuer="http://127.0.0.1:1")
        page = client.get(url("directory_start", directory))
        assert page.status_code == 403
        assert "cannot be reached" in page.content.decode()
        assert refused(client, events, directory, "directory-unreachable")


class TestForgeries:
    """Each answer is wrong in one thing."""

    @pytest.mark.parametrize(
        "instead",
        [
            {"iss": "https://evil.example"},
            {"aud": ["another-client"]},
            {"aud": ["another-client"], "azp": CLIENT},
            {"aud": [CLIENT, "another-client"], "azp": "another-client"},
            {"nonce": "replayed-from-another-sign-in"},
            {"exp": int(time.time()) - 3600},
            {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
            {"sub": ""},
        ],
    )
    def test_a_token_that_is_not_for_this_very_visit(
        self, client, linked, directory, provider, events, instead
    ):
        provider.instead = instead
        assert come_back(client, directory).status_code == 403
        assert refused(client, events, directory, "directory-answer-refused")

    def test_a_token_signed_by_somebody_else(self, client, linked, directory, provider, events):
        provider.sign_with = 1
        come_back(client, directory)
        assert refused(client, events, directory, "directory-answer-refused")

    @pytest.mark.parametrize("algorithm", ["none", "RS512"])
    def test_a_token_signed_in_a_way_we_do_not_take(
        self, client, linked, directory, provider, events, algorithm
    ):
        """The directory itself says that it offers no signature at all."""
        provider.algorithm = algorithm
        back = visit(client, directory)
        assert client.get(back).status_code == 403
        assert refused(client, events, directory, "directory-answer-refused")

    def test_a_code_of_another_browser(self, client, linked, directory, events):
        """The attacker sends their own answer to somebody else's browser."""
        theirs = visit(Client(), directory)
        come_back_here = client.get(theirs)
        assert come_back_here.status_code == 403
        assert refused(client, events, directory, "directory-answer-refused")

    def test_a_code_put_into_another_visit(self, client, linked, directory, events):
        """PKCE: the code belongs to the visit that asked for it."""
        stolen = parse_qs(urlsplit(visit(Client(), directory)).query)["code"][0]
        own = urlsplit(visit(client, directory))
        state = parse_qs(own.query)["state"][0]
        client.get(f"{own.path}?code={stolen}&state={state}")
        assert refused(client, events, directory, "directory-answer-refused")

    def test_an_answer_works_once(self, client, linked, directory, events):
        back = visit(client, directory)
        assert client.get(back).url == "/"
        client.post("/account/logout/")
        client.get(back)
        assert refused(client, events, directory, "directory-answer-refused")

    @pytest.mark.parametrize(
        "query", ["", "?code=x", "?state=x", "?error=access_denied", "?code=&state="]
    )
    def test_an_answer_that_is_none(self, client, directory, events, query):
        assert client.get(url("directory_callback", directory) + query).status_code == 403
        assert refused(client, events, directory, "directory-answer-refused")


class TestMixUp:
    """One issuer's answer is not taken for another's."""

    @pytest.fixture
    def other(self, central_team):
        running = Provider()
        running.start()
        yield registered(running, LocalAuthorityFactory(), central_team), running
        running.stop()

    def test_an_answer_sent_to_another_issuers_address(
        self, client, linked, directory, other, events
    ):
        back = visit(client, directory)
        elsewhere = back.replace(str(directory.key), str(other[0].key))
        client.get(elsewhere)
        assert refused(client, events, other[0], "directory-answer-refused")

    def test_the_same_subject_at_another_issuer_is_somebody_else(
        self, client, linked, other, events
    ):
        come_back(client, other[0])
        assert refused(client, events, other[0], "directory-subject-unknown")

    def test_an_answer_that_names_another_issuer(self, client, linked, directory, provider, events):
        provider.says_iss = "https://evil.example"
        come_back(client, directory)
        assert refused(client, events, directory, "directory-answer-refused")

    def test_an_answer_without_the_name_that_was_promised(
        self, client, linked, directory, provider, events
    ):
        provider.says_iss = ""
        back = visit(client, directory)
        client.get(back.partition("&iss=")[0])
        assert refused(client, events, directory, "directory-answer-refused")

    def test_an_answer_with_its_own_name_is_taken(self, client, linked, directory, provider):
        provider.says_iss = ""
        assert come_back(client, directory).url == "/"

    def test_a_directory_that_calls_itself_something_else(
        self, client, linked, directory, provider, events
    ):
        provider.calls_itself = "https://evil.example"
        client.get(url("directory_start", directory))
        assert refused(client, events, directory, "directory-unreachable")


class TestStrength:
    """How and when the person showed their factors there."""

    @pytest.mark.parametrize("acr", ["urn:council:password", "", "URN:COUNCIL:MFA"])
    def test_one_factor_is_not_enough(self, client, linked, directory, provider, events, acr):
        provider.acr = acr
        page = come_back(client, directory)
        assert "with one factor only" in page.content.decode()
        assert refused(client, events, directory, "directory-factor-too-weak")

    @pytest.mark.parametrize("seconds", [17 * 60, 8 * 3600, -10 * 60])
    def test_factors_shown_long_ago_or_in_the_future_do_not_count(
        self, client, linked, directory, provider, events, seconds
    ):
        provider.signed_in_seconds_ago = seconds
        page = come_back(client, directory)
        assert "too long ago" in page.content.decode()
        assert refused(client, events, directory, "directory-factor-too-old")

    @pytest.mark.parametrize("said", [None, "yesterday", True])
    def test_a_token_that_does_not_say_when(
        self, client, linked, directory, provider, events, said
    ):
        provider.instead = {"auth_time": said}
        assert come_back(client, directory).status_code == 403
        assert not signed_in(client)

    def test_fourteen_minutes_ago_is_recent(self, client, linked, directory, provider):
        provider.signed_in_seconds_ago = 14 * 60
        assert come_back(client, directory).url == "/"


class TestReach:
    """What a session opened by a directory may do."""

    def test_only_the_roles_of_its_own_body(self, client, linked, directory):
        elsewhere = grant(linked.user, Role.PRACTITIONER, LocalAuthorityFactory())
        come_back(client, directory)
        shown = client.get("/").context
        assert shown["acting"].grant == linked.grant
        assert elsewhere not in shown["grants"]
        assert client.post("/roles/choose/", {"grant": str(elsewhere.pk)}).status_code == 200
        assert client.get("/").context["acting"].grant == linked.grant

    def test_the_employers_beneath_it_are_its_own(self, client, linked, directory):
        school = EmployerFactory(parent=linked.base)
        beneath = grant(linked.user, Role.PRACTITIONER, school)
        come_back(client, directory)
        client.post("/roles/choose/", {"grant": str(beneath.pk)})
        assert client.get("/").context["acting"].grant == beneath

    def test_a_role_planted_in_the_session_does_not_help(self, client, linked, directory):
        elsewhere = grant(linked.user, Role.PRACTITIONER, LocalAuthorityFactory())
        come_back(client, directory)
        session = client.session
        session["grant_id"] = elsewhere.pk
        session.save()
        assert client.get("/").status_code != 200

    @pytest.mark.parametrize(
        "role", [Role.MANAGEMENT_TEAM, Role.SHIELD_ADMINISTRATOR],
    )  # fmt: skip
    def test_powerful_roles_need_a_factor_of_ours(
        self, client, directory, practitioner, role, events
    ):
        person = acting_as(role, at=practitioner.base)
        link_directory(provider=directory, subject="subject-1", by=person)
        come_back(client, directory)
        page = client.get("/")
        assert page.status_code == 403
        assert "own sign-in is not enough" in page.content.decode()
        assert events.since_mark()[-1].reason == "own-factor-needed"

    @pytest.mark.parametrize("role", [Role.CENTRAL_TEAM, Role.AUDITOR, Role.ACCREDITATION_OFFICER])
    def test_central_roles_are_carried_by_no_directory(
        self, client, linked, directory, role, central_team
    ):
        held = grant(linked.user, role, central_team.organisation)
        come_back(client, directory)
        assert held not in client.get("/").context["grants"]

    def test_taking_up_a_powerful_role_asks_for_our_own_factor(self, client, linked, directory):
        powerful = grant(linked.user, Role.MANAGEMENT_TEAM)
        come_back(client, directory)
        client.post("/roles/choose/", {"grant": str(linked.grant.pk)})
        asked = client.post("/roles/choose/", {"grant": str(powerful.pk)})
        assert asked.url.startswith("/account/factors/reauthenticate/")
        client.post(asked.url, {"code": totp_code()})
        client.post("/roles/choose/", {"grant": str(powerful.pk)})
        assert client.get("/messages/").status_code == 200

    def test_adding_a_factor_asks_for_our_own_first(self, client, linked, directory):
        come_back(client, directory)
        added = client.get("/account/factors/passkeys/add/")
        assert added.url.startswith("/account/factors/reauthenticate/")

    def test_an_ended_directory_shuts_its_sessions_at_their_next_request(
        self, client, linked, directory, central_team
    ):
        come_back(client, directory)
        assert client.get("/records/search/").status_code == 200
        assert end_directory(provider=directory, by=central_team)
        assert client.get("/records/search/").status_code != 200
        assert Client().get(url("directory_start", directory)).status_code == 404
        assert not end_directory(provider=directory, by=central_team)

    def test_it_makes_no_known_device(self, client, linked, directory):
        come_back(client, directory)
        assert not [name for name in client.cookies if name.startswith("device-")]


class TestLinking:
    """Who somebody is in a directory is said by showing our own factor first."""

    def test_a_person_links_their_own_account(self, client, practitioner, directory, events):
        sign_in(client, practitioner.user)
        page = url("accounts:link-directory", directory)
        assert client.get(page).status_code == 200
        assert url("directory_start", directory) in client.post(page).content.decode()
        events.mark()
        assert come_back(client, directory).url == "/your-account/"
        link = DirectoryLink.objects.get()
        assert (link.user, link.subject) == (practitioner.user, "subject-1")
        event = events.one("auth.factor_added")
        assert event.detail == {"factor": "directory", "issuer": str(directory.key)}
        told = set(OutboxMessage.objects.values_list("kind", "user"))
        assert ("sign_in_changed", practitioner.user.pk) in told
        other = Client()
        assert come_back(other, directory).url == "/"

    def test_a_visit_that_no_form_asked_for_links_nothing(self, client, practitioner, directory):
        sign_in(client, practitioner.user)
        asked = client.get(url("directory_start", directory))
        assert asked.url == url("accounts:link-directory", directory)
        assert (
            client.get(url("directory_callback", directory) + "?code=x&state=y").status_code == 403
        )
        assert not DirectoryLink.objects.exists()

    def test_somebody_of_another_authority_links_nothing(self, client, directory, events):
        sign_in(client, acting_as(Role.PRACTITIONER).user)
        assert client.post(url("accounts:link-directory", directory)).status_code == 403
        assert events.one("access.denied").reason == "other-directory"

    def test_an_unattended_screen_is_not_enough(self, practitioner, directory):
        stale = replace(practitioner, factor_is_fresh=False)
        with pytest.raises(Refused) as told:
            link_directory(provider=directory, subject="x", by=stale)
        assert told.value.decision.code == "step-up-needed"

    def test_a_subject_is_one_account_and_an_account_one_subject(self, linked, directory):
        colleague = acting_as(Role.PRACTITIONER, at=linked.base)
        with pytest.raises(Refused) as told:
            link_directory(provider=directory, subject="subject-1", by=colleague)
        assert told.value.decision.code == "directory-link-taken"
        link_directory(provider=directory, subject="subject-2", by=linked)
        live = DirectoryLink.objects.filter(ended_at__isnull=True)
        assert [link.subject for link in live] == ["subject-2"]
        with pytest.raises(IntegrityError), transaction.atomic():
            DirectoryLink.objects.create(
                provider=directory, subject="subject-2", user=colleague.user
            )

    def test_no_link_without_its_event(self, practitioner, directory):
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            link_directory(provider=directory, subject="x", by=practitioner)
        assert not DirectoryLink.objects.exists()


FORM = {"client_id": CLIENT, "secret": SECRET, "accepted_acr": f"{TWO_FACTORS} urn:other"}


class TestRegistering:
    """The central team's list."""

    def form(self, organisation, **more):
        issuer = "https://login.council.example/v2"
        return {"organisation": organisation.pk, "issuer": issuer, **FORM, **more}

    def test_the_central_team_registers_and_ends_one(self, client, central_team, events):
        council = LocalAuthorityFactory()
        sign_in(client, central_team.user)
        done = client.post("/identity-providers/", self.form(council), follow=True)
        provider = IdentityProvider.objects.get()
        page = done.content.decode()
        assert url("directory_callback", provider) in page
        assert SECRET not in page
        assert SECRET not in provider.secret
        assert provider.accepted_acr == [TWO_FACTORS, "urn:other"]
        event = events.one("system.configured")
        assert event.detail == {"kind": "directory_registered", "issuer": str(provider.key)}
        client.post(url("accounts:end-identity-provider", provider))
        assert not IdentityProvider.objects.live().exists()
        assert events.since_mark()[-1].detail["kind"] == "directory_ended"

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"issuer": "http://login.council.example"}, "does not begin with https"),
            ({"issuer": ""}, "Enter the address of the issuer"),
            ({"accepted_acr": " "}, "Enter at least one value"),
            ({"secret": ""}, "Enter the client secret"),
        ],
    )
    def test_what_is_wrong_is_said(self, client, central_team, more, words):
        sign_in(client, central_team.user)
        page = client.post("/identity-providers/", self.form(LocalAuthorityFactory(), **more))
        assert words in page.content.decode()
        assert not IdentityProvider.objects.exists()

    def test_an_issuer_belongs_to_one_organisation(self, client, directory, central_team, provider):
        sign_in(client, central_team.user)
        form = self.form(LocalAuthorityFactory(), issuer=provider.issuer)
        assert "registered already" in client.post("/identity-providers/", form).content.decode()
        with pytest.raises(IntegrityError), transaction.atomic():
            IdentityProvider.objects.create(
                organisation=LocalAuthorityFactory(), issuer=provider.issuer, client_id="x",
                secret="x", accepted_acr=["x"], live_from=Now(),
            )  # fmt: skip

    def test_neither_a_school_nor_the_central_body_has_one(self, central_team):
        for organisation in (EmployerFactory(), central_team.organisation):
            with pytest.raises(Refused) as told:
                register_directory(
                    organisation=organisation, issuer="https://x.example", client_id="x",
                    secret="x", accepted_acr=["x"], by=central_team,
                )  # fmt: skip
            assert told.value.decision.code == "no-directory-there"

    @pytest.mark.parametrize("role", [Role.MANAGEMENT_TEAM, Role.AUDITOR, Role.PRACTITIONER])
    def test_nobody_else_registers_one(self, client, role, events):
        sign_in(client, acting_as(role).user)
        assert client.get("/identity-providers/").status_code == 403
        assert events.one("access.denied").detail == {"permission": "keep_directories"}

    def test_without_its_event_nothing_is_registered(self, central_team):
        council = LocalAuthorityFactory()
        with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
            register_directory(
                organisation=council, issuer="https://x.example", client_id="x", secret="x",
                accepted_acr=["x"], by=central_team,
            )  # fmt: skip
        assert not IdentityProvider.objects.exists()

    def test_the_public_list_names_bodies_with_a_live_directory(self, client, directory):
        page = client.get("/account/directories/").content.decode()
        assert directory.organisation.name in page
        IdentityProvider.objects.update(live_until=Now())
        later = client.get("/account/directories/").content.decode()
        assert directory.organisation.name not in later
