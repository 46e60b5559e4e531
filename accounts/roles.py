"""Which role may do what: the one table. Widening a role is a change to this file and needs no data
change.

A role is held as a grant on an organisation (`accounts.models.RoleGrant`). Whether a grant counts
today (account active, organisation accredited) is decided in `policies.py`, not here.
"""

from enum import StrEnum

from django.db import models


class OrganisationKind(models.TextChoices):
    """What an organisation is; the first three manage accounts, the last is managed by
    one of them.
    """

    CENTRAL_BODY = "central_body", "Central body"
    LOCAL_AUTHORITY = "local_authority", "Local authority"
    NATIONAL_PARTNER = "national_partner", "National partner"
    EMPLOYER = "employer", "Employing organisation"


class Role(models.TextChoices):
    """The eight roles; the value is the permission codename stored by django-guardian."""

    PRACTITIONER = "practitioner", "Practitioner"
    MANAGEMENT_TEAM = "management_team", "Management team member"
    ACCREDITATION_OFFICER = "accreditation_officer", "Accreditation officer"
    SHIELD_ADMINISTRATOR = "shield_administrator", "Shield administrator"
    MEDIATOR = "mediator", "Mediator"
    CENTRAL_TEAM = "central_team", "Central team member"
    AUDITOR = "auditor", "Auditor"
    APPLICANT = "applicant", "Accreditation applicant"


class Permission(StrEnum):
    """One thing a role may do. Policies ask for these; nothing else in the code names a role."""

    SEARCH = "search"
    SEARCH_BY_ADDRESS = "search_by_address"
    OPEN_RECORD = "open_record"
    CREATE_RECORD = "create_record"
    AMEND_RECORD = "amend_record"
    DISPUTE_FIELD = "dispute_field"
    RECORD_INVOLVEMENT = "record_involvement"
    RECEIVE_REFERRAL = "receive_referral"
    SEND_MESSAGE = "send_message"
    MEDIATE = "mediate"
    ANSWER_MOVE = "answer_move"
    KEEP_SERVICES = "keep_services"
    REQUEST_SHIELD = "request_shield"
    DECIDE_SHIELD = "decide_shield"
    LIFT_SHIELD = "lift_shield"
    OVERRIDE_SHIELD = "override_shield"
    IMPORT_RECORDS = "import_records"
    READ_LOCAL_TRAIL = "read_local_trail"
    READ_WHOLE_TRAIL = "read_whole_trail"
    READ_LOCAL_FIGURES = "read_local_figures"
    READ_NATIONAL_FIGURES = "read_national_figures"
    MANAGE_ACCOUNTS = "manage_accounts"
    SUSPEND_ACCOUNT = "suspend_account"
    INVESTIGATE = "investigate"
    GOVERN_DETECTION = "govern_detection"
    ACCREDIT = "accredit"
    PUBLISH_REQUIREMENTS = "publish_requirements"
    REGISTER_ORGANISATION = "register_organisation"
    APPLY_FOR_ACCREDITATION = "apply_for_accreditation"
    KEEP_DIRECTORIES = "keep_directories"
    KEEP_TEAMS = "keep_teams"


_LOOK_UP = {Permission.SEARCH, Permission.OPEN_RECORD}
_KEEP_RECORDS = {
    Permission.CREATE_RECORD,
    Permission.AMEND_RECORD,
    Permission.DISPUTE_FIELD,
    Permission.RECORD_INVOLVEMENT,
}

# A team is asked for help, and services write to each other, whatever the role of its people.
_WORK_TOGETHER = {Permission.RECEIVE_REFERRAL, Permission.SEND_MESSAGE}

# Whoever opens records may find that one has to be hidden, at once; shield administrators decide.
# A duty desk, a management team and they look behind a shield when a child's safety needs it.
_SHIELD = {Permission.REQUEST_SHIELD}
_BEHIND_SHIELDS = {Permission.OVERRIDE_SHIELD}

