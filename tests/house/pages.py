"""One sample of every page of the site: who asks for it and at which address.

A route without a line here fails `test_pages.py`: either it is a page, or it says why it is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.actions import (
    invite_person,
    merge_organisation,
    plan_move,
    record_identifier,
    request_role,
    start_application,
)
from accounts.models import (
    AccreditationApplication,
    IdentifierScheme,
    IdentityProvider,
    Organisation,
    Recovery,
    RoleGrant,
    RoleRequest,
    SiteKind,
    StaffProposal,
    Team,
    User,
)
from accounts.roles import Role
from accounts.states import State
from audit.investigations.actions import suspend
from audit.investigations.alerts import raise_alert
from audit.investigations.evidence import Evidence
from audit.investigations.models import Alert, Investigation, Report
from audit.investigations.reports import Suspicion, report_from_outside
from audit.investigations.transfer import offer
from records.actions.messages import send_message
from records.actions.moves import record_move
from records.actions.shields import ask_to_lift_shield
from records.models import (
    ChildRecord,
    Enquiry,
    HouseMove,
    Involvement,
    MediatedRequest,
    Referral,
    ServiceMessage,
    Shield,
)
from tests.factories import accounts, accreditation, records, shielding, teams, working

NHS_NUMBERS = {1: "9990000018", 2: "9990000026"}
REASON = {"purpose": "child_at_risk", "case_reference": "TEST-1"}


@dataclass
class World:
    """The people and the child the samples are about, and each person's signed-in client."""

    child: ChildRecord
    involvement: Involvement
    practitioner: User
    invitation: str
    newcomer: User
    invited: User
    clients: dict[str, Client]
    colleague: User
    grant: int
    role_request: RoleRequest
    passkey: int
    organisation: Organisation
    unnamed: AccreditationApplication
    draft: AccreditationApplication
    case: AccreditationApplication
    returned: AccreditationApplication
    search: str
    address_search: str
    school: Organisation
    proposal: StaffProposal
    referral: Referral
    move: HouseMove
    request: MediatedRequest
    message: ServiceMessage
    shield: Shield


def build_world(number: int = 1) -> World:
    """One authority, its people, one child with everything recorded, found and opened once.

    A second world beside it needs another number: what may be there once only differs.
    """
    authority = accounts.LocalAuthorityFactory(duty_phone="01632 960 901")
    practitioner = accounts.UserFactory(employer=authority)
    accounts.grant(practitioner, Role.PRACTITIONER)
    accounts.grant(practitioner, Role.MEDIATOR)
    manager = accounts.acting_as(Role.MANAGEMENT_TEAM, at=authority)
    newcomer = accounts.UserFactory(employer=authority, complete=False)
    colleague = accounts.UserFactory(employer=authority)
    held = accounts.grant(colleague, Role.PRACTITIONER, until=timezone.now() + timedelta(days=20))
    asked = request_role(
        user=colleague, organisation=authority, role=Role.SHIELD_ADMINISTRATOR, reason="the desk",
        by=accounts.acting_as(Role.MANAGEMENT_TEAM, at=authority),
    )  # fmt: skip
    child = records.child(
        "Siobhán", "Khan", "2015-03-08", postcode="ZA1 1AA", carer="Aisha Khan",
        nhs_number=NHS_NUMBERS[number], authority=authority.authority,
    )  # fmt: skip
    records.place_at_school(child)
    records.register(child)
    involvement = records.InvolvementFactory(child=child, service__organisation=authority)
    clients = {"nobody": Client()}
    central = accounts.acting_as(Role.CENTRAL_TEAM)
    named = {"practitioner": practitioner, "manager": manager.user, "central": central.user}
    for name, user in named.items():
        clients[name] = Client()
        accounts.sign_in(clients[name], user)
    RecoveryCodes.activate(practitioner)
    key_holder = accounts.UserFactory(employer=authority)
    clients["key holder"] = Client()
    accounts.sign_in(clients["key holder"], key_holder)
    officer = accounts.acting_as(Role.ACCREDITATION_OFFICER)
    draft = accreditation.application()
    case = accreditation.application(State.UNDER_REVIEW)
    returned = accreditation.application(State.RETURNED)
    for name, user in (
        ("officer", officer.user),
        ("applicant", draft.applicant),
        ("questioned", returned.applicant),
    ):
        clients[name] = Client()
        accounts.sign_in(clients[name], user)
    operator = accounts.acting_as(Role.MEDIATOR, at=authority)
    clients["operator"] = Client()
    accounts.sign_in(clients["operator"], operator.user)
    clients["newcomer"] = newcomer_client(newcomer)
    clients["half way"] = half_way_client(practitioner)
    return World(
        child=child,
        involvement=involvement,
        practitioner=practitioner,
        newcomer=newcomer,
        **invitation(manager, number),
        clients=clients,
        colleague=colleague,
        grant=held.pk,
        role_request=asked,
        passkey=passkey_of(key_holder),
        organisation=authority,
        unnamed=start_application(
            organisation=accounts.EmployerFactory(parent=authority, accredited=False), by=manager
        ),
        draft=draft,
        case=case,
        returned=returned,
        search=open_record(clients["practitioner"], child),
        address_search=show_children_at_address(clients["manager"], "ZA1 1AA"),
        **school_over_time(authority),
        **work_around(involvement, practitioner, manager, operator),
        shield=shield_of_another_child(practitioner, manager, clients),
    )


