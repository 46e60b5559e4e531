"""Each rule fires on what it is there for, and keeps silent on its innocent twin."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from audit.detection.looks import Seen, Viewer
from audit.detection.rules import RULES
from audit.detection.score import ALERT, reasons, score
from records.explanations import Code, Explanation

BY_CODE = {rule.code: rule for rule in RULES}
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOMEBODY = Viewer(1, surname_share=0.0001, is_home_held=True)
SMITH = Viewer(1, surname_share=0.012, is_home_held=True)
INVOLVED = Explanation(Code.OWN_INVOLVEMENT, 2, "You work with this child.")
ON_DUTY = Explanation(Code.DUTY, 1, "You were on duty.")


def look(*explanations: Explanation, **facts: object) -> Seen:
    return Seen(7, 1, 100, NOW, b"session", None, {"v": 2, **facts}, explanations)


def weights(seen: Seen, viewer: Viewer = SOMEBODY) -> dict[str, float]:
    return {
        rule.code: signal.weight
        for rule in RULES
        if (signal := rule.judge(seen, viewer)) is not None
    }


def alerts(seen: Seen, viewer: Viewer = SOMEBODY) -> bool:
    signals = [signal for rule in RULES if (signal := rule.judge(seen, viewer)) is not None]
    return score(signals) >= ALERT


@pytest.mark.parametrize(
    ("code", "fires", "twin"),
    [
        ("R01", look(same_household=True), look(same_household=False)),
        ("R02", look(same_surname=True), look(INVOLVED, same_surname=True)),
        ("R03", look(same_postcode=True), look(same_postcode=True, same_household=True)),
        ("R04", look(colleague_household=True), look(INVOLVED, colleague_household=True)),
        ("R05", look(former_household=True), look(ON_DUTY, former_household=True)),
        ("R16", look(test_words=True), look(INVOLVED, test_words=True)),
        ("R20", look(), look(ON_DUTY)),
    ],
)
def test_a_rule_fires_on_its_case_and_not_on_the_twin(code: str, fires: Seen, twin: Seen) -> None:
    assert code in weights(fires)
    assert code not in weights(twin)


def test_every_rule_has_a_case_here_a_docstring_and_a_sentence() -> None:
    assert set(BY_CODE) == {"R01", "R02", "R03", "R04", "R05", "R16", "R20"}
    for rule in RULES:
        assert rule.sentence.endswith(".")


def test_the_own_home_alerts_without_a_reason_and_not_with_one() -> None:
    assert alerts(look(same_household=True))
    assert not alerts(look(INVOLVED, same_household=True))
    assert weights(look(INVOLVED, same_household=True)) == {"R01": 5.0}


def test_a_rare_name_alerts_and_smith_does_not() -> None:
    assert alerts(look(same_surname=True))
    assert not alerts(look(same_surname=True), SMITH)


def test_a_look_without_a_reason_alone_alerts_nobody() -> None:
    assert weights(look()) == {"R20": 1.0}
    assert not alerts(look())


def test_the_own_patch_alone_alerts_nobody_nor_does_a_colleagues_home_alone() -> None:
    assert not alerts(look(same_postcode=True))
    assert not alerts(look(colleague_household=True))


def test_who_opens_one_record_again_and_again_gives_one_reason_and_not_five() -> None:
    seen = look(same_postcode=True, colleague_household=False)
    signals = [signal for rule in RULES if (signal := rule.judge(seen, SOMEBODY)) is not None]
    assert score(signals * 5) == score(signals) < ALERT
    elsewhere = [replace(signal, child=n) for n in range(3) for signal in signals]
    assert score(elsewhere) > score(signals)


def test_trying_the_system_out_on_a_real_child_alerts() -> None:
    assert alerts(look(test_words=True))
    assert not alerts(look(ON_DUTY, test_words=True))


def test_what_is_not_known_says_nothing() -> None:
    assert weights(look(same_household=None, same_surname=None)) == {"R20": 1.0}


def test_signals_of_one_family_are_not_counted_in_full_twice() -> None:
    both = look(same_household=True, same_surname=True)
    signals = [signal for rule in RULES if (signal := rule.judge(both, SOMEBODY)) is not None]
    single = [signal for signal in signals if signal.rule != "R02"]
    assert score(single) < score(signals) <= score(single) + 3.0


def test_the_strongest_sentence_comes_first_and_none_twice() -> None:
    seen = look(same_household=True, same_surname=True)
    signals = [signal for rule in RULES if (signal := rule.judge(seen, SOMEBODY)) is not None]
    said = reasons([*signals, *signals])
    assert said[0] == BY_CODE["R01"].sentence
    assert len(said) == len(set(said)) == 3
