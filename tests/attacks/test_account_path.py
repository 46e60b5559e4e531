"""Enemies on the path of an account: nothing but the whole path opens the index, by any door."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import requests
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows import login as allauth_login
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.acting import nobody
from accounts.actions import (
    InvitationRefused,
    WrongCode,
    accept_invitation,
    close_account,
    confirm_identity,
    invite_again,
    invite_applicant,
    invite_person,
    publish_agreement,
    start_application,
)
from accounts.actions.directories import register_directory
from accounts.actions.roles import choose_role
from accounts.commands import operator_for
from accounts.models import (
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    DirectoryLink,
    IdentityCheck,
    Invitation,
    OutboxMessage,
    Sanction,
    TrainingResult,
    User,
)
from accounts.models.users import AccountStatus
from accounts.policies import Refused, can
from accounts.roles import Permission, Role
from accounts.signin.store import SessionStore
from accounts.states import SanctionLevel
from tests.attacks.oidc_provider import CLIENT, SECRET, TWO_FACTORS, Provider
from tests.factories.accounts import (
    ON_FILE,
    PASSWORD,
    EmployerFactory,
    LocalAuthorityFactory,
    SanctionFactory,
    UserFactory,
    acting_as,
    acting_under,
    complete_file,
    grant,
    sign_in,
    totp_code,
)
from tests.house.pages import PAGES, build_world
from tests.house.test_pages import FOR_EVERYBODY
from tests.house.urls import routes

pytestmark = pytest.mark.django_db
SEARCH = "/records/search/"
LOGIN = "/account/login/"
NEW_PASSWORD = "another-oak-harbour-forty"


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def invited(management_team):
    """Somebody invited and given a role, who has done nothing yet."""
    made = invite_person(
        email="new.person@authority.example",
        given_name="New",
        family_name="Person",
        work_phone="01632 960 101",
        line_manager_name="Sam Manager",
        line_manager_email="sam@authority.example",
        employer=management_team.organisation,
        by=management_team,
    )
    grant(made.user, Role.PRACTITIONER)
    return made


@pytest.fixture
def accepted(invited):
    """The same person after the invitation: a password, and nothing else."""
    return accept_invitation(token=invited.token, code=invited.code, password=PASSWORD, by=nobody())


def status_of(client, url=SEARCH):
    return client.get(url).status_code


def sign_in_by_password(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


# --- by the mailed link of a password reset -------------------------------------------------------


def reset(client, user):
    """The whole way of a reset, with a key nobody was ever sent."""
    key, number = default_token_generator.make_token(user), user_pk_to_url_str(user)
    url = reverse("account_reset_password_from_key", args=[number, key])
    form = client.get(url, follow=True)
    posted = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(form.request["PATH_INFO"], posted)
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)


def test_no_reset_is_mailed_before_a_second_factor_is_there(client, invited):
    for step in (lambda: None, lambda: accept_everything(invited)):
        step()
        client.post("/account/password/reset/", {"email": invited.user.email})
        assert not OutboxMessage.objects.filter(kind="password_reset").exists()


def accept_everything(invited):
    accept_invitation(token=invited.token, code=invited.code, password=PASSWORD, by=nobody())


def test_a_reset_does_not_replace_the_invitation(client, invited):
    reset(client, invited.user)
    invited.user.refresh_from_db()
    assert invited.user.status == AccountStatus.INVITED
    sign_in_by_password(client, invited.user, NEW_PASSWORD)
    assert SESSION_KEY not in client.session
    assert status_of(client) == 302


def test_a_reset_after_the_invitation_leaves_factor_and_conditions_missing(client, accepted):
    reset(client, accepted)
    fresh = Client()
    sign_in_by_password(fresh, accepted, NEW_PASSWORD)
    assert fresh.get(SEARCH).url.startswith("/your-account/second-factor/")
    secret = fresh.get("/account/factors/totp/activate/").context["form"].secret
    fresh.post("/account/factors/totp/activate/", {"code": totp_code(secret)})
    assert status_of(fresh) == 403


# --- by the invitation ----------------------------------------------------------------------------


def take(invited, code=None):
    return accept_invitation(
        token=invited.token, code=code or invited.code, password=NEW_PASSWORD, by=nobody()
    )


def use(invited, team):
    take(invited)


def expire(invited, team):
    Invitation.objects.update(expires_at=Now() - timedelta(seconds=1))


def replace(invited, team):
    invite_again(user=invited.user, by=team)


def close(invited, team):
    close_account(user=invited.user, reason="never came", by=team)


@pytest.mark.parametrize("spoil", [use, expire, replace, close])
def test_link_and_code_together_open_nothing_once_they_are_over(invited, management_team, spoil):
    spoil(invited, management_team)
    before = User.objects.get(pk=invited.user.pk).password
    with pytest.raises(InvitationRefused):
        take(invited)
    assert User.objects.get(pk=invited.user.pk).password == before


def test_the_code_of_a_newer_invitation_does_not_open_the_older_link(invited, management_team):
    newer = invite_again(user=invited.user, by=management_team)
    with pytest.raises(InvitationRefused):
        take(invited, code=newer.code)
    with pytest.raises(WrongCode):
        take(newer, code=invited.code)


@pytest.mark.parametrize("at", ["employer", "manager"])
def test_an_invitation_of_before_a_sanction_lets_nobody_new_in(
    client, accreditation_officer, events, at
):
    """Whoever holds an invitation is new too; once the sanction is lifted it works again."""
    school = EmployerFactory()
    team = acting_as(Role.MANAGEMENT_TEAM, at=school.parent)
    facts = {
        "email": "new.teacher@school.example", "given_name": "New", "family_name": "Teacher",
        "work_phone": "01632 960 101", "line_manager_name": "Sam Manager",
        "line_manager_email": "sam@school.example",
    }  # fmt: skip
    made = invite_person(**facts, employer=school, by=team)
    body = school if at == "employer" else school.parent
    sanction = SanctionFactory(organisation=body, level=SanctionLevel.NO_NEW_USERS)
    events.mark()
    posted = {"code": made.code, "password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    response = client.post(reverse("accounts:invitation", args=[made.token]), posted)
    assert response.status_code == 403
    assert "Your organisation takes no new people at the moment" in response.content.decode()
    denied = events.one("access.denied")
    assert (denied.reason, denied.target_id) == ("organisation-takes-no-users", made.user.pk)
    made.user.refresh_from_db()
    assert made.user.status == AccountStatus.INVITED
    sign_in_by_password(client, made.user, NEW_PASSWORD)
    assert SESSION_KEY not in client.session

    Sanction.objects.filter(pk=sanction.pk).update(lifted_at=Now(), lift_reason="put right")
    assert take(made).status == AccountStatus.ACTIVE


def test_somebody_named_to_apply_for_a_sanctioned_organisation_may_come(central_team):
    body = LocalAuthorityFactory()
    invited = invite_applicant(
        application=start_application(organisation=body, by=central_team),
        email="apply@authority.example", given_name="Ana", family_name="Applies",
        work_phone="01632 960 101", line_manager_name="Sam Manager",
        line_manager_email="sam@authority.example", by=central_team,
    )  # fmt: skip
    SanctionFactory(organisation=body, level=SanctionLevel.NO_NEW_USERS)
    assert take(invited).status == AccountStatus.ACTIVE


def test_an_invitation_that_was_accepted_opens_the_index_to_nobody(client, accepted):
    sign_in(client, accepted)
    assert status_of(client) == 403


# --- each thing missing, by each door -------------------------------------------------------------


@pytest.fixture(params=sorted(ON_FILE))
def incomplete(request):
    """Somebody who lacks one thing, holding a role, and its code."""
    user = UserFactory(complete=False)
    complete_file(user, but=request.param)
    return grant(user, Role.PRACTITIONER), request.param


def test_no_page_opens_while_one_thing_is_missing(client, incomplete, events):
    held, code = incomplete
    sign_in(client, held.user)
    for url in (SEARCH, "/records/new/"):
        assert status_of(client, url) == 403
    assert client.post(SEARCH, {"family_name": "Khan"}).status_code == 403
    denied = [event for event in events.since_mark() if event.action == "access.denied"]
    assert {event.reason for event in denied} == {code}


def test_no_second_role_makes_up_for_it(client, incomplete):
    held, code = incomplete
    for role in (Role.MANAGEMENT_TEAM, Role.MEDIATOR, Role.SHIELD_ADMINISTRATOR):
        other = acting_under(grant(held.user, role))
        assert {can(other, permission).code for permission in Permission} == {code}
    sign_in(client, held.user, other.grant)
    choose_role(grant=other.grant, session=client.session, by=other)
    assert status_of(client) == 403


def test_no_command_is_a_way_round(incomplete):
    held, code = incomplete
    options = {"operator": held.user.email, "reason": "for this test"}
    for permission in Permission:
        by = operator_for(options, "some_command", permission)
        assert can(by, permission).code == code
    grant(held.user, Role.MANAGEMENT_TEAM)
    with pytest.raises(CommandError) as refused:
        call_command(
            "suspend_account", UserFactory().email, "--as", held.user.email, "--reason", "x"
        )
    assert refused.value.returncode == 1


def test_a_passkey_alone_signs_in_to_the_list_of_what_is_missing(client, incomplete):
    held, _ = incomplete
    key = Authenticator.objects.create(user=held.user, type="webauthn", data={"name": "key"})
    sign_in(client, held.user)
    session = SessionStore(client.cookies["session"].value)
    session[allauth_login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mfa", "at": timezone.now().timestamp(), "id": key.pk, "type": "webauthn"}
    ]
    session.save()
    assert "Before you can use ContactPoint" in client.get("/").content.decode()
    assert status_of(client) == 403


# --- by an organisation's own directory -----------------------------------------------------------


@pytest.fixture
def directory(monkeypatch):
    """A running directory of an authority, and its registration."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # it is on this machine
    running = Provider()
    running.start()
    yield register_directory(
        organisation=LocalAuthorityFactory(), issuer=running.issuer, client_id=CLIENT,
        secret=SECRET, accepted_acr=[TWO_FACTORS], by=acting_as(Role.CENTRAL_TEAM),
    )  # fmt: skip
    running.stop()


