"""R15: for a colleague who never asked."""

from dataclasses import replace

from audit.detection.looks import Seen
from audit.detection.rules.no_request import NO_REQUEST, STILL_NO_REQUEST
from audit.detection.usual import Counted
from tests.audit.detection.dossiers import (
    DAY,
    USUAL,
    dossier,
    explained,
    look,
    signals,
    working_days,
)


def for_another(number: int, **more) -> list[Seen]:
    return [look(child, on_behalf_of=7, **more) for child in range(number)]


def test_five_look_ups_for_somebody_who_is_not_known_to_have_asked_are_told_of() -> None:
    [signal] = signals(NO_REQUEST, dossier(*for_another(5)))
    assert signal.weight > 2
    assert "5 look-ups" in signal.sentence


def test_a_mediator_with_the_requests_on_record_is_explained() -> None:
    assert signals(NO_REQUEST, dossier(*(explained(each) for each in for_another(5)))) == []


def test_a_mediation_desk_is_measured_by_its_own_days() -> None:
    desk = replace(USUAL, unrequested=Counted(2.0, 6.0))
    own = working_days(20, unrequested=2)
    assert signals(NO_REQUEST, dossier(*for_another(3), days=own), desk) == []


def test_a_request_that_never_comes_says_more_once_it_is_settled() -> None:
    settled = for_another(3, is_settled=True, ago=2 * DAY)
    [signal] = signals(STILL_NO_REQUEST, dossier(*settled, look(99)))
    assert signal.rule == "R15b"
    assert signals(STILL_NO_REQUEST, dossier(*for_another(3))) == []
