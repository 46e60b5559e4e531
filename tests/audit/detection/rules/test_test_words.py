"""R16: "just testing"."""

from audit.detection.rules.test_words import TEST_WORDS
from tests.audit.detection.dossiers import DAY, dossier, explained, look, signals


def test_somebody_who_tries_the_system_out_on_a_real_child_is_told_of() -> None:
    [signal] = signals(TEST_WORDS, dossier(look(test_words=True)))
    assert signal.weight > 3
    assert "test" in signal.sentence


def test_a_training_record_and_a_case_are_explained_and_a_duty_faintly() -> None:
    assert signals(TEST_WORDS, dossier(explained(look(test_words=True)))) == []
    [faint] = signals(TEST_WORDS, dossier(explained(look(test_words=True), level=1)))
    assert faint.weight == 1.0


def test_it_is_told_for_a_day_and_a_reason_that_says_more_is_no_test() -> None:
    assert signals(TEST_WORDS, dossier(look(test_words=True, ago=2 * DAY), look())) == []
    assert signals(TEST_WORDS, dossier(look(test_words=False))) == []
