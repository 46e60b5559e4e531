"""Which rows: every question of "live today" is asked in database time, so a slow clock on a web
server opens nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import GreaterThanOrEqual

from accounts.roles import BEFORE_ACCREDITATION
from accounts.states import OPEN_STATES, SanctionLevel


class LondonToday(Func):
    """Today's date in England, by the database's clock."""

    template = "(now() AT TIME ZONE 'Europe/London')::date"
    output_field = models.DateField()


# Rows are `Any` below: naming the models would be a circle that mypy cannot follow. Managers made
# from these classes know their model.
class AccreditationQuerySet(models.QuerySet[Any]):
    def in_force(self) -> AccreditationQuerySet:
        """Accreditations that count today: not withdrawn, first day reached, last day not
        passed.
        """
        return self.filter(
            status="accredited", valid_from__lte=LondonToday(), valid_until__gte=LondonToday()
        )

    def over(self) -> AccreditationQuerySet:
        """Accreditations whose last day has passed and that have not been marked lapsed."""
        return self.filter(status="accredited", valid_until__lt=LondonToday())


class SanctionQuerySet(models.QuerySet[Any]):
    def live(self) -> SanctionQuerySet:
        """Sanctions not lifted."""
        return self.filter(lifted_at__isnull=True)


class ApplicationQuerySet(models.QuerySet[Any]):
    def open(self) -> ApplicationQuerySet:
        """Applications still to be decided."""
        return self.filter(status__in=[state.value for state in OPEN_STATES])

    def waiting(self) -> ApplicationQuerySet:
        """The officers' queue: the soonest due first; what lies with its applicant comes last."""
        with_applicant = _yes(Q(status="returned"))
        return self.filter(status__in=["submitted", "under_review", "returned"]).order_by(
            with_applicant, "due_on", "submitted_at", "pk"
        )


def accredited(organisation_path: str) -> Q:
    """Condition: the organisation at `organisation_path` is open, and it and the one above it are
    both accredited today and not switched off.
    """
    from accounts.models import Accreditation, Sanction

    def in_force(path: str) -> Exists:
        return Exists(Accreditation.objects.in_force().filter(organisation=OuterRef(path)))

    parent = f"{organisation_path}__parent"
    off = Sanction.objects.live().filter(
        Q(organisation=OuterRef(f"{organisation_path}_id")) | Q(organisation=OuterRef(parent)),
        level=SanctionLevel.OFF,
    )
    is_open = Q(**{f"{organisation_path}__closed_at__isnull": True})
    return (
        is_open
        & ~Q(Exists(off))
        & Q(in_force(f"{organisation_path}_id"))
        & (Q(**{f"{parent}__isnull": True}) | Q(in_force(parent)))
    )


class VersionQuerySet(models.QuerySet[Any]):
    """Versions of the course or of the user agreement."""

    def current(self) -> Any:
        """The newest version, or None before the first."""
        return self.order_by("-number").first()

    def binding(self) -> VersionQuerySet:
        """Versions whose last day of grace has passed: nothing older than them counts."""
        return self.filter(everybody_by__lt=LondonToday())


IS_LIVE = (Q(until__isnull=True) | Q(until__gt=Now())) & Q(
    granted_at__gte=F("user__employer_since")
)


# The four bodies a grant stands on: where it is held, who employs its holder, and their managers.
_BODIES = (
    "content_object_id",
    "content_object__parent_id",
    "user__employer_id",
    "user__employer__parent_id",
)


def _sanction() -> Coalesce:
    """The severest live sanction on any of the four bodies of a grant, 0 for none."""
    from accounts.models import Sanction

    on_any = Q()
    for path in _BODIES:
        on_any |= Q(organisation=OuterRef(path))
    live = Sanction.objects.live().filter(on_any).order_by("-level")
    return Coalesce(Subquery(live.values("level")[:1]), 0)


class RoleGrantQuerySet(models.QuerySet[Any]):
    def live(self) -> RoleGrantQuerySet:
        """Grants whose end has not come, given for the post their holder has today."""
        return self.filter(IS_LIVE)

    def over(self) -> RoleGrantQuerySet:
        """Grants that are over but whose row is still there: whoever moves to another post leaves
        the old one's roles behind.
        """
        return self.exclude(IS_LIVE)

    def in_standing(self) -> RoleGrantQuerySet:
        """Live grants of active accounts that lack nothing: see `policies.standing`. An applicant
        needs a second factor and nothing else.
        """
        facts = condition_facts("user__")
        applies = Q(permission__codename__in=[role.value for role in BEFORE_ACCREDITATION])
        counts = accredited("content_object") & accredited("user__employer")
        for fact in facts.values():
            counts &= fact
        live: RoleGrantQuerySet = (
            self.live()
            .filter(user__status="active")
            .filter((counts & ~applies) | (applies & facts["factor_registered"]))
        )
        return live

    def carried_by(self, provider_id: int) -> RoleGrantQuerySet:
        """Grants at the body whose live directory this is, and at the employers beneath it."""
        from accounts.models import IdentityProvider

        at = Q(organisation=OuterRef("content_object")) | Q(
            organisation=OuterRef("content_object__parent")
        )
        live = IdentityProvider.objects.live().filter(at, pk=provider_id)
        return self.filter(Exists(live))

    def with_standing(self) -> RoleGrantQuerySet:
        """Annotates what `policies.standing` needs to say *why* a grant does not count, in one
        statement.
        """
        annotated: RoleGrantQuerySet = self.select_related(
            "permission", "content_object__parent", "user__employer__parent"
        ).annotate(
            is_live=_yes(IS_LIVE),
            is_accredited=_yes(accredited("content_object")),
            employer_is_accredited=_yes(accredited("user__employer")),
            waiting_factors=_waiting_factors(),
            **{name: _yes(fact) for name, fact in condition_facts("user__").items()},
            sanction=_sanction(),
            is_change_due=_change_due(),
        )
        return annotated


