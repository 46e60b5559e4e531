"""The vocabulary of the ledger: every event type, fixed early.

Values are sealed for ever: add, never rename, never reuse. What each must say is in
`requirements.py`, what it may say in `details.py`. Words for people are the trail's business.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """How the act ended; the FHIR outcome codes are 0, 4, 4 and 8."""

    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"
    ERROR = "error"


class EventType(StrEnum):
    """What happened: `thing.past_participle`; login and logout are the field's own nouns."""

    # Signing in and sessions
    AUTH_LOGIN = "auth.login"
    AUTH_LOGIN_FAILED = "auth.login_failed"
    AUTH_LOGOUT = "auth.logout"
    AUTH_LOCKED = "auth.locked"
    AUTH_UNLOCKED = "auth.unlocked"
    AUTH_REAUTHENTICATED = "auth.reauthenticated"
    AUTH_REAUTHENTICATION_FAILED = "auth.reauthentication_failed"
    AUTH_FACTOR_ADDED = "auth.factor_added"
    AUTH_FACTOR_REMOVED = "auth.factor_removed"
    AUTH_FACTOR_RESET = "auth.factor_reset"
    AUTH_RECOVERY_CODES_ISSUED = "auth.recovery_codes_issued"
    AUTH_RECOVERY_CODE_USED = "auth.recovery_code_used"
    AUTH_PASSWORD_CHANGED = "auth.password_changed"  # noqa: S105  a name
    AUTH_PASSWORD_RESET_REQUESTED = "auth.password_reset_requested"  # noqa: S105  a name
    AUTH_PASSWORD_RESET = "auth.password_reset"  # noqa: S105  a name
    AUTH_EMAIL_CHANGED = "auth.email_changed"
    AUTH_ROLE_SWITCHED = "auth.role_switched"
    AUTH_DEVICE_FORGOTTEN = "auth.device_forgotten"
    SESSION_CREATED = "session.created"
    SESSION_EXPIRED = "session.expired"
    SESSION_REVOKED = "session.revoked"

    # Looking for a child
    SEARCH_PERFORMED = "search.performed"
    SEARCH_REFUSED = "search.refused"
    SEARCH_EXPIRED = "search.expired"  # the 404 of a search that is over, or another person's
    SEARCH_LIMITED = "search.limited"  # too many in a short time

    # Child records
    RECORD_VIEWED = "record.viewed"
    RECORD_CREATED = "record.created"
    RECORD_AMENDED = "record.amended"
    RECORD_DISPUTED = "record.disputed"
    RECORD_DISPUTE_RESOLVED = "record.dispute_resolved"
    RECORD_MERGED = "record.merged"
    RECORD_UNMERGED = "record.unmerged"
    RECORD_IMPORTED = "record.imported"  # one for a whole load
    RECORD_DISCLOSED = "record.disclosed"
    RECORD_PRINTED = "record.printed"
    RECORD_EXPORTED = "record.exported"
    RECORD_ARCHIVED = "record.archived"
    RECORD_RESTORED = "record.restored"
    RECORD_TRANSFERRED = "record.transferred"  # another authority became responsible
    RECORD_TRANSFER_OFFERED = "record.transfer_offered"
    RECORD_TRANSFER_REFUSED = "record.transfer_refused"
    RECORD_TRANSFER_WITHDRAWN = "record.transfer_withdrawn"
    RECORD_TRANSFER_OVERDUE = "record.transfer_overdue"
    RECORD_SHIELDED = "record.shielded"
    RECORD_UNSHIELDED = "record.unshielded"

    # Shields
    SHIELD_REQUESTED = "shield.requested"
    SHIELD_PROPOSED = "shield.proposed"  # by the leak checker
    SHIELD_DECIDED = "shield.decided"
    SHIELD_REVIEWED = "shield.reviewed"
    SHIELD_EXTENDED = "shield.extended"
    SHIELD_ESCALATED = "shield.escalated"
    SHIELD_APPEALED = "shield.appealed"
    SHIELD_LIFT_REQUESTED = "shield.lift_requested"
    SHIELD_LIFT_REFUSED = "shield.lift_refused"
    SHIELD_PREVIEWED = "shield.previewed"
    SHIELD_OVERRIDDEN = "shield.overridden"
    SHIELD_OVERRIDE_ENDED = "shield.override_ended"
    SHIELD_LEAK_CHECKED = "shield.leak_checked"
    IDENTITY_SEVERED = "identity.severed"
    IDENTITY_LINK_READ = "identity.link_read"

    # Involvement, enquiries and the work around a child
    INVOLVEMENT_RECORDED = "involvement.recorded"
    INVOLVEMENT_CONFIRMED = "involvement.confirmed"
    INVOLVEMENT_AMENDED = "involvement.amended"
    INVOLVEMENT_ENDED = "involvement.ended"
    INVOLVEMENT_HANDED_OVER = "involvement.handed_over"
    INVOLVEMENT_LISTED = "involvement.listed"  # one's own, with the children's names
    CONSENT_RECORDED = "consent.recorded"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    ENQUIRY_OPENED = "enquiry.opened"
    ENQUIRY_CHOSEN = "enquiry.chosen"
    ENQUIRY_HANDED_OVER = "enquiry.handed_over"
    ENQUIRY_CLOSED = "enquiry.closed"
    REFERRAL_RECEIVED = "referral.received"
    REFERRAL_CHILD_NAMED = "referral.child_named"  # it came before its child was found
    REFERRAL_ANSWERED = "referral.answered"
    REFERRAL_PASSED_ON = "referral.passed_on"
    MEDIATION_REQUESTED = "mediation.requested"
    MEDIATION_VERIFIED = "mediation.verified"  # the requester was called back
    MEDIATION_ANSWERED = "mediation.answered"
    MEDIATION_REFUSED = "mediation.refused"
    MESSAGE_SENT = "message.sent"
    MESSAGE_READ = "message.read"
    MESSAGE_ANSWERED = "message.answered"
    TEAM_CREATED = "team.created"
    TEAM_AMENDED = "team.amended"
    TEAM_CLOSED = "team.closed"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    ROTA_AMENDED = "rota.amended"
    NETWORK_AMENDED = "network.amended"
    SERVICE_CREATED = "service.created"
    SERVICE_AMENDED = "service.amended"
    SERVICE_CLOSED = "service.closed"
    FEED_RECEIVED = "feed.received"
    FEED_REFUSED = "feed.refused"
    FEED_PROPOSAL_ACCEPTED = "feed.proposal_accepted"  # a joiner or mover of a staff feed
    FEED_PROPOSAL_REFUSED = "feed.proposal_refused"

    # Access that was refused
    ACCESS_DENIED = "access.denied"

    # Organisations, accreditation, accounts, roles
    ORGANISATION_CREATED = "organisation.created"
    ORGANISATION_AMENDED = "organisation.amended"
    ORGANISATION_MERGED = "organisation.merged"
    ORGANISATION_CLOSED = "organisation.closed"
    ACCREDITATION_REQUESTED = "accreditation.requested"
    ACCREDITATION_SUBMITTED = "accreditation.submitted"
    ACCREDITATION_QUESTIONED = "accreditation.questioned"
    ACCREDITATION_ANSWERED = "accreditation.answered"
    ACCREDITATION_GRANTED = "accreditation.granted"
    ACCREDITATION_REFUSED = "accreditation.refused"
    ACCREDITATION_RENEWED = "accreditation.renewed"
    ACCREDITATION_AMENDED = "accreditation.amended"
    ACCREDITATION_SANCTIONED = "accreditation.sanctioned"
    ACCREDITATION_RESTORED = "accreditation.restored"
    ACCREDITATION_LAPSED = "accreditation.lapsed"
    ACCREDITATION_WITHDRAWN = "accreditation.withdrawn"
    EVIDENCE_ADDED = "evidence.added"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_REMOVED = "evidence.removed"
    ACCOUNT_INVITED = "account.invited"
    ACCOUNT_INVITATION_REVOKED = "account.invitation_revoked"
    ACCOUNT_INVITATION_REFUSED = "account.invitation_refused"  # used, late or unknown link
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_READ = "account.read"  # a member of the team opened the file of a person
    ACCOUNT_AMENDED = "account.amended"
    ACCOUNT_IDENTITY_CONFIRMED = "account.identity_confirmed"
    ACCOUNT_IDENTITY_WITHDRAWN = "account.identity_withdrawn"
    ACCOUNT_ACTIVATED = "account.activated"
    ACCOUNT_HELD = "account.held"
    ACCOUNT_RELEASED = "account.released"
    ACCOUNT_SUSPENDED = "account.suspended"
    ACCOUNT_REINSTATED = "account.reinstated"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_MESSAGE_RESENT = "account.message_resent"
    ACCOUNT_EXPORTED = "account.exported"  # a list of accounts left the system
    CHECK_RECORDED = "check.recorded"  # criminal-record check: date and outcome only
    TRAINING_RECORDED = "training.recorded"
    TRAINING_REQUIRED = "training.required"
    AGREEMENT_ACCEPTED = "agreement.accepted"
    AGREEMENT_PUBLISHED = "agreement.published"
    ROLE_REQUESTED = "role.requested"
    ROLE_GRANTED = "role.granted"
    ROLE_REFUSED = "role.refused"
    ROLE_REVOKED = "role.revoked"
    ROLE_EXPIRED = "role.expired"
    ROLE_EXTENDED = "role.extended"

    # Watching and acting
    ALERT_RAISED = "alert.raised"
    ALERT_UPDATED = "alert.updated"
    ALERT_ANSWERED = "alert.answered"
    ALERT_READ = "alert.read"
    RULE_CHANGED = "rule.changed"
    RULE_SUPPRESSED = "rule.suppressed"
    REPORT_RECEIVED = "report.received"
    REPORT_READ = "report.read"
    REPORT_ANSWERED = "report.answered"
    INVESTIGATION_OPENED = "investigation.opened"
    INVESTIGATION_READ = "investigation.read"
    INVESTIGATION_ASSIGNED = "investigation.assigned"
    INVESTIGATION_QUESTIONED = "investigation.questioned"
    INVESTIGATION_ANSWERED = "investigation.answered"
    INVESTIGATION_CONFIRMED = "investigation.confirmed"
    INVESTIGATION_ESCALATED = "investigation.escalated"
    INVESTIGATION_TRANSFERRED = "investigation.transferred"
    INVESTIGATION_TRANSFER_ACCEPTED = "investigation.transfer_accepted"
    INVESTIGATION_REFERRED = "investigation.referred"
    INVESTIGATION_FOUND = "investigation.found"  # a finding, or a later correction of one
    INVESTIGATION_APPEALED = "investigation.appealed"
    INVESTIGATION_CLOSED = "investigation.closed"
    INVESTIGATION_REOPENED = "investigation.reopened"
    MANAGER_NOTIFIED = "manager.notified"
    PERSON_NOTIFIED = "person.notified"

    # Reading, proving and keeping the trail
    TRAIL_READ = "trail.read"
    TRAIL_EXPORTED = "trail.exported"
    PAYLOAD_READ = "payload.read"
    PAYLOAD_ERASED = "payload.erased"
    PAYLOAD_HELD = "payload.held"
    PAYLOAD_RELEASED = "payload.released"
    STATISTICS_READ = "statistics.read"
    STATISTICS_EXPORTED = "statistics.exported"
    STATISTICS_PUBLISHED = "statistics.published"
    AUDIT_VERIFIED = "audit.verified"
    AUDIT_EXPORTED = "audit.exported"
    AUDIT_BUNDLED = "audit.bundled"  # the proofs for one person's request
    LOG_PRUNED = "log.pruned"
    LOG_ERA_STARTED = "log.era_started"
    KEY_ROTATED = "key.rotated"

    # The system itself
    SYSTEM_INSTALLED = "system.installed"
    SYSTEM_CONFIGURED = "system.configured"
    SYSTEM_ERROR = "system.error"
    COMMAND_RUN = "command.run"  # one without an event of its own
