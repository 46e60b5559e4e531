"""One day's staff feed of one employer: joiners are proposed, leavers close at once, movers lose
their standing on the day, hashes of homes are brought up to date. One transaction, one feed event.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.acting import Acting
from accounts.actions.accounts import end_account
from accounts.actions.staff_proposals import propose_joiner, propose_mover
from accounts.models import Organisation, StaffHousehold, StaffLink, User
from accounts.models.users import AccountStatus
from accounts.policies import can_import_staff, require
from accounts.roles import Permission
from accounts.staffing import Reject, StaffFile, StaffRow
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append

LEFT = "left-by-the-staff-feed"
ELSEWHERE = (
    "has an account elsewhere",
    "Their account belongs to another organisation. Ask the team there, or the central team.",
)
CLOSED = (
    "has a closed account",
    "A closed account stays closed. Give a returner a new work address, or ask the central team.",
)


class TooManyLeavers(Exception):
    """The feed would close more accounts than is credible. Nothing was done."""

    def __init__(self, leavers: int, people: int) -> None:
        super().__init__(f"{leavers} of {people}")
        self.leavers, self.people = leavers, people


@dataclass
class FeedSummary:
    """What a feed did, or in a dry run would do. `unlisted` accounts are not known to the feed."""

    rows: int = 0
    joiners: int = 0
    movers: int = 0
    leavers: int = 0
    unchanged: int = 0
    unlisted: int = 0
    rejects: list[Reject] = field(default_factory=list)


class _DryRun(Exception):
    """Undoes everything at the end of a dry run."""


def import_staff(
    *,
    file: StaffFile,
    employer: Organisation,
    confirmed_leavers: int | None = None,
    dry_run: bool = False,
    reason: str = "",
    by: Acting,
) -> FeedSummary:
    """Takes one whole list of the people of `employer`.

    Nobody of another organisation is touched, whatever the file says. `confirmed_leavers` is the
    number somebody has confirmed after `TooManyLeavers`; any other number stops again. Raises
    `Refused` and `TooManyLeavers`, which is an event; then nothing was done.
    """
    require(
        can_import_staff(by, employer),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="organisation",
        target_id=employer.pk,
    )
    feed = _Feed(file, employer, by)
    try:
        with transaction.atomic():
            feed.take(confirmed_leavers, reason)
            if dry_run:
                raise _DryRun
            _record(feed.summary, employer, dry_run, reason, by)
    except _DryRun:
        with transaction.atomic():
            _record(feed.summary, employer, dry_run, reason, by)
    except TooManyLeavers as stopped:
        _record_stopped(stopped, feed, by)
        raise
    return feed.summary


class _Feed:
    """One feed under way, in one transaction that holds the employer's row."""

    def __init__(self, file: StaffFile, employer: Organisation, by: Acting) -> None:
        self.file, self.employer, self.by = file, employer, by
        self.summary = FeedSummary(rows=file.lines, rejects=list(file.rejects))
        self.today = timezone.localdate()

    def take(self, confirmed_leavers: int | None, reason: str) -> None:
        Organisation.objects.select_for_update(of=("self",)).get(pk=self.employer.pk)
        known = self._link()
        leavers = self._leavers(known)
        self._stop_if_incredible(len(leavers), len(known), confirmed_leavers)
        for user in leavers:
            end_account(user, reason=reason or "left the employer", code=LEFT, by=self.by)
        self.summary.leavers = len(leavers)
        gone = {user.pk for user in leavers}
        for row in self.file.rows:
            self._take_row(row, known, gone)
        own = User.objects.filter(employer=self.employer).exclude(status=AccountStatus.CLOSED)
        self.summary.unlisted = own.filter(staff_link__isnull=True).count()

    def _link(self) -> dict[str, StaffLink]:
        """The people of this employer by personnel number. A new number is found by its address;
        so is somebody who came from another employer, whose feed knew them under another number.
        """
        links = StaffLink.objects.select_related("user__employer__parent").filter(
            employer=self.employer, user__employer=self.employer
        )
        known = {link.staff_ref: link for link in links}
        strangers = {row.email: row for row in self.file.rows if row.staff_ref not in known}
        found = User.objects.select_related("employer__parent").filter(
            employer=self.employer, email__in=strangers
        )
        linked = Q(staff_link__employer=self.employer)
        for user in found.exclude(linked).exclude(status=AccountStatus.CLOSED):
            row = strangers[user.email]
            known[row.staff_ref], _ = StaffLink.objects.update_or_create(
                user=user,
                defaults={
                    "employer": self.employer,
                    "staff_ref": row.staff_ref,
                    "department": row.department,
                },
            )
        return known

    def _leavers(self, known: dict[str, StaffLink]) -> list[User]:
        """Who is in the file no more, or whose last day has passed. Absence counts only in a file
        of which every row says whose it is; nobody closes their own account.
        """
        over = {row.staff_ref for row in self.file.rows if self._is_over(row)}
        absent = known.keys() - self.file.named if self.file.is_whole else set()
        me = self.by.user.pk if self.by.user else None
        return [
            known[ref].user
            for ref in sorted((over & known.keys()) | absent)
            if known[ref].user.status != AccountStatus.CLOSED and known[ref].user_id != me
        ]

    def _is_over(self, row: StaffRow) -> bool:
        return row.employed_until is not None and row.employed_until < self.today

    def _stop_if_incredible(self, leavers: int, people: int, confirmed: int | None) -> None:
        most = max(settings.STAFF_FEED_LEAVERS_ALWAYS, people * settings.STAFF_FEED_LEAVERS_SHARE)
        if leavers > most and confirmed != leavers:
            raise TooManyLeavers(leavers, people)

    def _take_row(self, row: StaffRow, known: dict[str, StaffLink], gone: set[int]) -> None:
        link = known.get(row.staff_ref)
        if self._is_over(row) or (link and link.user_id in gone):
            return
        if link is None:
            self._take_stranger(row)
        elif link.user.status == AccountStatus.CLOSED:
            self.summary.rejects.append(Reject(row.line, "staff_ref", *CLOSED))
        else:
            self._take_known(row, link)

    def _take_stranger(self, row: StaffRow) -> None:
        account = User.objects.filter(email=row.email).first()
        if account is None:
            self.summary.joiners += propose_joiner(row, self.employer, self.today)
            return
        here = account.employer_id == self.employer.pk
        closed = here and account.status == AccountStatus.CLOSED
        self.summary.rejects.append(Reject(row.line, "email", *(CLOSED if closed else ELSEWHERE)))

    def _take_known(self, row: StaffRow, link: StaffLink) -> None:
        moved = propose_mover(row, link, self.today, by=self.by)
        if isinstance(moved, Reject):
            self.summary.rejects.append(moved)
            return
        self.summary.movers += moved
        self.summary.unchanged += not moved
        _remember_home(row, link.user, self.employer)