# An address alone shows who lives in a home to somebody who knows none of its children. Three roles
# need that: the management team, which keeps the authority's list of children missing education;
# the mediator at the duty desk, who takes reports that name only an address; the shield
# administrator, since a shield that leaves out a brother or sister hides nothing. A practitioner
# knows a name, or rings the duty desk.
_BY_ADDRESS = {Permission.SEARCH_BY_ADDRESS}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(_LOOK_UP | _KEEP_RECORDS | _WORK_TOGETHER | _SHIELD),
    Role.MEDIATOR: frozenset(
        _LOOK_UP
        | _BY_ADDRESS
        | _WORK_TOGETHER
        | _SHIELD
        | _BEHIND_SHIELDS
        | {Permission.DISPUTE_FIELD, Permission.MEDIATE}
    ),
    Role.SHIELD_ADMINISTRATOR: frozenset(
        _LOOK_UP
        | _BY_ADDRESS
        | _SHIELD
        | _BEHIND_SHIELDS
        | {Permission.DISPUTE_FIELD, Permission.DECIDE_SHIELD, Permission.LIFT_SHIELD}
    ),
    Role.MANAGEMENT_TEAM: frozenset(
        _LOOK_UP
        | _BY_ADDRESS
        | _KEEP_RECORDS
        | _WORK_TOGETHER
        | _SHIELD
        | _BEHIND_SHIELDS
        | {
            Permission.LIFT_SHIELD,
            Permission.ANSWER_MOVE,
            Permission.KEEP_SERVICES,
            Permission.IMPORT_RECORDS,
            Permission.READ_LOCAL_TRAIL,
            Permission.READ_LOCAL_FIGURES,
            Permission.MANAGE_ACCOUNTS,
            Permission.SUSPEND_ACCOUNT,
            Permission.INVESTIGATE,
            Permission.REGISTER_ORGANISATION,
            Permission.KEEP_TEAMS,
        }
    ),
    Role.ACCREDITATION_OFFICER: frozenset({Permission.ACCREDIT, Permission.REGISTER_ORGANISATION}),
    Role.CENTRAL_TEAM: frozenset(
        {
            Permission.READ_WHOLE_TRAIL,
            Permission.READ_NATIONAL_FIGURES,
            Permission.GOVERN_DETECTION,
            Permission.MANAGE_ACCOUNTS,
            Permission.SUSPEND_ACCOUNT,
            Permission.INVESTIGATE,
            Permission.PUBLISH_REQUIREMENTS,
            Permission.REGISTER_ORGANISATION,
            Permission.KEEP_DIRECTORIES,
        }
    ),
    Role.AUDITOR: frozenset({Permission.READ_WHOLE_TRAIL, Permission.READ_NATIONAL_FIGURES}),
    Role.APPLICANT: frozenset({Permission.APPLY_FOR_ACCREDITATION}),
}

# What an organisation under the sanction "read-only" may still do: look, watch over itself, take
# access away, and put its accreditation right. New people are kept out by the sanction before it.
READING = frozenset(
    {
        Permission.SEARCH,
        Permission.SEARCH_BY_ADDRESS,
        Permission.OPEN_RECORD,
        Permission.READ_LOCAL_TRAIL,
        Permission.READ_WHOLE_TRAIL,
        Permission.READ_LOCAL_FIGURES,
        Permission.READ_NATIONAL_FIGURES,
        Permission.MANAGE_ACCOUNTS,
        Permission.SUSPEND_ACCOUNT,
        Permission.INVESTIGATE,
        Permission.APPLY_FOR_ACCREDITATION,
    }
)

# Held before the organisation is accredited, and in spite of any sanction: it does nothing but ask
# for accreditation. No role with a permission of the index may ever stand here.
BEFORE_ACCREDITATION = frozenset({Role.APPLICANT})

MANAGING = frozenset({OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.NATIONAL_PARTNER})

# Where a role may be held. A national partner serves its own staff only (Hansard, 5 Nov 2008), so
# it has no shield administrator; the central team never searches for children.
HOMES: dict[Role, frozenset[OrganisationKind]] = {
    Role.PRACTITIONER: MANAGING | {OrganisationKind.EMPLOYER},
    Role.MEDIATOR: MANAGING,
    Role.SHIELD_ADMINISTRATOR: frozenset({OrganisationKind.LOCAL_AUTHORITY}),
    Role.MANAGEMENT_TEAM: MANAGING,
    Role.ACCREDITATION_OFFICER: frozenset({OrganisationKind.CENTRAL_BODY}),
    Role.CENTRAL_TEAM: frozenset({OrganisationKind.CENTRAL_BODY}),
    Role.AUDITOR: frozenset({OrganisationKind.CENTRAL_BODY}),
    Role.APPLICANT: MANAGING | {OrganisationKind.EMPLOYER},
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """What `role` may do, by the table above."""
    return PERMISSIONS[role]


def may_be_held_at(role: Role, kind: OrganisationKind) -> bool:
    """Whether an organisation of this kind can have people in this role."""
    return kind in HOMES[role]


# Taking up one of these in the middle of a session asks for the second factor again, and two people
# give it: one asks, another agrees (scenario "self-granted rights": nobody hands out power alone).
_POWERFUL = frozenset(Role) - {Role.PRACTITIONER, Role.MEDIATOR, Role.APPLICANT}


def needs_fresh_factor(role: Role) -> bool:
    """Whether switching to `role` asks for a second factor shown within the last five minutes."""
    return role in _POWERFUL


def needs_two_people(role: Role) -> bool:
    """Whether `role` is given by two people, one who asks for it and another who agrees."""
    return role in _POWERFUL
