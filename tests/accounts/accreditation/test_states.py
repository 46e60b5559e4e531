"""The table of states is the only way: actions, database and the diagram in the docs follow it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AccreditationApplication
from accounts.roles import Role
from accounts.states import (
    APPLICATION_STATES,
    MOVES,
    OF_APPLICATIONS,
    ON_ACCREDITATIONS,
    State,
    diagram,
)
from tests.factories.accounts import acting_as
from tests.factories.accreditation import application

ARROWS = {(before, MOVES[verb].after) for verb in OF_APPLICATIONS for before in MOVES[verb].before}


@pytest.mark.django_db
@pytest.mark.parametrize("before", APPLICATION_STATES)
def test_the_database_lets_an_application_move_along_the_table_only(before):
    officer = acting_as(Role.ACCREDITATION_OFFICER).user
    for after in APPLICATION_STATES:
        with transaction.atomic():
            rows = AccreditationApplication.objects.filter(pk=brought_to(before, officer).pk)
            moved = attempt(rows, after, officer)
            transaction.set_rollback(True)
        assert moved is ((before, after) in ARROWS or before == after), (before, after)


def brought_to(state, officer):
    decided = state in {State.ACCREDITED, State.REFUSED}
    made = application(State.UNDER_REVIEW if decided else state)
    if decided:
        assert attempt(AccreditationApplication.objects.filter(pk=made.pk), state, officer)
    return made


def attempt(rows, state, officer):
    """Says the state, and everything else that a row in it must say."""
    decided = state in {State.ACCREDITED, State.REFUSED}
    facts = {
        "submitted_by": rows.get().applicant,
        "decided_by": officer if decided else None,
        "decided_at": timezone.now() if decided else None,
        "decision_reason": "for this test",
    }
    try:
        with transaction.atomic():
            rows.update(status=state, **facts)
    except IntegrityError:
        return False
    return True


def test_every_state_is_reached_and_left_but_for_the_last_ones():
    reached = {move.after for move in MOVES.values()} | {State.DRAFT}
    left = {before for move in MOVES.values() for before in move.before}
    assert reached == set(State)
    assert set(State) - left == {State.REFUSED, State.GIVEN_UP, State.LAPSED, State.WITHDRAWN}
    assert set(OF_APPLICATIONS) | set(ON_ACCREDITATIONS) == set(MOVES)


def test_the_diagram_in_the_docs_is_the_table():
    page = Path(settings.BASE_DIR, "docs/accreditation.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}\n```" in page
