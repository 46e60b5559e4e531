"""What the web and worker role may do to each business table; applied after every `migrate`.

The ledger's own privileges are part of its migration (`audit/migrations`). Nothing is ever granted
on "all tables". A house test fails when a model has no line here.
"""

from django.apps import apps
from django.db import connections, models

READ = "SELECT"
ADD = "SELECT, INSERT"
KEEP = "SELECT, INSERT, UPDATE"
# A row that is ended and pointed to its successor, never rewritten.
ENDED = "SELECT, INSERT, UPDATE (valid_until), UPDATE (successor_id)"
ALL = "SELECT, INSERT, UPDATE, DELETE"

# Rows of people, organisations and children are never deleted; history is never changed.
OWN_TABLES: dict[str, str] = {
    "accounts.Accreditation": KEEP,
    "accounts.AgreementAcceptance": ADD,
    "accounts.AgreementVersion": ADD,
    "accounts.Authority": READ,
    "accounts.CourseVersion": ADD,
    "accounts.CriminalRecordCheck": ADD,
    # confirmed once, never rewritten; only its withdrawal is added
    "accounts.IdentityCheck": "SELECT, INSERT, UPDATE (withdrawn_at), UPDATE (withdrawn_by_id),"
    " UPDATE (withdrawal_reason)",
    "accounts.AccreditationApplication": KEEP,
    "accounts.ApplicationMessage": ADD,
    "accounts.Duty": KEEP,
    "accounts.EvidenceItem": "SELECT, INSERT, UPDATE (removed_by_id), UPDATE (removed_at)",
    "accounts.Invitation": KEEP,
    "accounts.DirectoryLink": KEEP,
    "accounts.IdentityProvider": KEEP,
    "accounts.KnownDevice": KEEP,
    "accounts.Network": KEEP,
    "accounts.Organisation": KEEP,
    "accounts.OrganisationIdentifier": ENDED,
    "accounts.OrganisationMove": KEEP,
    "accounts.OutboxMessage": KEEP,
    "accounts.RenewalReminder": ADD,
    "accounts.Recovery": KEEP,
    "accounts.RoleGrant": ALL,
    "accounts.SignInChange": KEEP,
    "accounts.RoleGrantHistory": ADD,
    # answered once, never rewritten
    "accounts.RoleRequest": "SELECT, INSERT, UPDATE (outcome), UPDATE (answered_by_id),"
    " UPDATE (answered_at), UPDATE (answer), UPDATE (grant_id)",
    "accounts.TrainingResult": ADD,
    # imposed for good and all; only its lifting is added
    "accounts.Sanction": "SELECT, INSERT,"
    " UPDATE (lifted_by_id), UPDATE (lifted_at), UPDATE (lift_reason)",
    "accounts.Site": KEEP,
    "accounts.SitePosting": KEEP,
    "accounts.Session": ALL,
    "accounts.StaffHousehold": KEEP,
    "accounts.StaffLink": KEEP,
    "accounts.StaffProposal": KEEP,
    "accounts.Team": KEEP,
    "accounts.TeamMembership": KEEP,
    "accounts.User": KEEP,
    "audit.Alert": KEEP,
    "audit.AutomaticSuspension": KEEP,
    "audit.CaseFile": ADD,
    "audit.Investigation": KEEP,
    "audit.InvestigationEntry": ADD,
    # what detection keeps is kept as long as a rule looks back, then deleted
    "audit.JudgedLook": ALL,
    "audit.Learned": ALL,
    "audit.PersonDay": ALL,
    "audit.Reach": ALL,
    "audit.Report": KEEP,
    "audit.ScanCursor": KEEP,
    "records.Address": KEEP,
    "records.BirthDate": KEEP,
    "records.Carer": KEEP,
    "records.ChildName": KEEP,
    "records.ChildRecord": KEEP,
    "records.ChildSearch": ALL,  # derived: rebuilt from the records at any time
    "records.Enquiry": KEEP,
    "records.FieldDispute": KEEP,
    "records.HouseMove": KEEP,
    "records.Identifier": "SELECT, INSERT, UPDATE (ended_on)",  # ended, never rewritten
    "records.Involvement": KEEP,
    "records.MediatedRequest": KEEP,
    "records.MessageText": ALL,  # erased when its time is over, or on request
    "records.NameDelete": ADD,
    "records.NameStat": KEEP,
    "records.Practice": KEEP,
    "records.PracticeRegistration": KEEP,
    "records.Referral": KEEP,
    "records.School": KEEP,
    "records.SchoolPlace": KEEP,
    "records.SearchRequest": ALL,  # erased after minutes
    "records.Service": KEEP,
    "records.ShieldRequest": ADD,
    "records.ServiceMessage": KEEP,
    "records.Shield": KEEP,
    # what was asked and seen stays; only its review is added
    "records.ShieldOverride": "SELECT, INSERT,"
    " UPDATE (reviewed_by_id), UPDATE (reviewed_at), UPDATE (finding)",
    "records.SourceLink": KEEP,
    "records.WithheldAddress": "SELECT, INSERT, UPDATE (until)",  # ended, never rewritten
}

# Libraries' tables. The generic permission tables of django-guardian stay unused: no privilege at
# all.
LIBRARY_TABLES: dict[str, str] = {
    "account.EmailAddress": ADD,
    "account.EmailConfirmation": "",
    "auth.Group": READ,
    "auth.Permission": READ,
    "axes.AccessAttempt": ALL,
    "axes.AccessAttemptExpiration": ALL,
    "axes.AccessFailureLog": "",
    "axes.AccessLog": "",
    "contenttypes.ContentType": READ,
    "guardian.GroupObjectPermission": "",
    "guardian.UserObjectPermission": "",
    "mfa.Authenticator": ALL,
    "sessions.Session": "",  # ours has its owner in a column
}

APP_ROLE = "idx_app"


def tables() -> dict[str, str]:
    """Every managed table of the project with the privileges of the app role, by model label."""
    return {**OWN_TABLES, **LIBRARY_TABLES}


def apply_grants(alias: str = "owner") -> None:
    """Gives the app role exactly the privileges listed above, as the owner of the tables."""
    quote = connections[alias].ops.quote_name
    with connections[alias].cursor() as cursor:
        for label, privileges in tables().items():
            model = apps.get_model(label)
            for table in _tables_of(model):
                name = quote(table)
                cursor.execute(f"REVOKE ALL ON {name} FROM {APP_ROLE}")
                if privileges:
                    cursor.execute(f"GRANT {privileges} ON {name} TO {APP_ROLE}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {APP_ROLE}")


def _tables_of(model: type[models.Model]) -> list[str]:
    through = (field.remote_field.through for field in model._meta.local_many_to_many)
    links = [link._meta.db_table for link in through if link and link._meta.auto_created]
    return [model._meta.db_table, *links]
