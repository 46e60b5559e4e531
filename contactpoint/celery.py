"""The Celery app and the whole schedule, in code under review. Every task may run twice."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, celeryd_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")

app = Celery("contactpoint")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["accounts", "records", "audit.ledger"])

app.conf.beat_schedule = {
    "end role grants whose time has come": {
        "task": "accounts.expire_grants",
        "schedule": 300.0,
    },
    "send what waits in the outbox": {
        "task": "accounts.deliver_messages",
        "schedule": 60.0,
    },
    "forget search terms after fifteen minutes": {
        "task": "records.forget_searches",
        "schedule": 60.0,
    },
    "count names for the weights of searches": {
        "task": "records.count_names",
        "schedule": crontab(hour=1, minute=40),
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