def come_by(client, directory):
    """Off to the directory and back."""
    there = client.get(reverse("directory_start", args=[directory.key])).url
    back = requests.get(there, allow_redirects=False, timeout=60).headers["Location"]
    return client.get(back.removeprefix(settings.SITE_URL))


def known_there(directory, user):
    """Whoever signs in at the directory is this account, however it came to be linked."""
    DirectoryLink.objects.create(provider=directory, subject="subject-1", user=user)


def test_a_directory_does_not_replace_the_invitation(client, directory):
    made = invite_person(
        email="new.person@authority.example", given_name="New", family_name="Person",
        work_phone="01632 960 101", line_manager_name="Sam Manager",
        line_manager_email="sam@authority.example", employer=directory.organisation,
        by=acting_as(Role.MANAGEMENT_TEAM, at=directory.organisation),
    )  # fmt: skip
    grant(made.user, Role.PRACTITIONER, directory.organisation)
    known_there(directory, made.user)
    come_by(client, directory)
    assert SESSION_KEY not in client.session
    assert status_of(client) == 302


@pytest.mark.parametrize("lacking", sorted(ON_FILE))
def test_a_directory_makes_up_for_nothing_that_is_missing(client, directory, lacking, events):
    user = UserFactory(employer=directory.organisation, complete=False)
    complete_file(user, but=lacking)
    grant(user, Role.PRACTITIONER, directory.organisation)
    known_there(directory, user)
    come_by(client, directory)
    assert status_of(client) == 403
    assert events.one("access.denied").reason == lacking


