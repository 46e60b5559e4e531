"""The one table from event type to sentence. A house test fails while a type has no words.

What stands in braces is a part (`parts.py`), made from the columns and details named there; a
bracketed piece is left out when its part has nothing to say. Never a name of a child.
"""

import re

from audit.ledger.events import EventType as E
from audit.ledger.models import AuditEvent
from audit.trail.parts import PARTS

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PART = re.compile(r"\{([a-z_]+)\}")

WORDS: dict[E, str] = {
    # Signing in and sessions
    E.AUTH_LOGIN: "Signed in[ with {method}]",
    E.AUTH_LOGIN_FAILED: "Failed to sign in[: {because}]",
    E.AUTH_LOGOUT: "Signed out",
    E.AUTH_LOCKED: "Was locked out after failed sign-ins[: {because}]",
    E.AUTH_UNLOCKED: "Ended a lock-out",
    E.AUTH_REAUTHENTICATED: "Confirmed who they are again[ with {method}]",
    E.AUTH_REAUTHENTICATION_FAILED: "Failed to confirm who they are[: {because}]",
    E.AUTH_FACTOR_ADDED: "Added a second factor[: {factor}]",
    E.AUTH_FACTOR_REMOVED: "Removed a second factor[: {factor}]",
    E.AUTH_FACTOR_RESET: "Reset the second factor of an account[: {because}]",
    E.AUTH_RECOVERY_CODES_ISSUED: "Was given new recovery codes",
    E.AUTH_RECOVERY_CODE_USED: "Used a recovery code",
    E.AUTH_PASSWORD_CHANGED: "Changed their password",
    E.AUTH_PASSWORD_RESET_REQUESTED: "Asked to reset a password",
    E.AUTH_PASSWORD_RESET: "Reset a password",
    E.AUTH_EMAIL_CHANGED: "Changed the e-mail address of an account",
    E.AUTH_DEVICE_FORGOTTEN: "Made a known browser a stranger again",
    E.AUTH_ROLE_SWITCHED: "Changed the role they act in[ to {role}]",
    E.SESSION_CREATED: "Began a session",
    E.SESSION_EXPIRED: "Session ended by itself[: {because}]",
    E.SESSION_REVOKED: "Session was ended[: {because}]",
    # Looking for a child
    E.SEARCH_PERFORMED: "Searched[ by {criteria}][; {shown}][; {own_surname}][; {redisplay}]",
    E.SEARCH_REFUSED: "Searched[ by {criteria}] and was shown nothing[: {because}]",
    E.SEARCH_EXPIRED: "Asked for results of a search that is over or not theirs",
    E.SEARCH_LIMITED: "Was stopped after too many searches in a short time",
    # Child records
    E.RECORD_VIEWED: "Opened a child record[; {own_surname}]",
    E.RECORD_CREATED: "Created a child record",
    E.RECORD_AMENDED: "Amended a child record[: {fields}]",
    E.RECORD_DISPUTED: "Marked as wrong in a child record[: {fields}]",
    E.RECORD_DISPUTE_RESOLVED: "Settled a mark \u201cthis is wrong\u201d[: {fields}]",
    E.RECORD_MERGED: "Merged two child records",
    E.RECORD_UNMERGED: "Took two merged child records apart",
    E.RECORD_IMPORTED: "Loaded child records[ from {source}][: {load}]",
    E.RECORD_DISCLOSED: "Disclosed a child record",
    E.RECORD_PRINTED: "Printed a child record",
    E.RECORD_EXPORTED: "Exported child records[: {count}]",
    E.RECORD_ARCHIVED: "Archived a child record",
    E.RECORD_RESTORED: "Restored a child record from the archive",
    E.RECORD_TRANSFERRED: "Another authority became responsible for a child record",
    E.RECORD_TRANSFER_OFFERED: "Offered a child record to another authority",
    E.RECORD_TRANSFER_REFUSED: "Refused a child record offered by another authority",
    E.RECORD_TRANSFER_WITHDRAWN: "Took back the offer of a child record",
    E.RECORD_TRANSFER_OVERDUE: "Reminded two authorities that the offer of a child record waits",
    E.RECORD_SHIELDED: "Shielded a child record",
    E.RECORD_UNSHIELDED: "Removed the shield of a child record",
    # Shields
    E.SHIELD_REQUESTED: "Asked for a shield",
    E.SHIELD_PROPOSED: "A shield was proposed by the leak check",
    E.SHIELD_DECIDED: "Decided about a shield[: {to}]",
    E.SHIELD_REVIEWED: "Reviewed a shield",
    E.SHIELD_EXTENDED: "Extended a shield",
    E.SHIELD_ESCALATED: "A decision about a shield was passed up",
    E.SHIELD_APPEALED: "Appealed against a decision about a shield",
    E.SHIELD_LIFT_REQUESTED: "Asked for a shield to be removed",
    E.SHIELD_LIFT_REFUSED: "Refused to remove a shield",
    E.SHIELD_PREVIEWED: "Looked at what a shield would hide",
    E.SHIELD_OVERRIDDEN: "Overrode a shield",
    E.SHIELD_OVERRIDE_ENDED: "The override of a shield ended",
    E.SHIELD_LEAK_CHECKED: "Checked a shielded record for leaks",
    E.IDENTITY_SEVERED: "Parted a child record from its former identity",
    E.IDENTITY_LINK_READ: "Read the link to a former identity",
    # Involvement, enquiries and the work around a child
    E.INVOLVEMENT_RECORDED: "Recorded an involvement",
    E.INVOLVEMENT_CONFIRMED: "Confirmed an involvement",
    E.INVOLVEMENT_AMENDED: "Amended an involvement[: {fields}]",
    E.INVOLVEMENT_ENDED: "Ended an involvement",
    E.INVOLVEMENT_HANDED_OVER: "Handed over an involvement",
    E.INVOLVEMENT_LISTED: "Was shown the children they are recorded as working with",
    E.CONSENT_RECORDED: "Recorded consent to show a sensitive service",
    E.CONSENT_WITHDRAWN: "Recorded that consent was withdrawn",
    E.ENQUIRY_OPENED: "Opened an enquiry",
    E.ENQUIRY_CHOSEN: "Went on with an enquiry",
    E.ENQUIRY_HANDED_OVER: "Handed over an enquiry",
    E.ENQUIRY_CLOSED: "Closed an enquiry",
    E.REFERRAL_RECEIVED: "Received a referral",
    E.REFERRAL_CHILD_NAMED: "Said which child a referral is about",
    E.REFERRAL_ANSWERED: "Answered a referral",
    E.REFERRAL_PASSED_ON: "Passed on a referral",
    E.MEDIATION_REQUESTED: "Asked for a look-up by somebody with access",
    E.MEDIATION_VERIFIED: "Verified who asked for a look-up by calling them back",
    E.MEDIATION_ANSWERED: "Answered a request from somebody without access",
    E.MEDIATION_REFUSED: "Refused a request from somebody without access",
    E.MESSAGE_SENT: "Sent a message",
    E.MESSAGE_READ: "Read a message",
    E.MESSAGE_ANSWERED: "Answered a message",
    E.TEAM_CREATED: "Created a team",
    E.TEAM_AMENDED: "Amended a team[: {fields}]",
    E.TEAM_CLOSED: "Closed a team",
    E.TEAM_MEMBER_ADDED: "Added a member to a team",
    E.TEAM_MEMBER_REMOVED: "Removed a member from a team",
    E.ROTA_AMENDED: "Amended the calendar of a team",
    E.NETWORK_AMENDED: "Amended the known networks",
    E.SERVICE_CREATED: "Added a service to the directory",
    E.SERVICE_AMENDED: "Amended a service in the directory[: {fields}]",
    E.SERVICE_CLOSED: "Closed a service in the directory",
    E.FEED_RECEIVED: "A file arrived[ from {source}][: {load}]",
    E.FEED_PROPOSAL_ACCEPTED: "Accepted what a staff feed proposed",
    E.FEED_PROPOSAL_REFUSED: "Refused what a staff feed proposed",
    E.FEED_REFUSED: "A file was refused[ from {source}][: {because}]",
    # Access that was refused
    E.ACCESS_DENIED: "Was refused[ when asking to {permission}][: {because}]",
    # Organisations, accreditation, accounts, roles
    E.ORGANISATION_CREATED: "Added an organisation",
    E.ORGANISATION_AMENDED: "Amended an organisation[: {fields}]",
    E.ORGANISATION_MERGED: "Merged two organisations",
    E.ORGANISATION_CLOSED: "Closed an organisation",
    E.ACCREDITATION_REQUESTED: "Asked for accreditation",
    E.ACCREDITATION_SUBMITTED: "Submitted an accreditation request for decision",
    E.ACCREDITATION_QUESTIONED: "Asked a question about an accreditation request",
    E.ACCREDITATION_ANSWERED: "Answered a question about an accreditation request",
    E.ACCREDITATION_GRANTED: "Accredited an organisation[ until {valid_until}]",
    E.ACCREDITATION_REFUSED: "Refused accreditation[: {because}]",
    E.ACCREDITATION_RENEWED: "Renewed an accreditation[ until {valid_until}]",
    E.ACCREDITATION_AMENDED: "Amended an accreditation[: {fields}]",
    E.ACCREDITATION_SANCTIONED: "Put a sanction on an accreditation[: {because}]",
    E.ACCREDITATION_RESTORED: "Restored an accreditation",
    E.ACCREDITATION_LAPSED: "An accreditation lapsed",
    E.ACCREDITATION_WITHDRAWN: "Withdrew an accreditation[: {because}]",
    E.EVIDENCE_ADDED: "Added evidence to an accreditation",
    E.EVIDENCE_READ: "Read evidence of an accreditation",
    E.EVIDENCE_REMOVED: "Removed evidence from an accreditation",
    E.ACCOUNT_INVITED: "Invited somebody to an account",
    E.ACCOUNT_INVITATION_REVOKED: "Took back an invitation",
    E.ACCOUNT_INVITATION_REFUSED: "An invitation could not be used[: {because}]",
    E.ACCOUNT_CREATED: "Created an account",
    E.ACCOUNT_AMENDED: "Amended an account[: {fields}]",
    E.ACCOUNT_READ: "Opened the file of an account",
    E.ACCOUNT_IDENTITY_CONFIRMED: "Confirmed who the holder of an account is",
    E.ACCOUNT_IDENTITY_WITHDRAWN: "Took back the confirmation of who the holder of an account is",
    E.ACCOUNT_ACTIVATED: "An account was activated",
    E.ACCOUNT_HELD: "An account was held[: {because}]",
    E.ACCOUNT_RELEASED: "Released a held account",
    E.ACCOUNT_SUSPENDED: "Suspended an account[: {because}]",
    E.ACCOUNT_REINSTATED: "Reinstated an account[: {because}]",
    E.ACCOUNT_CLOSED: "Closed an account[: {because}]",
    E.ACCOUNT_MESSAGE_RESENT: "Had a message that was given up sent once more",
    E.ACCOUNT_EXPORTED: "Exported a list of accounts[: {count}]",
    E.CHECK_RECORDED: "Recorded a criminal-record check[, in date until {valid_until}]",
    E.TRAINING_RECORDED: "Recorded passed training[, valid until {valid_until}]",
    E.TRAINING_REQUIRED: "Published a version of the user training[, version {version}]",
    E.AGREEMENT_ACCEPTED: "Accepted the user agreement[, version {version}]",
    E.AGREEMENT_PUBLISHED: "Published a user agreement[, version {version}]",
    E.ROLE_REQUESTED: "Asked for a role[: {role}]",
    E.ROLE_GRANTED: "Granted a role[: {role}][, until {valid_until}]",
    E.ROLE_REFUSED: "Refused a role[: {role}][; {because}]",
    E.ROLE_REVOKED: "Revoked a role[: {role}]",
    E.ROLE_EXPIRED: "A role ended[: {role}]",
    E.ROLE_EXTENDED: "Extended a role[: {role}][, until {valid_until}]",
    # Watching and acting
    E.ALERT_RAISED: "An alert was raised",
    E.ALERT_UPDATED: "An alert was brought up to date",
    E.ALERT_ANSWERED: "Answered an alert",
    E.ALERT_READ: "Read an alert",
    E.RULE_CHANGED: "Changed a detection rule[: {rule}]",
    E.RULE_SUPPRESSED: "Paused a detection rule[: {rule}]",
    E.REPORT_RECEIVED: "A concern was reported",
    E.REPORT_READ: "Read a reported concern",
    E.REPORT_ANSWERED: "Answered a reported concern",
    E.INVESTIGATION_OPENED: "Opened an investigation",
    E.INVESTIGATION_READ: "Read an investigation",
    E.INVESTIGATION_ASSIGNED: "Assigned an investigation",
    E.INVESTIGATION_QUESTIONED: "Asked a question in an investigation",
    E.INVESTIGATION_ANSWERED: "Answered a question in an investigation",
    E.INVESTIGATION_CONFIRMED: "Asked a colleague to confirm in an investigation",
    E.INVESTIGATION_ESCALATED: "Passed an investigation up",
    E.INVESTIGATION_TRANSFERRED: "Passed an investigation to another team",
    E.INVESTIGATION_TRANSFER_ACCEPTED: "Took over an investigation",
    E.INVESTIGATION_REFERRED: "Referred an investigation to another body",
    E.INVESTIGATION_FOUND: "Recorded the finding of an investigation",
    E.INVESTIGATION_APPEALED: "Appealed against a finding",
    E.INVESTIGATION_CLOSED: "Closed an investigation",
    E.INVESTIGATION_REOPENED: "Reopened an investigation",
    E.MANAGER_NOTIFIED: "A line manager was notified",
    E.PERSON_NOTIFIED: "The person concerned was notified",
    # Reading, proving and keeping the trail
    E.TRAIL_READ: "Read the audit trail[ of {days_read}][, filtered by {filters}]",
    E.TRAIL_EXPORTED: "Exported the audit trail[: {count}]",
    E.PAYLOAD_READ: "Read the search terms or reason kept with an event",
    E.PAYLOAD_ERASED: "Erased the search terms or reason kept with an event",
    E.PAYLOAD_HELD: "Kept search terms or a reason from being erased",
    E.PAYLOAD_RELEASED: "Let kept search terms or a reason be erased",
    E.STATISTICS_READ: "Read statistics",
    E.STATISTICS_EXPORTED: "Exported statistics",
    E.STATISTICS_PUBLISHED: "Published statistics",
    E.AUDIT_VERIFIED: "Verified the ledger[ up to event {size}]",
    E.AUDIT_EXPORTED: "Exported the ledger[: {count}]",
    E.AUDIT_BUNDLED: "Made the proofs for one person\u2019s request",
    E.LOG_PRUNED: "Removed events past their retention date",
    E.LOG_ERA_STARTED: "Began a new era of the ledger",
    E.KEY_ROTATED: "Changed a signing key",
    # The system itself
    E.SYSTEM_INSTALLED: "Installed the central body",
    E.SYSTEM_CONFIGURED: "Changed the configuration of the system",
    E.SYSTEM_ERROR: "A safeguard failed[: {error}]",
    E.COMMAND_RUN: "Ran a command[: {command}]",
}


def sentence(event: AuditEvent) -> str:
    """What happened, in words for a person. A type unknown to this release is shown as recorded."""
    try:
        words = WORDS[E(event.action)]
    except ValueError:
        return f"Recorded as {event.action}"
    return _OPTIONAL.sub(lambda piece: _filled(piece[1], event), words)


def parts_used(words: str) -> frozenset[str]:
    """The names of the parts a sentence of the table asks for."""
    return frozenset(_PART.findall(words))


def _filled(piece: str, event: AuditEvent) -> str:
    """One optional piece with its part in place; nothing when the event does not say it."""
    said = {name: PARTS[name].say(event) for name in _PART.findall(piece)}
    return piece.format(**said) if all(said.values()) else ""
