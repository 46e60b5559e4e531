"""Fills a database marked synthetic: people, places, services, children. May run repeatedly.

What is invented stands in the other modules of this package; here it is put in, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.acting import Acting, operator
from accounts.synthetic import is_synthetic
from audit.ledger.events import EventType
from audit.ledger.writer import append
from contactpoint.invented import places
from contactpoint.invented.bulk import load_in_bulk
from contactpoint.invented.children import World, children
from contactpoint.invented.copying import Profile
from contactpoint.invented.enrol import area_codes, enrol
from contactpoint.invented.involvements import involve
from contactpoint.invented.people import BRISTOL, LEEDS
from contactpoint.invented.room import require_room
from contactpoint.invented.services import make_services, make_teams
from contactpoint.invented.working import make_work, make_work_teams
from records.feeds import ImportRow, load_rows
from records.models import Involvement, Practice, School, SourceLink

DEMO_SOURCE = "invented-demo"
CHUNK = 50_000  # children loaded at a time; bounds memory
MANY = 5_000  # children from which a load has a gate of its own

Say = Callable[[str], None]


class NotSynthetic(Exception):
    """The database is not marked synthetic, so nothing invented may enter it."""


def require_synthetic() -> None:
    """Raises `NotSynthetic` unless the database was marked at its creation."""
    if not is_synthetic():
        raise NotSynthetic("This database is not marked synthetic: invented data stays out of it.")


def seed(number: int, say: Say) -> None:
    """Brings the demonstration up to `number` children, its people, places and services with them.

    `say` hears a line at every step. Children beyond `number` stay. Raises `NotSynthetic`.
    """
    require_synthetic()
    by = operator(None, None, "seed_demo")
    enrol(by)
    say("people and organisations are there")
    areas = area_codes()
    world = World("demo", timezone.localdate(), areas, busy=(LEEDS, BRISTOL))
    make_places(world)
    say("schools and practices are there")
    make_work_teams()
    _populate(world, number, say, by)
    make_work()
    say(f"{loaded(DEMO_SOURCE):,} children are there, and who works with them")


def links(source: str) -> QuerySet[SourceLink]:
    return SourceLink.objects.filter(source=source)


def loaded(source: str) -> int:
    """How many children of a world are in: they come in order, so the last one's number tells."""
    last = links(source).aggregate(last=Max("source_ref"))["last"]
    return int(last[1:]) + 1 if last else 0


def _populate(world: World, number: int, say: Say, by: Acting) -> None:
    """The missing children, then who works with them: each from where the last run ended."""
    services, teams = make_services(world.authorities), make_teams()
    start, uninvolved = loaded(DEMO_SOURCE), _involved()
    for first in range(min(start, uninvolved), number, CHUNK):
        rows = list(children(world, first, min(first + CHUNK, number)))
        missing = rows[max(0, start - first) :]
        if missing:
            load_rows(
                missing,
                source=DEMO_SOURCE,
                is_invented=True,
                reason="invented children for the demonstration",
                progress=told(say, max(start, first)),
                by=by,
            )
        with transaction.atomic():
            lonely = _by_record(rows[max(0, uninvolved - first) :])
            _record(involve(lonely, services, teams, world.today), by)


def _record(made: int, by: Acting) -> None:
    if made:
        append(
            EventType.COMMAND_RUN,
            actor=by.actor,
            detail={"command": "seed_demo", "synthetic": True, "created": made},
        )


def told(say: Say, start: int = 0, every: int = 5_000) -> Callable[[str, int], None]:
    """A `progress` for `load_rows` that says a line at every `every` children."""
    words = {"read": "invented", "index": "made searchable"}
    said: set[tuple[str, int]] = set()

    def progress(phase: str, done: int) -> None:
        if done and done % every == 0 and (phase, done) not in said:
            said.add((phase, done))
            say(f"{start + done:,} children {words.get(phase, phase)}")

    return progress


def make_places(world: World) -> None:
    """The schools and practices of a world. Running again changes nothing."""
    known_schools = set(School.objects.exclude(name="").values_list("urn", flat=True))
    known_practices = set(Practice.objects.exclude(name="").values_list("ods_code", flat=True))
    _make_schools(world.authorities, _all(places.school, world), known_schools)
    _make_practices(_all(places.practice, world), known_practices)


def _all(
    make: Callable[[int, int], places.InventedPlace], world: World
) -> list[places.InventedPlace]:
    return [
        make(area, serial)
        for area in range(len(world.authorities))
        for serial in range(world.places)
    ]


def _make_schools(
    authorities: Sequence[str], made: list[places.InventedPlace], known: set[str]
) -> None:
    School.objects.bulk_create(
        (
            School(
                urn=place.code,
                name=place.name,
                phone=place.phone,
                postcode=place.postcode,
                authority_id=authorities[place.area],
                is_invented=True,
            )
            for place in made
            if place.code not in known
        ),
        update_conflicts=True,
        unique_fields=["urn"],
        update_fields=["name", "phone", "postcode", "authority", "is_invented"],
    )


def _make_practices(made: list[places.InventedPlace], known: set[str]) -> None:
    Practice.objects.bulk_create(
        (
            Practice(
                ods_code=place.code,
                name=place.name,
                phone=place.phone,
                postcode=place.postcode,
                is_invented=True,
            )
            for place in made
            if place.code not in known
        ),
        update_conflicts=True,
        unique_fields=["ods_code"],
        update_fields=["name", "phone", "postcode", "is_invented"],
    )


def _involved() -> int:
    """The number of the first child that may still need involvements."""
    last = Involvement.objects.filter(
        service__is_invented=True, child__source_links__source=DEMO_SOURCE
    ).aggregate(last=Max("child__source_links__source_ref"))["last"]
    return int(last[1:]) + 1 if last else 0


def _by_record(rows: list[ImportRow]) -> dict[int, ImportRow]:
    if not rows:
        return {}
    refs = {row.source_ref: row for row in rows}
    known = links(DEMO_SOURCE).filter(
        source_ref__gte=rows[0].source_ref, source_ref__lte=rows[-1].source_ref
    )
    return {child_id: refs[ref] for ref, child_id in known.values_list("source_ref", "child_id")}


def load_england(number: int, seed_text: str, say: Say, profile: Profile = "full") -> None:
    """A whole invented England of `number` children, evenly spread.

    Continues where an earlier run ended; another seed is another England. `profile` "national" is
    what a search needs: child, names, date of birth, address, source and search row. Raises
    `NotSynthetic` and `NoRoom`.
    """
    require_synthetic()
    source = f"invented-{seed_text}"
    start = loaded(source)
    require_room(max(0, number - start), profile)
    world = World(seed_text, timezone.localdate(), area_codes(), places=places.MOST)
    make_places(world)
    say("schools and practices are there")
    if start < number:
        _load(world, source, start, number, profile, say)
    say(f"{loaded(source):,} children of {source} are there")


def _load(world: World, source: str, start: int, number: int, profile: Profile, say: Say) -> None:
    """A small load goes through the front door, as files do; a large one has a gate of its own."""
    by = operator(None, None, "load_demo_records")
    if profile == "full" and number - start < MANY:
        load_rows(
            children(world, start, number),
            source=source,
            is_invented=True,
            reason="an invented England for measuring and trying out",
            progress=told(say, start, every=50_000),
            by=by,
        )
        return
    load_in_bulk(world, source, start, number, profile, say)
    detail = {"command": "load_demo_records", "synthetic": True, "created": number - start}
    with transaction.atomic():
        append(EventType.COMMAND_RUN, actor=by.actor, detail=detail)