def test_a_directory_does_not_replace_a_second_factor_of_ours(client, directory, events):
    user = UserFactory(employer=directory.organisation)
    grant(user, Role.PRACTITIONER, directory.organisation)
    Authenticator.objects.filter(user=user).delete()
    known_there(directory, user)
    come_by(client, directory)
    assert status_of(client) == 403
    assert events.one("access.denied").reason == "second-factor-missing"


@pytest.mark.parametrize("stop", ["suspended", "held", "closed"])
def test_a_directory_lets_no_stopped_account_in(client, directory, stop):
    user = UserFactory(employer=directory.organisation, status=stop)
    known_there(directory, user)
    come_by(client, directory)
    assert SESSION_KEY not in client.session


# --- a session from before ------------------------------------------------------------------------


def yesterday():
    return timezone.localdate() - timedelta(days=1)


def check_runs_out(user):
    long_ago = timezone.localdate() - timedelta(days=1200)
    CriminalRecordCheck.objects.create(
        user=user, checked_on=long_ago, finding="clear", valid_until=yesterday()
    )


def check_is_not_clear(user):
    CriminalRecordCheck.objects.create(user=user, checked_on=yesterday(), finding="not_clear")


def agreement_is_superseded(user):
    AgreementVersion.objects.create(number=2, text="Newer", everybody_by=yesterday())


