"""What must be on file about a person, and the versions of course and agreement."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# Accounts made before this hold their roles for the post they have; whoever was named at an earlier
# installation is a founder.
EARLIER_ACCOUNTS = """
UPDATE accounts_user SET employer_since = created_at;
UPDATE accounts_user SET is_founder = true WHERE id IN (
    SELECT user_id FROM accounts_rolegranthistory
    WHERE change = 'granted' AND by_id IS NULL AND reason = 'founding grant')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_outbox"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="employer_since",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="is_founder",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("everybody_by", models.DateField(blank=True, null=True)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                ("text", models.TextField()),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AgreementAcceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("accepted_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="accounts.agreementversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-version_id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CourseVersion",
            fields=[
                ("number", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("everybody_by", models.DateField(blank=True, null=True)),
                ("published_at", models.DateTimeField(auto_now_add=True)),
                ("title", models.CharField(max_length=120)),
                ("valid_months", models.PositiveSmallIntegerField()),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CriminalRecordCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("checked_on", models.DateField()),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("clear", "Nothing stands in the way of an account"),
                            ("not_clear", "Something stands in the way of an account"),
                        ],
                        max_length=10,
                    ),
                ),
                ("valid_until", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="record_checks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IdentityCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("in_person", "In person, with a photo document"),
                            ("on_video", "On a video call, with a photo document"),
                            ("known_at_work", "Known to me from work for at least two years"),
                        ],
                        max_length=16,
                    ),
                ),
                ("checked_on", models.DateField()),
                ("confirmed_at", models.DateTimeField(auto_now_add=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identity_checks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TrainingResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("passed_on", models.DateField()),
                ("valid_until", models.DateField()),
                ("recorded_at", models.DateTimeField(auto_now_add=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_results",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="accounts.courseversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-passed_on", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="agreement_has_a_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="agreement_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementacceptance",
            constraint=models.UniqueConstraint(
                fields=("user", "version"), name="agreement_accepted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="courseversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="course_has_a_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="courseversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="course_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="courseversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_months__range", (1, 60))),
                name="course_counts_for_a_while",
            ),
        ),
        migrations.AddIndex(
            model_name="criminalrecordcheck",
            index=models.Index(fields=["user", "-id"], name="record_check_newest"),
        ),
        migrations.AddConstraint(
            model_name="criminalrecordcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by", models.F("user")), _negated=True),
                name="record_check_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="criminalrecordcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finding", "clear"),
                        ("valid_until__gt", models.F("checked_on")),
                        ("valid_until__isnull", False),
                    ),
                    models.Q(("finding", "not_clear"), ("valid_until__isnull", True)),
                    _connector="OR",
                ),
                name="clear_record_check_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_by", models.F("user")), _negated=True),
                name="identity_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["in_person", "on_video", "known_at_work"])),
                name="identity_check_how_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="identitycheck",
            constraint=models.UniqueConstraint(fields=("user",), name="identity_confirmed_once"),
        ),
        migrations.AddConstraint(
            model_name="trainingresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by", models.F("user")), _negated=True),
                name="training_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("passed_on"))),
                name="training_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingresult",
            constraint=models.UniqueConstraint(
                fields=("user", "version", "passed_on"), name="training_recorded_once"
            ),
        ),
        migrations.RunSQL(EARLIER_ACCOUNTS, migrations.RunSQL.noop),
    ]
