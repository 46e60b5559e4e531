"""`install_central_body`: the first command of a new system, once. Founds the central body and
invites two people.

Both become central team members; the second is accreditation officer too, so that authorities and
partners can be accredited. They finish the rest of the system together: neither acts on their own
account. The founding accreditation runs ten years by default, since nobody outside the body exists
who could renew it sooner.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts.acting import installer
from accounts.actions import AlreadyInstalled, Invited, NewPerson, install_central_body
from accounts.synthetic import is_synthetic

TEN_YEARS = timedelta(days=3652)
PERSON = ("EMAIL", "GIVEN_NAME", "FAMILY_NAME", "WORK_PHONE")


class Command(BaseCommand):
    help = "Founds the central body with two named people, by invitation. Runs once, ever."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="name of the central body")
        parser.add_argument("--duty-phone", required=True, help="its out-of-hours number")
        parser.add_argument(
            "--evidence", required=True, help="reference of the founding decision; no free text"
        )
        parser.add_argument("--valid-until", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--first", required=True, nargs=4, metavar=PERSON)
        parser.add_argument("--second", required=True, nargs=4, metavar=PERSON)
        parser.add_argument(
            "--site", default="http://localhost:8000", help="address of the site, for the links"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        first, second = _person(options["first"]), _person(options["second"])
        if first.email == second.email:
            raise CommandError("Name two different people.", returncode=2)
        today = timezone.localdate()
        try:
            invited = install_central_body(
                name=options["name"],
                duty_phone=options["duty_phone"],
                evidence=options["evidence"],
                valid_from=today,
                valid_until=options["valid_until"] or today + TEN_YEARS,
                founders=(first, second),
                is_invented=is_synthetic(),
                by=installer(),
            )
        except (AlreadyInstalled, IntegrityError):
            raise CommandError(
                "This system was installed before. Nothing was changed.", returncode=1
            ) from None
        self._show(invited, options["site"].rstrip("/"))

    def _show(self, invited: list[Invited], site: str) -> None:
        self.stdout.write("Installed. Hand each person their link; they are shown only now.")
        for one in invited:
            link = reverse("accounts:invitation", args=[one.token])
            self.stdout.write(f"  {one.user.full_name}: {site}{link}")
        self.stdout.write("Read each person their code over the telephone; never send it.")
        for one in invited:
            self.stdout.write(f"  {one.user.full_name}: code {one.code}")
        self.stdout.write(f"Each works once, within {settings.INVITATION_HOURS} hours.")
        self.stdout.write("Then the two confirm each other: see docs/runbooks/install.md")


def _person(given: list[str]) -> NewPerson:
    email, given_name, family_name, work_phone = (part.strip() for part in given)
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError("One of the e-mail addresses is not one.", returncode=2) from None
    return NewPerson(email.lower(), given_name, family_name, work_phone)
