"""The Celery app and the whole schedule, in code under review. Every task may run twice."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")

app = Celery("contactpoint")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    ["accounts", "records", "audit.ledger", "audit.investigations", "audit.detection"]
)

# What needs the sealer's key or the auditor's role runs where those are, and nowhere else.
app.conf.task_routes = {
    "audit.seal": {"queue": "sealer"},
    "audit.verify_newest": {"queue": "verifier"},
    "audit.verify_all": {"queue": "verifier"},
}

app.conf.beat_schedule = {
    "seal what was committed": {
        "task": "audit.seal",
        "schedule": 5.0,
        "options": {"expires": 5.0},
    },
    "a sign of life of beat and worker": {
        "task": "audit.worker_alive",
        "schedule": 15.0,
        "options": {"expires": 15.0},
    },
    "erase search terms and reasons whose period is over": {
        "task": "audit.erase_expired",
        "schedule": crontab(hour=3, minute=20),
    },
    "verify what was sealed since yesterday": {
        "task": "audit.verify_newest",
        "schedule": crontab(hour=4, minute=10),
    },
    "verify the whole ledger": {
        "task": "audit.verify_all",
        "schedule": crontab(day_of_week="sunday", hour=4, minute=40),
    },
    "look for unusual looks": {
        "task": "audit.scan",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "pass up investigations whose next step is overdue": {
        "task": "audit.escalate_investigations",
        "schedule": 300.0,
    },
    "end role grants whose time has come": {
        "task": "accounts.expire_grants",
        "schedule": 300.0,
    },
    "change e-mail addresses whose day is over": {
        "task": "accounts.apply_email_changes",
        "schedule": 300.0,
    },
    "send what waits in the outbox": {
        "task": "accounts.deliver_messages",
        "schedule": 60.0,
    },
    "end requests for roles that nobody answered": {
        "task": "accounts.expire_role_requests",
        "schedule": 300.0,
    },
    "remind people of what runs out": {
        "task": "accounts.remind_of_conditions",
        "schedule": crontab(hour=6, minute=20),
    },
    "remind of accreditations that end soon": {
        "task": "accounts.remind_renewals",
        "schedule": crontab(hour=8, minute=30),
    },
    "mark accreditations that are over": {
        "task": "accounts.lapse_accreditations",
        "schedule": crontab(minute=1),  # hourly; the first run of the day is the one that finds any
    },
    "move employers whose day has come": {
        "task": "accounts.make_due_moves",
        "schedule": 60.0,
    },
    "end the old standing of people whose day of moving has come": {
        "task": "accounts.end_movers_standing",
        "schedule": 60.0,
    },
    "hold accounts that nobody uses": {
        "task": "accounts.hold_idle_accounts",
        "schedule": crontab(hour=4, minute=20),
    },
    "forget search terms after fifteen minutes": {
        "task": "records.forget_searches",
        "schedule": 60.0,
    },
    "remind two authorities of a child that waits for an answer": {
        "task": "records.remind_of_moves",
        "schedule": crontab(hour=8, minute=40),
    },
    "pass up overdue shields": {
        "task": "records.escalate_shields",
        "schedule": 300.0,
    },
    "look for ways around shields": {
        "task": "records.check_shields",
        "schedule": crontab(hour=2, minute=40),
    },
    "count names for the weights of searches": {
        "task": "records.count_names",
        "schedule": crontab(hour=1, minute=40),
    },
    "learn what is usual": {
        "task": "audit.learn",
        "schedule": crontab(hour=0, minute=20),
    },
    "keep the ledger's partitions ahead": {
        "task": "audit.ensure_partitions",
        "schedule": crontab(hour=2, minute=15),
    },
    "forget ended sessions": {
        "task": "accounts.clear_sessions",
        "schedule": crontab(hour=3, minute=5),
    },
}


# Celery would otherwise replace Django's logging, and its allow-list, with its own
@setup_logging.connect
def use_djangos_logging(**_: Any) -> None:
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)


@celeryd_init.connect
@beat_init.connect
def refuse_weak_production(**_: Any) -> None:
    """Worker and beat ask the same questions as the web process before they begin."""
    from contactpoint import checks

    checks.refuse_weak_production()