def _remember_home(row: StaffRow, user: User, employer: Organisation) -> None:
    """What the feed says of the home; a feed without these columns changes nothing."""
    told: dict[str, Iterable[str]] = {
        "homes": row.homes,
        "former_homes": row.former_homes,
        "postcodes": row.postcodes,
        "former_surnames": row.former_surnames,
    }
    given = {column: list(values) for column, values in told.items() if values}
    if given:
        StaffHousehold.objects.update_or_create(user=user, defaults={**given, "employer": employer})


def _counts(summary: FeedSummary, employer: Organisation, dry_run: bool) -> dict[str, object]:
    return {
        "source": "staff",
        "organisation_id": employer.pk,
        "dry_run": dry_run,
        "rows": summary.rows,
        "created": summary.joiners,
        "amended": summary.movers,
        "closed": summary.leavers,
        "unchanged": summary.unchanged,
        "rejected": len({reject.line for reject in summary.rejects}),
    }


def _record(
    summary: FeedSummary, employer: Organisation, dry_run: bool, reason: str, by: Acting
) -> None:
    append(
        EventType.FEED_RECEIVED,
        actor=by.actor,
        target_type="organisation",
        target_id=employer.pk,
        detail=_counts(summary, employer, dry_run),
        payload=reason or None,
    )


@transaction.atomic
def _record_stopped(stopped: TooManyLeavers, feed: _Feed, by: Acting) -> None:
    append(
        EventType.FEED_REFUSED,
        actor=by.actor,
        outcome=Outcome.DENIED,
        reason="too-many-leavers",
        target_type="organisation",
        target_id=feed.employer.pk,
        detail={
            "source": "staff",
            "organisation_id": feed.employer.pk,
            "rows": feed.file.lines,
            "closed": stopped.leavers,
        },
    )
