"""R05: who lives where one used to live."""

from audit.detection.rules.former_home import FORMER_HOME
from tests.audit.detection.dossiers import DAY, dossier, explained, look, signals


def test_a_father_who_looks_up_the_home_he_left_is_told_of_for_a_week() -> None:
    [signal] = signals(FORMER_HOME, dossier(look(former_household=True), look(ago=DAY)))
    assert signal.weight > 3
    old = look(former_household=True, ago=8 * DAY)
    assert signals(FORMER_HOME, dossier(old, look())) == []


def test_the_next_tenants_child_as_a_case_is_explained() -> None:
    assert signals(FORMER_HOME, dossier(explained(look(former_household=True)))) == []
