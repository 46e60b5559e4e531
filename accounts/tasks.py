"""Scheduled work of the accounts app, three lines each; every task may run twice.

The schedule is in `contactpoint/celery.py`.
"""

from celery import shared_task
from django.core.management import call_command

from accounts import actions
from accounts.messages.delivery import deliver, deliver_due


@shared_task(name="accounts.expire_grants")
def expire_grants() -> int:
    """Ends the role grants whose time has come."""
    return actions.expire_grants()


@shared_task(name="accounts.apply_email_changes")
def apply_email_changes() -> int:
    """Carries out the changes of e-mail addresses whose day of waiting is over."""
    return actions.apply_email_changes()


@shared_task(name="accounts.deliver_message")
def deliver_message(message_id: int) -> bool:
    """Sends one message of the outbox."""
    return deliver(message_id)


@shared_task(name="accounts.deliver_messages")
def deliver_messages() -> int:
    """Sends what is due: tried before in vain, or queued while the broker was down."""
    return deliver_due()


@shared_task(name="accounts.expire_role_requests")
def expire_role_requests() -> int:
    """Ends the requests for powerful roles that nobody answered in time."""
    return actions.expire_role_requests()


@shared_task(name="accounts.remind_renewals")
def remind_renewals() -> int:
    """Reminds people of accreditations that end soon."""
    return actions.remind_renewals()


@shared_task(name="accounts.lapse_accreditations")
def lapse_accreditations() -> int:
    """Marks the accreditations whose last day has passed."""
    return actions.lapse_accreditations()


@shared_task(name="accounts.remind_of_conditions")
def remind_of_conditions() -> int:
    """Tells people that their check, training or agreement runs out soon."""
    return actions.remind_of_conditions()


@shared_task(name="accounts.make_due_moves")
def make_due_moves() -> int:
    """Moves the employers whose day has come to their new managing bodies."""
    return actions.make_due_moves()


@shared_task(name="accounts.end_movers_standing")
def end_movers_standing() -> int:
    """Ends the old standing of people whose day of moving has come."""
    return actions.end_movers_standing()


@shared_task(name="accounts.hold_idle_accounts")
def hold_idle_accounts() -> int:
    """Holds the accounts that nobody has used for a month."""
    return actions.hold_idle_accounts()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    """Forgets sessions that are over anyway."""
    call_command("clearsessions")
