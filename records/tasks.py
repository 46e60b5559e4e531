"""Scheduled work of records: three lines each, may run twice."""

from celery import shared_task

from accounts.acting import job
from records.actions.moves import remind_of_moves as remind
from records.actions.shields import escalate_overdue
from records.held import forget_old
from records.leaks import check_every_shield
from records.search import recount


@shared_task(name="records.forget_searches")
def forget_searches() -> int:
    """Deletes held search terms past their minutes."""
    return forget_old()


@shared_task(name="records.count_names")
def count_names() -> int:
    """Counts how often each name occurs: how much it is worth in a search."""
    return recount()


@shared_task(name="records.remind_of_moves")
def remind_of_moves() -> int:
    """Reminds both authorities of every answer about a moved child that is overdue."""
    return remind()


@shared_task(name="records.escalate_shields")
def escalate_shields() -> int:
    """Passes up decisions and reviews of shields that are overdue."""
    return escalate_overdue(by=job("records.escalate_shields"))


@shared_task(name="records.check_shields")
def check_shields() -> int:
    """Looks every night for ways in which a shielded child could still be found."""
    return check_every_shield(by=job("records.check_shields"))