def school_over_time(authority: Organisation) -> dict[str, Any]:
    """A school with an identifier, a predecessor and a planned move, and a joiner."""
    officer = accounts.acting_as(Role.ACCREDITATION_OFFICER)
    school = accounts.EmployerFactory(parent=authority, name="Mill Lane School")
    before = accounts.EmployerFactory(parent=authority, name="Mill Lane Infants")
    urn = IdentifierScheme.URN
    value = f"{100_000 + before.pk}"
    record_identifier(organisation=before, scheme=urn, value=value, by=officer)
    merge_organisation(organisation=before, into=school, reason="one school now", by=officer)
    plan_move(
        organisation=school,
        to=accounts.NationalPartnerFactory(),
        effective_on=timezone.localdate() + timedelta(days=30),
        reason="leaves the authority",
        by=officer,
    )
    proposal = StaffProposal.objects.create(
        employer=school, kind="joiner", staff_ref="N1", email="joiner@school.example",
        given_name="Kit", family_name="Joiner", work_phone="01632 960 100",
        line_manager_name="Sam Manager", line_manager_email="sam@authority.example",
        effective_on=timezone.localdate(),
    )  # fmt: skip
    return {"school": school, "proposal": proposal}


def work_around(
    involvement: Involvement, practitioner: User, manager: Acting, operator: Acting
) -> Any:
    """A referral, a house move that another authority asked for, a request by telephone, and a
    message to the service that is involved.
    """
    there = accounts.acting_as(Role.MANAGEMENT_TEAM)
    assert there.base
    assert there.base.authority
    child = involvement.child
    moved = ChildRecord.objects.get(pk=child.pk)
    move = record_move(
        child=moved, to=there.base.authority, moved_on=timezone.localdate(), by=there
    )
    grant = RoleGrant.objects.get(user=practitioner, permission__codename=Role.PRACTITIONER)
    return {
        "referral": working.referral(accounts.acting_under(grant), reference="TEST-3"),
        "move": move,
        "request": working.mediated(operator, practitioner),
        "message": send_message(
            child=moved, service=involvement.service, text="Please ring me.", by=manager
        ),
    }