def course_is_superseded(user):
    CourseVersion.objects.create(number=2, title="Newer", valid_months=12, everybody_by=yesterday())


def accreditation_lapses(user):
    user.employer.accreditations.update(valid_from="2020-01-01", valid_until="2020-12-31")


def employer_moves(user):
    User.objects.filter(pk=user.pk).update(employer_since=Now())


def employer_is_another(user):
    elsewhere = EmployerFactory(parent=LocalAuthorityFactory(), accredited=False)
    User.objects.filter(pk=user.pk).update(employer=elsewhere)


def manager_goes(user):
    User.objects.filter(pk=user.pk).update(line_manager_name="")


BEFORE = [
    check_runs_out,
    check_is_not_clear,
    agreement_is_superseded,
    course_is_superseded,
    accreditation_lapses,
    employer_moves,
    employer_is_another,
    manager_goes,
]


@pytest.mark.parametrize("change", BEFORE)
def test_a_session_from_before_is_out_at_its_next_request(client, practitioner, events, change):
    sign_in(client, practitioner.user)
    assert status_of(client) == 200
    change(practitioner.user)
    events.mark()
    assert status_of(client) == 403
    assert events.one("access.denied").actor_id == practitioner.user.pk


def test_training_that_runs_out_today_is_over_tomorrow(client):
    user = UserFactory(complete=False)
    complete_file(user, but="training-missing")
    result = {"user": user, "version_id": 1, "passed_on": timezone.localdate() - timedelta(days=90)}
    TrainingResult.objects.create(**result, valid_until=yesterday())
    grant(user, Role.PRACTITIONER)
    sign_in(client, user)
    assert status_of(client) == 403


# They ask for accreditation and see no child, before anybody there has agreed to anything.
APPLICANTS = {"applicant", "questioned"}
# How one signs in is one's own affair, like a second factor: what comes after stays closed.
OWN_SIGN_IN = {"accounts:link-directory"}


@pytest.mark.django_db(transaction=True)
def test_every_page_of_every_session_closes_when_an_agreement_binds_everybody():
    world = build_world()
    agreement_is_superseded(None)
    closed = {route.name for route in routes() if not route.open} - FOR_EVERYBODY - OWN_SIGN_IN
    for name in sorted(closed & set(PAGES)):
        sample = PAGES[name]
        if sample.who in APPLICANTS:
            continue
        client, path = world.clients[sample.who], sample.path(world)
        assert client.get(path).status_code == 403, name
        assert client.post(path).status_code in {403, 405}, name
    opening = reverse("records:open-record", args=[world.child.key])
    posted = world.clients["practitioner"].post(opening, {"search": world.search})
    assert posted.status_code == 403


# --- at once --------------------------------------------------------------------------------------


def at_once(*acts):
    """Runs each act in a thread of its own, all at the same moment; what each gave or raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except (Refused, InvitationRefused, WrongCode) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_is_accepted_once(invited, events):
    results = at_once(*[lambda: take(invited)] * 4)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, InvitationRefused) for result in results) == 3
    assert events.actions().count("account.activated") == 1


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_counted_one_by_one(invited, events):
    wrong = f"{(int(invited.code) + 1) % 10**8:08}"
    at_once(*[lambda: take(invited, code=wrong)] * 8)
    assert Invitation.objects.get(user=invited.user).wrong_codes == 5
    reasons = [e.reason for e in events.since_mark() if e.action == "account.invitation_refused"]
    assert reasons.count("wrong-code") == 5
    with pytest.raises(InvitationRefused):
        take(invited)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_is_told(practitioner, events):
    user = UserFactory(employer=practitioner.base, complete=False)
    teams = [acting_as(Role.MANAGEMENT_TEAM, at=practitioner.base) for _ in range(2)]
    facts = {"user": user, "how": "in_person", "checked_on": timezone.localdate()}
    results = at_once(*[lambda team=team: confirm_identity(**facts, by=team) for team in teams])
    told = [result for result in results if isinstance(result, Refused)]
    assert [refused.decision.code for refused in told] == ["identity-already-confirmed"]
    assert IdentityCheck.objects.filter(user=user).count() == 1
    assert events.actions().count("account.identity_confirmed") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told(central_team):
    facts = {"text": "Newer", "after": 1, "everybody_by": None}
    results = at_once(*[lambda: publish_agreement(**facts, by=central_team)] * 2)
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert AgreementVersion.objects.count() == 2
