"""What is written down: lines of the log, and the rows of the tables. Times are whole seconds from
the world's first midnight.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.worlds.parameters import World
from tests.worlds.places import Child
from tests.worlds.staff import Person

DAY, HOUR, MINUTE = 86_400, 3_600, 60


@dataclass(slots=True)
class Sitting:
    """A person at a screen: when it is, where, and under what purpose."""

    person: Person
    clock: int
    network: str
    session: str
    on_behalf_of: str | None = None
    code: str = "CASE"
    text: str = ""


@dataclass(slots=True)
class Diary:
    """The log and the tables of one world, as they come about."""

    world: World
    random: Random
    events: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    sittings: int = 0
    traced: int = 0  # honest look-ups whose cause was on record
    looks: int = 0  # honest look-ups

    def sit_down(self, person: Person, clock: int, network: str = "") -> Sitting:
        """Signs in."""
        self.sittings += 1
        at = Sitting(person, clock, network or person.network, f"s{self.sittings:06d}")
        self._line(at, "login")
        return at

    def leave(self, at: Sitting) -> None:
        """Signs out, if people remember to."""
        if self.random.random() < 0.5:
            self._line(at, "logout")

    def search(self, at: Sitting, child: Child, fields: str = "surname forename dob") -> str:
        """Searches for a child by some of its facts."""
        held = {
            "surname": child.surname,
            "forename": child.forename,
            "dob": child.born,
            "postcode": child.home.postcode,
            "house": child.home.house,
        }
        criteria = {name: held[name] for name in fields.split()}
        hits = 1 if "dob" in criteria else self.random.randint(1, 9)
        if self.random.random() < 0.15:
            hits += self.random.randint(1, 4)
        return self.search_for(at, criteria, hits)

    def search_for(self, at: Sitting, criteria: dict[str, str], hits: int) -> str:
        """Searches by exactly these criteria."""
        return self._line(at, "search", criteria=criteria, result_count=hits)

    def see(self, at: Sitting, child: Child, action: str = "view") -> str:
        """Opens, prints or does something else with a record."""
        return self._line(at, action, record_id=child.id)

    def row(self, table: str, **cells: Any) -> None:
        self.tables[table].append(cells)

    def _line(self, at: Sitting, action: str, **more: Any) -> str:
        at.clock += self.random.randint(4, 40)
        number = f"e{len(self.events):08d}"
        delay = self.random.randint(0, 2)
        if self.world.late and self.random.random() < self.world.late:
            delay = self.random.randint(HOUR, DAY)
        said = action in {"login", "logout"}
        self.events.append(
            {
                "event_id": number,
                "occurred_at": at.clock,
                "recorded_at": at.clock + delay,
                "actor_id": at.person.id,
                "actor_org": at.person.organisation,
                "actor_role": at.person.role.name,
                "on_behalf_of": at.on_behalf_of,
                "action": action,
                "criteria": None,
                "result_count": None,
                "record_id": None,
                "reason_code": "" if said else at.code,
                "reason_text": "" if said else at.text,
                "source_network": at.network,
                "session_id": at.session,
                **more,
            }
        )
        return number
