"""What the invented people have to do today: teams, referrals, house moves, a request by telephone,
a message. Made by the actions that real people go through, and once: running again changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.acting import Acting, operator
from accounts.actions.teams import add_member, create_team
from accounts.models import Organisation, RoleGrant, Team, User
from accounts.roles import Role
from contactpoint.invented import codes
from contactpoint.invented.people import BRISTOL, LEEDS, PEOPLE
from records.actions.mediation import request_mediation, verify_requester
from records.actions.messages import send_message
from records.actions.moves import record_move
from records.actions.referrals import answer_referral, record_referral
from records.models import Answer, Channel, ChildRecord, Involvement, Referral, Urgency
from records.particulars import NewMediation, NewReferral
from records.purposes import Purpose

COMMAND = "seed_demo"
# The teams of each place where somebody of the demonstration works, and who keeps them.
TEAMS = {
    "bristol": ("Social care, east team", "Duty and advice"),
    "trust": ("Health visiting, north",),
    "school": ("Safeguarding",),
}
KEEPER = {"bristol": "bristol", "trust": "leeds", "school": "leeds"}
SENDERS = (
    ("Dr Wilhelmina Oyelaran, Brackenford Surgery", Channel.TELEPHONE, 3),
    ("Head teacher, Mill Lane School", Channel.FORM, 27),
    ("Health visitor, Brackenford Community Health Trust", Channel.LETTER, 75),
)


def make_work_teams() -> None:
    """The teams, and the practitioner of each place in the first of its own."""
    if Team.objects.exists():
        return
    for at, names in TEAMS.items():
        keeper, member = person(Role.MANAGEMENT_TEAM, KEEPER[at]), person(Role.PRACTITIONER, at)
        teams = [
            create_team(organisation=_of(member).employer, name=name, by=keeper) for name in names
        ]
        since = timezone.localdate() - timedelta(days=400)
        add_member(team=teams[0], user=_of(member), started_on=since, by=keeper)


def make_work() -> None:
    """Referrals, moves, a request and a message, once there are children to have them about."""
    children = list(ChildRecord.objects.filter(authority=BRISTOL).order_by("pk")[:6])
    leaving = ChildRecord.objects.filter(authority=LEEDS).order_by("pk").first()
    if Referral.objects.exists() or len(children) < 6 or leaving is None:
        return
    _refer(children)
    _move(children[4], leaving)
    _ring()
    _write()


def _refer(children: list[ChildRecord]) -> None:
    social_worker = person(Role.PRACTITIONER, "bristol")
    team = Team.objects.get(organisation=_of(social_worker).employer, name=TEAMS["bristol"][0])
    made = [
        record_referral(
            new=NewReferral(
                channel=channel,
                sender=sender,
                sender_phone=codes.landline(400 + hours),
                reference=f"EAST-{hours}",
                team=team,
                came_at=timezone.now() - timedelta(hours=hours),
            ),
            child=None if channel == Channel.TELEPHONE else child,
            by=social_worker,
        )
        for (sender, channel, hours), child in zip(SENDERS, children, strict=False)
    ]
    answer_referral(key=made[-1].key, answer=Answer.TAKEN_ON, by=social_worker)


def _move(coming: ChildRecord, leaving: ChildRecord) -> None:
    """One child whom Bristol offers to Leeds, one whom Bristol asks Leeds for."""
    bristol = person(Role.MANAGEMENT_TEAM, "bristol")
    moved_on = timezone.localdate() - timedelta(days=9)
    here, there = (Organisation.objects.get(authority=code) for code in (BRISTOL, LEEDS))
    for child, to in ((coming, there), (leaving, here)):
        assert to.authority is not None  # noqa: S101  for the type checker: an authority's
        record_move(child=child, to=to.authority, moved_on=moved_on, by=bristol)


def _ring() -> None:
    """The health visitor's access is down; the duty desk has rung back and can look."""
    desk, visitor = person(Role.MEDIATOR, "leeds"), person(Role.PRACTITIONER, "trust")
    asked = request_mediation(
        new=NewMediation(
            requester=_of(visitor),
            call_back_on=_of(visitor).work_phone,
            urgency=Urgency.ACCESS_DOWN,
            purpose=Purpose.URGENT_CARE,
            case_reference="NIGHT-1",
            said_of_child={"given_name": "", "family_name": "Brennan", "born": "about three"},
        ),
        by=desk,
    )
    verify_requester(key=asked.request.key, by=desk)


def _write() -> None:
    """The social worker asks a service that works with a child as well."""
    social_worker, visitor = (person(Role.PRACTITIONER, at) for at in ("bristol", "trust"))
    known = Involvement.objects.filter(
        service__organisation=_of(visitor).employer, ended_on__isnull=True
    )
    first = known.select_related("child", "service__organisation").order_by("pk").first()
    if first is not None:
        text = "I shall see this family on Thursday. Please ring me before then."
        send_message(child=first.child, service=first.service, text=text, by=social_worker)


def person(role: Role, at: str) -> Acting:
    """The person of the demonstration who has that role there, acting in it."""
    email = next(one.email for one in PEOPLE if one.role is role and one.at == at)
    grants = RoleGrant.objects.with_standing().filter(user__email=email)
    grant = grants.get(permission__codename=role)
    user = User.objects.select_related("employer__parent").get(pk=grant.user_id)
    return operator(user, grant, COMMAND)


def _of(acting: Acting) -> User:
    assert acting.user is not None  # noqa: S101  for the type checker: `person` found one
    return acting.user