def _change_due() -> Any:
    """Whether the day of some move has come that is not made yet: asked once a statement."""
    from accounts.models import OrganisationMove, StaffProposal

    due = Exists(OrganisationMove.objects.due()), Exists(StaffProposal.objects.movers_due())
    return _yes(Q(due[0]) | Q(due[1]))


def _waiting_factors() -> ArraySubquery:
    """Second factors of the grant's holder that are new and that no second person confirmed."""
    from accounts.models import SignInChange

    changes = SignInChange.objects.waiting().filter(
        user=OuterRef("user"), authenticator_id__isnull=False
    )
    return ArraySubquery(changes.order_by().values("authenticator_id"))


def _yes(condition: Q) -> Any:
    return models.ExpressionWrapper(condition, output_field=models.BooleanField())


class OrganisationQuerySet(models.QuerySet[Any]):
    def open(self) -> OrganisationQuerySet:
        """Organisations that were neither closed nor merged into another one."""
        return self.filter(closed_at__isnull=True)

    def managed_by(self, base_id: int) -> OrganisationQuerySet:
        """A managing body and the employers whose accounts it manages today."""
        return self.filter(Q(pk=base_id) | Q(parent_id=base_id))


def condition_facts(user: str = "") -> dict[str, Q]:
    """What a person themselves must have, each as a condition over the account at the path `user`
    (`""`, or a relation with its two underscores). Worded in `accounts.conditions`.
    """
    from accounts.models import (
        AgreementAcceptance,
        AgreementVersion,
        CourseVersion,
        CriminalRecordCheck,
        IdentityCheck,
        TrainingResult,
    )
    from accounts.signin.factors import second_factors

    account = OuterRef(f"{user}pk")
    newer = Q(number__gt=OuterRef("version_id"))
    newest_check = CriminalRecordCheck.objects.filter(user=account).order_by("-id")
    return {
        "identity_confirmed": Q(
            Exists(IdentityCheck.objects.filter(user=account, withdrawn_at__isnull=True))
        ),
        "factor_registered": Q(Exists(second_factors().filter(user=account))),
        "record_check_in_date": Q(
            GreaterThanOrEqual(Subquery(newest_check.values("valid_until")[:1]), LondonToday())
        ),
        "training_in_date": Q(
            Exists(
                TrainingResult.objects.filter(
                    ~Exists(CourseVersion.objects.binding().filter(newer)),
                    user=account,
                    valid_until__gte=LondonToday(),
                )
            )
        ),
        "agreement_accepted": Q(
            Exists(
                AgreementAcceptance.objects.filter(
                    ~Exists(AgreementVersion.objects.binding().filter(newer)), user=account
                )
            )
        ),
        "manager_named": ~Q(**{f"{user}line_manager_name": ""})
        & ~Q(**{f"{user}line_manager_email": ""}),
    }


class UserQuerySet(models.QuerySet[Any]):
    def manageable_by(self, base_id: int) -> UserQuerySet:
        """Accounts in the user base of one authority, national partner or the central body."""
        return self.filter(Q(employer_id=base_id) | Q(employer__parent_id=base_id))

    def with_conditions(self) -> UserQuerySet:
        """Annotates what `conditions.unmet` needs to say what a person lacks, in one statement."""
        from accounts.models import RoleGrant

        held = RoleGrant.objects.live().filter(user=OuterRef("pk"))
        annotated: UserQuerySet = self.select_related("employer__parent").annotate(
            employer_is_accredited=_yes(accredited("employer")),
            role_held=_yes(Q(Exists(held))),
            role_counts=_yes(Q(Exists(held.filter(accredited("content_object"))))),
            **{name: _yes(fact) for name, fact in condition_facts().items()},
        )
        return annotated

    def in_user_base(self, base_id: int) -> UserQuerySet:
        """Those, and the people employed elsewhere who hold a live role in that user base."""
        from accounts.models import RoleGrant

        within = Q(content_object=base_id) | Q(content_object__parent=base_id)
        holds = RoleGrant.objects.live().filter(within, user=OuterRef("pk"))
        employed = Q(employer_id=base_id) | Q(employer__parent_id=base_id)
        return self.filter(employed | Exists(holds))