def shield_of_another_child(
    practitioner: User, manager: Acting, clients: dict[str, Client]
) -> Shield:
    """Decided, and proposed to be removed; the manager's session has found the record."""
    authority = manager.base
    assert authority
    child = records.child(
        "Tomasz", "Zielinski", "2014-02-01", postcode="ZA1 1AB", authority=authority.authority
    )
    grant = RoleGrant.objects.get(user=practitioner, permission__codename=Role.PRACTITIONER)
    shield = shielding.shielded(child, by=accounts.acting_under(grant))
    administrator = accounts.acting_as(Role.SHIELD_ADMINISTRATOR, at=authority)
    shielding.decided(shield, by=administrator)
    ask_to_lift_shield(shield=shield, reason="the danger is over", by=administrator)
    why = {"purpose": "missing_education", "case_reference": "TEST-4"}
    clients["manager"].post(reverse("records:give-reason", args=[child.key]), why)
    return shield


def newcomer_client(user: User) -> Client:
    """Signed in by password, no second factor set up yet."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": accounts.PASSWORD})
    return client


def half_way_client(user: User) -> Client:
    """The password was right; the second factor, which this account has, is asked for now."""
    return newcomer_client(user)


def invitation(manager, number: int) -> dict[str, Any]:
    invited = invite_person(
        email=f"new{number}@authority.example", given_name="New", family_name="Person",
        work_phone="01632 960 100", line_manager_name="Sam Manager",
        line_manager_email="sam@authority.example", employer=manager.organisation, by=manager,
    )  # fmt: skip
    return {"invitation": invited.token, "invited": invited.user}


def passkey_of(user: User) -> int:
    data = {"name": "Blue key", "credential": {"clientExtensionResults": {}}}
    made = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    return int(made.pk)


def open_record(client: Client, child: ChildRecord) -> str:
    """Searches for the child and opens the record, so that a reason is stated; the search's key."""
    searched = client.post(
        reverse("records:search"),
        {"given_name": "Siobhan", "family_name": "Khan", "date_of_birth_0": "8",
         "date_of_birth_1": "3", "date_of_birth_2": "2015", **REASON},
    )  # fmt: skip
    assert searched.status_code == 302, searched.content.decode()
    results = searched.headers["Location"]
    client.get(results)
    key = results.rstrip("/").rsplit("/", 1)[-1]
    client.post(reverse("records:open-record", args=[child.key]), {"search": key})
    return key


def show_children_at_address(client: Client, postcode: str) -> str:
    """Searches by address and asks for the children; the search's key."""
    asked = client.post(
        reverse("records:search-by-address"),
        {"postcode": postcode, "purpose": "missing_education", "case_reference": "TEST-2"},
    )
    assert asked.status_code == 302, asked.content.decode()
    client.get(asked.headers["Location"])
    key = asked.headers["Location"].rstrip("/").split("/")[-2]
    client.post(reverse("records:confirm-address-search", args=[key]))
    return key


@dataclass(frozen=True)
class Sample:
    """Who asks, and for which address."""

    who: str
    path: Callable[[World], str]


def at(name: str, who: str, *arguments: Callable[[World], object], query: str = "") -> Sample:
    return Sample(who, lambda world: reverse(name, args=[a(world) for a in arguments]) + query)


def child_key(world: World) -> object:
    return world.child.key


def colleague_key(world: World) -> object:
    return world.colleague.key


def newcomer_key(world: World) -> object:
    return world.newcomer.key


def investigation_key(world: World) -> object:
    """A case about somebody of the world's authority who is nobody's sample otherwise."""
    base = world.practitioner.employer.base
    case = Investigation.objects.filter(base=base).first()
    if case is None:
        person = accounts.UserFactory(employer=base)
        case = suspend(user=person, reasons=["Own address."], by=job("audit.scan"))
    assert case is not None
    return case.key


def offered_key(world: World) -> object:
    """A case of another authority that asks the world\u2019s authority to take it."""
    other = accounts.acting_as(Role.MANAGEMENT_TEAM)
    case = suspend(
        user=accounts.UserFactory(employer=other.base), reasons=["Own address."], by=other
    )
    assert case is not None
    offer(case=case, to=world.practitioner.employer.base, said="Too close.", by=other)
    return case.key


