"""R14: behind a shield."""

from datetime import timedelta

from audit.detection.looks import Kind
from audit.detection.rules.override import LIFTED, OVERRIDE
from tests.audit.detection.dossiers import dossier, explained, look, signals

MINUTE = timedelta(minutes=1)


def test_a_hidden_address_opened_without_a_reason_is_told_of() -> None:
    [signal] = signals(OVERRIDE, dossier(look(kind=Kind.OVERRIDDEN)))
    assert 0.8 <= signal.weight <= 4.5


def test_a_duty_officer_with_a_referral_is_explained() -> None:
    assert signals(OVERRIDE, dossier(explained(look(kind=Kind.OVERRIDDEN)))) == []


def test_a_shield_taken_off_and_read_straight_after_is_told_of_as_that() -> None:
    lifted, read = look(kind=Kind.UNSHIELDED, ago=10 * MINUTE), look(ago=2 * MINUTE)
    [signal] = signals(LIFTED, dossier(lifted, read))
    assert signal.weight == 6.4
    assert set(signal.event_ids) == {lifted.event_id, read.event_id}


def test_a_shield_taken_off_on_request_is_the_work_of_the_day() -> None:
    lifted = explained(look(kind=Kind.UNSHIELDED, ago=10 * MINUTE))
    assert signals(LIFTED, dossier(lifted, look(ago=2 * MINUTE))) == []
    [alone] = signals(LIFTED, dossier(look(kind=Kind.UNSHIELDED, ago=10 * MINUTE)))
    assert alone.weight == 3.0
