"""`evaluate_search`: how many known children a file of queries finds, and how fast."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.synthetic import is_synthetic
from records.search.evaluate import Evaluation, evaluate
from records.search.queries import BadQueries, read_queries

SHARES = {
    "recall_at_1": "Recall, first result",
    "recall_at_10": "Recall, first ten",
    "refused_share": "Refused",
    "false_match_share": "Absent children shown as strong",
}
MILLISECONDS = {"ms_p50": "p50", "ms_p95": "p95", "ms_p99": "p99"}
CANDIDATES = {"candidates_p50": "p50", "candidates_p95": "p95"}


class Command(BaseCommand):
    help = "Measure the search on a CSV file of queries (synthetic databases only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queries", type=Path, metavar="QUERIES.csv")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 2: a database of real children, or no such file; exit 1: a file not understood."""
        if not is_synthetic():
            raise CommandError(
                "This database is not marked synthetic; children who exist are not searched for"
                " measurement.",
                returncode=2,
            )
        path: Path = options["queries"]
        try:
            with path.open("rb") as file:
                found = evaluate(read_queries(file))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        except BadQueries as bad:
            raise CommandError(f"{path}: {bad}", returncode=1) from None
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        else:
            self._tell(found)

    def _tell(self, found: Evaluation) -> None:
        figures = asdict(found)
        self.stdout.write(
            f"{found.queries:,} queries: {found.expecting_a_child:,} for a child who is in the"
            f" index, {found.expecting_nobody:,} for one who is not"
        )
        if found.unknown_references:
            self.stdout.write(
                f"{found.unknown_references:,} references belong to no record: counted as not found"
            )
        for name, words in SHARES.items():
            self.stdout.write(f"{words:<32} {_or_nothing(figures[name], '.1%'):>8}")
        self.stdout.write(f"{'Milliseconds':<32} {_line(figures, MILLISECONDS, '.2f')}")
        self.stdout.write(f"{'Candidates':<32} {_line(figures, CANDIDATES, '.0f')}")


def _line(figures: dict[str, Any], names: dict[str, str], form: str) -> str:
    return "   ".join(f"{word} {_or_nothing(figures[key], form)}" for key, word in names.items())


def _or_nothing(value: float | None, form: str) -> str:
    return "none" if value is None else format(value, form)