def report_key(world: World) -> object:
    """A report that came to the team of the world\u2019s authority."""
    base = world.practitioner.employer.base
    new = Suspicion(about="Somebody", said="Looked up a neighbour.")
    report_from_outside(new=new, base=base, passphrase="four words of mine")
    return Report.objects.filter(base=base).latest("pk").key


def alert_key(world: World) -> object:
    """An alert about somebody of the world's authority who is nobody's sample otherwise."""
    base = world.practitioner.employer.base
    alert = Alert.objects.filter(base=base).first()
    if alert is None:
        person = accounts.UserFactory(employer=base)
        evidence = Evidence(
            score=1.5, rules=["R01"], reasons=["Own address."], not_checked=[], event_ids=[1]
        )
        with transaction.atomic():
            alert = raise_alert(person.pk, evidence, by=job("audit.scan"))
    return alert.key


def practitioner_key(world: World) -> object:
    return world.practitioner.key


def recovery_of(world: World) -> str:
    """The token of a way back in that is open."""
    token = Recovery.new_token()
    Recovery.objects.create(
        user=world.practitioner, token_hash=Recovery.hash_of(token), code_hash="!",
        identity_how="in_person", expires_at=Now() + timedelta(hours=1),
    )  # fmt: skip
    return token


def directory_of(world: World) -> object:
    """A directory of the practitioner's authority."""
    made = IdentityProvider.objects.create(
        organisation=world.practitioner.employer, issuer=f"https://{uuid4()}.example",
        client_id="contactpoint", secret="!", accepted_acr=["mfa"], live_from=Now(),
    )  # fmt: skip
    return made.key


def passkey(world: World) -> object:
    return world.passkey


def colleague(world: World) -> object:
    return world.colleague.key


def grant(world: World) -> object:
    return world.grant


def organisation_key(world: World) -> object:
    return world.organisation.key


def case_key(world: World) -> object:
    return world.case.key


def draft_key(world: World) -> object:
    return world.draft.key


def school(world: World) -> object:
    return world.school.key


def referral_key(world: World) -> object:
    return world.referral.key


def move_key(world: World) -> object:
    return world.move.key


def mediation_key(world: World) -> object:
    return world.request.key


def team_key(world: World) -> object:
    return a_team(world).key


def a_team(world: World) -> Team:
    """A team of the authority with a member, and something in its calendar."""
    found = Team.objects.filter(organisation=world.organisation).first()
    if found is None:
        found = teams.team(world.organisation, "East team")
        teams.member(found, world.colleague)
        teams.duty(found, world.colleague, timezone.now() + timedelta(days=2))
    return found


def membership_number(world: World) -> object:
    return a_team(world).memberships.get().pk


def duty_number(world: World) -> object:
    return a_team(world).duties.get().pk


def posting_number(world: World) -> object:
    """Where the colleague works."""
    held = world.colleague.postings.first()
    return (held or teams.posting(world.colleague, SiteKind.SCHOOL, "123456")).pk


def network_key(world: World) -> object:
    held = world.organisation.networks.first()
    return (held or teams.network(world.organisation)).key


