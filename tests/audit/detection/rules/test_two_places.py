"""R12: in Newcastle and in Plymouth at once."""

from datetime import timedelta

from audit.detection.looks import Place
from audit.detection.rules.two_places import TWO_PLACES, distance
from tests.audit.detection.dossiers import HOUR, dossier, explained, look, signals

NEWCASTLE, PLYMOUTH, GATESHEAD, VPN = 1, 2, 3, 4
PLACES = {
    NEWCASTLE: Place(54.97, -1.61),
    PLYMOUTH: Place(50.37, -4.14),
    GATESHEAD: Place(54.95, -1.60),
}
MINUTES = timedelta(minutes=1)


def at(network: int, ago: timedelta, **more):
    return look(network=network, ago=ago, session=b"s", **more)


def test_one_account_at_two_ends_of_the_country_within_minutes_is_told_of() -> None:
    here, there = explained(at(NEWCASTLE, 20 * MINUTES)), at(PLYMOUTH, 5 * MINUTES)
    [signal] = signals(TWO_PLACES, dossier(here, there, places=PLACES))
    assert signal.weight == 7.6
    assert "within 15 minutes" in signal.sentence
    assert {here.event_id, there.event_id} <= set(signal.event_ids)


def test_a_train_journey_later_it_is_one_person() -> None:
    found = dossier(at(NEWCASTLE, 9 * HOUR), at(PLYMOUTH, 0 * HOUR), places=PLACES)
    assert signals(TWO_PLACES, found) == []


def test_the_office_across_the_river_is_near() -> None:
    found = dossier(at(NEWCASTLE, 5 * MINUTES), at(GATESHEAD, 1 * MINUTES), places=PLACES)
    assert signals(TWO_PLACES, found) == []


def test_a_vpn_is_nowhere() -> None:
    found = dossier(at(NEWCASTLE, 5 * MINUTES), at(VPN, 1 * MINUTES), places=PLACES)
    assert signals(TWO_PLACES, found) == []


def test_distances_are_those_of_the_earth() -> None:
    assert 535 < distance(PLACES[NEWCASTLE], PLACES[PLYMOUTH]) < 545
