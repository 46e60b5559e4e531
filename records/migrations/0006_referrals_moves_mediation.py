"""Referrals, house moves with the rule that no child is ever unowned, and mediated requests."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# A child is never without an authority that answers for it: once named, it is only ever replaced by
# another one. And a move is accepted in no other way than by that replacement.
OWNED = """
CREATE FUNCTION records_child_stays_owned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a child record cannot lose its responsible authority'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'child_stays_owned';
END $$;
CREATE TRIGGER records_child_stays_owned BEFORE UPDATE OF authority_id ON records_childrecord
    FOR EACH ROW WHEN (OLD.authority_id IS NOT NULL AND NEW.authority_id IS NULL)
    EXECUTE FUNCTION records_child_stays_owned();

CREATE FUNCTION records_move_takes_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.records_childrecord child
                   WHERE child.id = NEW.child_id AND child.authority_id = NEW.to_authority_id) THEN
        RAISE EXCEPTION 'a move is accepted only by the authority that now answers for the child'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'move_takes_over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_move_takes_over BEFORE UPDATE OF state ON records_housemove
    FOR EACH ROW WHEN (NEW.state = 'accepted' AND OLD.state <> 'accepted')
    EXECUTE FUNCTION records_move_takes_over();
"""
OWNED_BACK = """
DROP TRIGGER records_move_takes_over ON records_housemove;
DROP FUNCTION records_move_takes_over();
DROP TRIGGER records_child_stays_owned ON records_childrecord;
DROP FUNCTION records_child_stays_owned();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_teams"),
        ("records", "0005_enquiries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HouseMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(blank=True, db_default="", default="", max_length=60)),
                (
                    "source_ref",
                    models.CharField(blank=True, db_default="", default="", max_length=80),
                ),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("moved_on", models.DateField()),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                            ("overtaken", "Overtaken: another authority is responsible already"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_living_here", "The child does not live in our area"),
                            ("placed", "The child is placed with us; responsibility stays"),
                            (
                                "work_not_handed_over",
                                "Work in progress has to be handed over first",
                            ),
                            ("already_back", "The child has moved back, or on"),
                        ],
                        db_default="",
                        max_length=20,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "awaits",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves_to_answer",
                        to="accounts.authority",
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="records.childrecord",
                    ),
                ),
                (
                    "from_authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.authority",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.authority",
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "pk"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["awaits", "due_at"],
                        name="move_to_answer",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_authority", models.F("to_authority")), _negated=True
                        ),
                        name="house_move_leads_elsewhere",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("awaits", models.F("from_authority")),
                            ("awaits", models.F("to_authority")),
                            _connector="OR",
                        ),
                        name="move_awaits_one_of_the_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("recorded_at"))),
                        name="move_due_after_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("state", "open")),
                            models.Q(
                                ("answered_at__isnull", False),
                                (
                                    "state__in",
                                    ["open", "accepted", "refused", "withdrawn", "overtaken"],
                                ),
                                models.Q(("state", "open"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="move_answer_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "refusal__in",
                                    [
                                        "not_living_here",
                                        "placed",
                                        "work_not_handed_over",
                                        "already_back",
                                    ],
                                ),
                                ("state", "refused"),
                            ),
                            models.Q(
                                models.Q(("state", "refused"), _negated=True), ("refusal", "")
                            ),
                            _connector="OR",
                        ),
                        name="move_refusal_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recorded_by__isnull", False),
                            models.Q(
                                models.Q(("source", ""), _negated=True),
                                models.Q(("source_ref", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="move_recorded_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("child",),
                        name="one_open_move_a_child",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("source", "source_ref"),
                        name="move_source_row_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MediatedRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("caller", models.TextField(blank=True, db_default="")),
                ("called_back_on", models.CharField(max_length=30)),
                ("code_hash", models.CharField(blank=True, db_default="", max_length=128)),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("access_down", "They have access, and it does not work at the moment"),
                            ("away", "They have access, and are away from any device"),
                            ("no_access", "They have no access"),
                        ],
                        max_length=11,
                    ),
                ),
                ("purpose", models.CharField(max_length=20)),
                ("case_reference", models.TextField()),
                ("said_of_child", models.TextField()),
                (
                    "requested_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("told", "Told what they need"),
                            ("not_found", "No record was found"),
                            ("refused", "Refused"),
                            ("not_verified", "Who they are could not be verified"),
                        ],
                        db_default="",
                        max_length=12,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "child",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mediated_requests",
                        to="records.childrecord",
                    ),
                ),
                (
                    "enquiry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mediated_request",
                        to="records.enquiry",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mediated_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-requested_at"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("caller", ""), ("code_hash", ""), ("requester__isnull", False)
                            ),
                            models.Q(
                                ("requester__isnull", True),
                                models.Q(("caller", ""), _negated=True),
                                models.Q(("code_hash", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="mediation_has_one_requester",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requester__isnull", True),
                            models.Q(("requester", models.F("operator")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_mediates_for_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("called_back_on", ""), _negated=True),
                        name="mediation_calls_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("enquiry__isnull", True), ("verified_at__isnull", True)),
                            models.Q(
                                ("enquiry__isnull", False),
                                ("verified_at__gte", models.F("requested_at")),
                                ("verified_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="mediation_looks_once_verified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("child__isnull", True), ("opened_at__isnull", True)),
                            models.Q(
                                ("child__isnull", False),
                                ("enquiry__isnull", False),
                                ("opened_at__gte", models.F("requested_at")),
                                ("opened_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="mediation_requested_before_look",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("outcome", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("outcome__in", ["told", "not_found", "refused", "not_verified"]),
                            ),
                            _connector="OR",
                        ),
                        name="mediation_answer_says_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(blank=True, db_default="", default="", max_length=60)),
                (
                    "source_ref",
                    models.CharField(blank=True, db_default="", default="", max_length=80),
                ),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("child_named_at", models.DateTimeField(blank=True, null=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("telephone", "By telephone"),
                            ("form", "By form or secure e-mail"),
                            ("letter", "By letter"),
                            ("in_person", "In person"),
                            ("feed", "From our case system"),
                        ],
                        max_length=9,
                    ),
                ),
                ("sender", models.CharField(max_length=160)),
                ("sender_phone", models.CharField(blank=True, db_default="", max_length=30)),
                ("reference", models.TextField(blank=True, db_default="")),
                (
                    "came_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("taken_on", "We take it on"),
                            ("advice", "Advice given, nothing more needed from us"),
                            ("not_for_us", "Not taken on"),
                            ("passed_on", "Passed on"),
                        ],
                        db_default="",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="records.childrecord",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "passed_from",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passed_to",
                        to="records.referral",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "ordering": ["came_at", "pk"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["organisation", "came_at"],
                        name="referral_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["telephone", "form", "letter", "in_person", "feed"])
                        ),
                        name="referral_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sender", ""), _negated=True),
                        name="referral_says_who_sent_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("came_at__lte", models.F("recorded_at"))),
                        name="referral_came_before_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("child__isnull", True), ("child_named_at__isnull", True)),
                            models.Q(("child__isnull", False), ("child_named_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referral_child_says_since_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                ("answer__in", ["taken_on", "advice", "not_for_us", "passed_on"]),
                                ("answered_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="referral_answer_says_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recorded_by__isnull", False),
                            models.Q(
                                models.Q(("source", ""), _negated=True),
                                models.Q(("source_ref", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="referral_recorded_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("source", "source_ref"),
                        name="referral_source_row_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OWNED, OWNED_BACK),
    ]