PAGES: dict[str, Sample] = {
    "accounts:teams": at("accounts:teams", "manager"),
    "accounts:team": at("accounts:team", "manager", team_key),
    "accounts:add-member": at("accounts:add-member", "manager", team_key),
    "accounts:remove-member": at("accounts:remove-member", "manager", team_key, membership_number),
    "accounts:close-team": at("accounts:close-team", "manager", team_key),
    "accounts:add-duty": at("accounts:add-duty", "manager", team_key),
    "accounts:sites": at("accounts:sites", "manager", colleague_key),
    "accounts:networks": at("accounts:networks", "manager"),
    "directories": at("directories", "nobody"),
    "accounts:link-directory": at("accounts:link-directory", "practitioner", directory_of),
    "accounts:identity-providers": at("accounts:identity-providers", "central"),
    "account_login": at("account_login", "nobody"),
    "account_inactive": at("account_inactive", "nobody"),
    "account_reset_password": at("account_reset_password", "nobody"),
    "account_reset_password_done": at("account_reset_password_done", "nobody"),
    "account_reset_password_from_key": at(
        "account_reset_password_from_key", "nobody",
        lambda world: user_pk_to_url_str(world.practitioner),
        lambda world: default_token_generator.make_token(world.practitioner),
    ),
    "account_reset_password_from_key_done": at("account_reset_password_from_key_done", "nobody"),
    "accounts:accessibility": at("accounts:accessibility", "nobody"),
    "accounts:cookies": at("accounts:cookies", "nobody"),
    "accounts:privacy": at("accounts:privacy", "nobody"),
    "accounts:invitation": at("accounts:invitation", "nobody", lambda world: world.invitation),
    "mfa_authenticate": at("mfa_authenticate", "half way"),
    "accounts:second-factor": at("accounts:second-factor", "newcomer"),
    "mfa_activate_totp": at("mfa_activate_totp", "newcomer"),
    "accounts:recovery": at("accounts:recovery", "nobody", lambda world: recovery_of(world)),
    "accounts:signin-help": at("accounts:signin-help", "manager"),
    "accounts:help-person": at("accounts:help-person", "manager", practitioner_key),
    "accounts:unlock": at("accounts:unlock", "manager", practitioner_key),
    "accounts:reset-factors": at("accounts:reset-factors", "manager", practitioner_key),
    "accounts:change-email": at("accounts:change-email", "manager", practitioner_key),
    "accounts:messages": at("accounts:messages", "manager"),
    "account_change_password": at("account_change_password", "practitioner"),
    "account_logout": at("account_logout", "practitioner"),
    "account_reauthenticate": at("account_reauthenticate", "practitioner"),
    "accounts:agreement": at("accounts:agreement", "practitioner"),
    "accounts:choose-role": at("accounts:choose-role", "practitioner"),
    "accounts:home": at("accounts:home", "practitioner"),
    "accounts:own-sessions": at("accounts:own-sessions", "practitioner"),
    "accounts:recorded": at("accounts:recorded", "practitioner"),
    "trail:own-events": at("trail:own-events", "practitioner"),
    "accounts:your-account": at("accounts:your-account", "practitioner"),
    "mfa_add_webauthn": at("mfa_add_webauthn", "practitioner"),
    "mfa_deactivate_totp": at("mfa_deactivate_totp", "practitioner"),
    "mfa_edit_webauthn": at("mfa_edit_webauthn", "key holder", passkey),
    "mfa_generate_recovery_codes": at("mfa_generate_recovery_codes", "practitioner"),
    "mfa_index": at("mfa_index", "practitioner"),
    "mfa_list_webauthn": at("mfa_list_webauthn", "key holder"),
    "mfa_reauthenticate": at("mfa_reauthenticate", "practitioner"),
    "mfa_reauthenticate_webauthn": at("mfa_reauthenticate_webauthn", "practitioner"),
    "mfa_remove_webauthn": at("mfa_remove_webauthn", "key holder", passkey),
    "mfa_view_recovery_codes": at("mfa_view_recovery_codes", "practitioner"),
    "records:search": at("records:search", "practitioner"),
    "records:search-results": at(
        "records:search-results", "practitioner", lambda world: world.search
    ),
    "records:search-by-address": at("records:search-by-address", "manager"),
    "records:address-range": at(
        "records:address-range", "manager", lambda world: world.address_search
    ),
    "records:address-children": at(
        "records:address-children", "manager", lambda world: world.address_search
    ),
    "records:my-enquiries": at("records:my-enquiries", "practitioner"),
    "records:hand-over-enquiry": at(
        "records:hand-over-enquiry", "practitioner",
        lambda world: Enquiry.objects.get(holder=world.practitioner).key,
    ),
    "records:referrals": at("records:referrals", "practitioner"),
    "records:new-referral": at("records:new-referral", "practitioner"),
    "records:referral": at("records:referral", "practitioner", referral_key),
    "records:pass-on-referral": at("records:pass-on-referral", "practitioner", referral_key),
    "records:refer-child": at("records:refer-child", "practitioner", child_key),
    "records:move-child": at("records:move-child", "practitioner", child_key),
    "records:moves": at("records:moves", "manager"),
    "records:answer-move": at("records:answer-move", "manager", move_key),
    "records:mediation": at("records:mediation", "operator"),
    "records:new-mediation": at("records:new-mediation", "operator"),
    "records:mediation-request": at("records:mediation-request", "operator", mediation_key),
    "records:asked-for-me": at("records:asked-for-me", "practitioner"),
    "records:contact-slip": at("records:contact-slip", "practitioner", child_key),
    "records:services": at("records:services", "manager"),
    "records:new-service": at("records:new-service", "manager"),
    "records:service": at(
        "records:service", "manager", lambda world: world.involvement.service.key
    ),
    "records:service-messages": at("records:service-messages", "practitioner"),
    "records:service-message": at(
        "records:service-message", "practitioner", lambda world: world.message.key
    ),
    "records:write-to-service": at(
        "records:write-to-service", "practitioner", child_key,
        lambda world: world.involvement.pk,
    ),
    "records:shields": at("records:shields", "manager"),
    "records:shield": at("records:shield", "manager", lambda world: world.shield.key),
    "records:lift-shield": at("records:lift-shield", "manager", lambda world: world.shield.key),
    "records:request-shield": at("records:request-shield", "practitioner", child_key),
    "records:preview-shield": at("records:preview-shield", "practitioner", child_key),
    "records:override-shield": at(
        "records:override-shield", "manager", lambda world: world.shield.child.key
    ),
    "records:new-record": at("records:new-record", "practitioner"),
    "records:record": at("records:record", "practitioner", child_key),
    "records:give-reason": at("records:give-reason", "practitioner", child_key),
    "records:amend-record": at(
        "records:amend-record", "practitioner", child_key, lambda world: "address"
    ),
    "records:dispute-field": at("records:dispute-field", "practitioner", child_key),
    "records:record-involvement": at("records:record-involvement", "practitioner", child_key),
    "accounts:people": at("accounts:people", "manager"),
    "accounts:find-people": at("accounts:find-people", "manager"),
    "accounts:export-people": at("accounts:export-people", "manager"),
    "accounts:person": at("accounts:person", "manager", colleague),
    "accounts:suspend-account": at("accounts:suspend-account", "manager", colleague),
    "accounts:reinstate-account": at("accounts:reinstate-account", "manager", colleague),
    "accounts:close-account": at("accounts:close-account", "manager", colleague),
    "accounts:grant-role": at("accounts:grant-role", "manager", colleague),
    "accounts:extend-role": at("accounts:extend-role", "manager", colleague, grant),
    "accounts:revoke-role": at("accounts:revoke-role", "manager", colleague, grant),
    "accounts:role-requests": at("accounts:role-requests", "manager"),
    "accounts:answer-role-request": at(
        "accounts:answer-role-request", "manager", lambda world: world.role_request.key
    ),
    "accounts:invite": at("accounts:invite", "manager"),
    "accounts:invite-from-file": at("accounts:invite-from-file", "manager"),
    "accounts:invite-again": at("accounts:invite-again", "manager", lambda w: w.invited.key),
    "accounts:training-from-file": at("accounts:training-from-file", "manager"),
    "accounts:change-contact": at("accounts:change-contact", "manager", colleague),
    "accounts:withdraw-identity": at("accounts:withdraw-identity", "manager", colleague),
    "accounts:personal-file": at("accounts:personal-file", "manager", newcomer_key),
    "accounts:confirm-identity": at("accounts:confirm-identity", "manager", newcomer_key),
    "accounts:record-check": at("accounts:record-check", "manager", newcomer_key),
    "accounts:record-training": at("accounts:record-training", "manager", newcomer_key),
    "accounts:requirements": at("accounts:requirements", "manager"),
    "accounts:new-agreement": at("accounts:new-agreement", "central"),
    "accounts:new-course": at("accounts:new-course", "central"),
    "accounts:find-organisations": at("accounts:find-organisations", "officer"),
    "accounts:organisation": at("accounts:organisation", "officer", school),
    "accounts:close-organisation": at("accounts:close-organisation", "officer", school),
    "accounts:merge-organisation": at("accounts:merge-organisation", "officer", school),
    "accounts:move-organisation": at("accounts:move-organisation", "officer", school),
    "accounts:record-identifier": at("accounts:record-identifier", "officer", school),
    "accounts:staff-feed": at("accounts:staff-feed", "manager"),
    "accounts:staff-proposals": at("accounts:staff-proposals", "manager"),
    "accounts:answer-proposal": at(
        "accounts:answer-proposal", "manager", lambda world: world.proposal.key
    ),
    "dashboards:local": at("dashboards:local", "manager"),
    "dashboards:national": at("dashboards:national", "central"),
    "detection:rules": at("detection:rules", "central"),
    "detection:mode": at("detection:mode", "central", lambda world: "local_authority"),
    "investigations:cases": at("investigations:cases", "manager"),
    "investigations:case": at("investigations:case", "manager", investigation_key),
    "investigations:alert": at("investigations:alert", "manager", alert_key),
    "investigations:your-side": at("investigations:your-side", "nobody", investigation_key),
    "investigations:report": at("investigations:report", "nobody"),
    "investigations:report-status": at("investigations:report-status", "nobody"),
    "investigations:raise-suspicion": at("investigations:raise-suspicion", "practitioner"),
    "investigations:open-case": at("investigations:open-case", "manager"),
    "investigations:shown-report": at("investigations:shown-report", "manager", report_key),
    "investigations:prompt": at("investigations:prompt", "central", investigation_key),
    "investigations:looks": at("investigations:looks", "manager", investigation_key),
    "investigations:transfer": at("investigations:transfer", "manager", investigation_key),
    "investigations:offered": at("investigations:offered", "manager", offered_key),
    "investigations:evidence": at(
        "investigations:evidence", "manager", investigation_key, lambda world: "disclosure"
    ),
    "investigations:hand-over": at("investigations:hand-over", "manager", investigation_key),
    "investigations:act": at(
        "investigations:act", "manager", investigation_key, lambda world: "take"
    ),
    "trail:events": at("trail:events", "manager"),
    "trail:find-person": at("trail:find-person", "manager"),
}  # fmt: skip

