"""Scheduled work of the accounts app, three lines each; every task may run twice.

The schedule is in `contactpoint/celery.py`.
"""

from celery import shared_task
from django.core.management import call_command

from accounts import actions


@shared_task(name="accounts.expire_grants")
def expire_grants() -> int:
    """Ends the role grants whose time has come."""
    return actions.expire_grants()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Forgets sessions that are over anyway."""
    call_command("clearsessions")
