"""`explain_search`: tells in words how a search is answered. Only where children are invented."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.synthetic import is_synthetic
from records.search import SearchTerms, TypedDate
from records.search.explain import explain

WRITE_A_DATE = "--born is written YYYY, YYYY-MM or YYYY-MM-DD, such as 2015-03-14."


class Command(BaseCommand):
    help = "Tell in words how a search is answered (synthetic databases only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("given_name", help='given name, or "" for none')
        parser.add_argument("family_name", help='family name, or "" for none')
        parser.add_argument("--born", default="", metavar="YYYY[-MM-DD]", help="date of birth")
        parser.add_argument("--age-from", type=int)
        parser.add_argument("--age-to", type=int)
        parser.add_argument("--sex", default="", choices=["", "F", "M"])
        parser.add_argument("--postcode", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_synthetic():
            raise CommandError("This database is not marked synthetic.", returncode=2)
        terms = SearchTerms(
            given_name=options["given_name"],
            family_name=options["family_name"],
            date_of_birth=_typed_date(options["born"]),
            age_from=options["age_from"],
            age_to=options["age_to"],
            sex=options["sex"],
            postcode=options["postcode"],
        )
        for line in explain(terms, timezone.localdate()):
            self.stdout.write(line)


def _typed_date(text: str) -> TypedDate | None:
    """A date as typed; not checked against the calendar, as in the site's form."""
    if not text:
        return None
    try:
        year, month, day = (*map(int, text.split("-")), None, None)[:3]
    except ValueError as error:
        raise CommandError(WRITE_A_DATE, returncode=2) from error
    if year is None:
        raise CommandError(WRITE_A_DATE, returncode=2)
    return TypedDate(year, month, day)