ACCREDITATION: dict[str, Sample] = {
    "accounts:organisations": at("accounts:organisations", "officer"),
    "accounts:create-organisation": at("accounts:create-organisation", "officer"),
    "accounts:accreditation": at("accounts:accreditation", "officer", organisation_key),
    "accounts:sanction-organisation": at(
        "accounts:sanction-organisation", "officer", organisation_key
    ),
    "accounts:withdraw-accreditation": at(
        "accounts:withdraw-accreditation", "officer", organisation_key
    ),
    "accounts:applications": at("accounts:applications", "officer"),
    "accounts:approve-application": at("accounts:approve-application", "officer", case_key),
    "accounts:ask-question": at("accounts:ask-question", "officer", case_key),
    "accounts:refuse-application": at("accounts:refuse-application", "officer", case_key),
    "accounts:name-applicant": at(
        "accounts:name-applicant", "manager", lambda world: world.unnamed.key
    ),
    "accounts:application": at("accounts:application", "applicant", draft_key),
    "accounts:evidence": at(
        "accounts:evidence", "applicant", draft_key, lambda world: "disciplinary-procedures"
    ),
    "accounts:submit-application": at("accounts:submit-application", "applicant", draft_key),
    "accounts:give-up-application": at("accounts:give-up-application", "applicant", draft_key),
    "accounts:answer-question": at(
        "accounts:answer-question", "questioned", lambda world: world.returned.key
    ),
}
PAGES |= ACCREDITATION

# Pages whose proper answer is not 200.
STATUS = {"account_inactive": 403}

NO_PAGES = {
    "accounts:withdraw-duty": "POST only: leads back to the team",
    "accounts:end-posting": "POST only: leads back to the places of work",
    "accounts:end-network": "POST only: leads back to the networks",
    "accounts:rejects": "a file to mend: the refused rows of the last upload",
    "accounts:end-identity-provider": "POST only: leads back to the directories",
    "directory_callback": "the way back from a directory: tried in tests/attacks",
    "directory_start": "the way to a directory: tried in tests/attacks",
    "accounts:end-directory-link": "POST only: leads back to sign-in help",
    "accounts:end-own-link": "POST only: leads back to your account",
    "accounts:send-again": "POST only: leads back to the messages",
    "accounts:end-sessions": "POST only: leads back to the sessions",
    "accounts:forget-device": "POST only: leads back to the sessions",
    "accounts:confirm-change": "POST only: leads back to sign-in help",
    "accounts:own-accreditation": "leads on to the application or the organisation",
    "accounts:start-application": "POST only: leads to the application",
    "accounts:take-application": "POST only: leads back to the application",
    "accounts:remove-evidence": "POST only: leads back to the application",
    "accounts:evidence-file": "a file, always an attachment",
    "investigations:file": "a file, not a page",
    "investigations:open-on-report": "POST only: leads to the case",
    "investigations:answer-report": "POST only: leads back to the list",
    "investigations:names": "POST only: the answer to a click shows the names",
    "investigations:answer-alert": "POST only: leads back to the list",
    "investigations:suspend-on-alert": "POST only: leads to the case",
    "trail:proof": "a file, always an attachment",
    "health-live": "JSON for machines",
    "health-ready": "JSON for machines",
    "health-ledger": "JSON for machines",
    "mfa_login_webauthn": "JSON for the passkey button",
    "records:confirm-address-search": "POST only: leads to the children",
    "records:choose-enquiry": "POST only: leads to the search form",
    "records:close-enquiry": "POST only: leads back to the list",
    "accounts:cancel-move": "POST only: leads back to the organisation",
    "accounts:end-identifier": "POST only: leads back to the organisation",
    "records:name-referred-child": "POST only: leads back to the record",
    "records:withdraw-move": "POST only: leads back to the moves",
    "records:open-moved": "POST only: leads to the record",
    "records:verify-requester": "POST only: leads back to the request",
    "records:look-for-another": "POST only: leads to the search form",
    "records:close-service": "POST only: leads back to the services",
    "records:decide-shield": "POST only: leads back to the shield",
    "records:review-shield": "POST only: leads back to the shield",
    "records:propose-to-lift-shield": "POST only: leads back to the shield",
    "records:appeal-shield": "POST only: leads to the new shield",
    "records:shield-together": "POST only: leads back to the shield",
    "records:close-override": "POST only: leads back to the shield",
    "records:open-record": "POST only: leads to the record",
    "records:end-identifier": "POST only: leads back to the record",
    "records:work-with": "POST only: leads back to the record",
    "records:name-lead": "POST only: leads back to the record",
    "records:confirm-involvement": "POST only: leads back to the record",
    "records:end-involvement": "POST only: leads back to the record",
}
