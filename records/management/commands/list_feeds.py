"""`./manage.py list_feeds`: every kind of file that can be loaded, its columns, what came."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from records.feeds.read import COLUMNS
from records.feeds.work import FEEDS, received


class Command(BaseCommand):
    help = "Lists every feed: its columns, and from which sources how much came, and when last."

    def handle(self, *args: Any, **options: Any) -> None:
        came: dict[str, list[str]] = {}
        for each in received():
            last = (
                timezone.localtime(each.last_at).strftime("%Y-%m-%d %H:%M") if each.last_at else ""
            )
            came.setdefault(each.feed, []).append(f"{each.source}: {each.rows:,} rows, last {last}")
        self._feed("children", "Child records", "import_records FILE.csv", came)
        self.stdout.write(f"    columns: {', '.join(sorted(COLUMNS))}")
        for feed in FEEDS.values():
            self._feed(feed.name, feed.title, f"import_feed {feed.name} FILE.csv", came)
            self.stdout.write("    source_ref (needed): the source's own reference, once a file")
            for name, column in feed.columns.items():
                needed = " (needed)" if column.required else ""
                self.stdout.write(f"    {name}{needed}: {column.about}")

    def _feed(self, name: str, title: str, command: str, came: dict[str, list[str]]) -> None:
        self.stdout.write(f"{name}: {title}")
        self.stdout.write(f"    ./manage.py {command} --source NAME")
        for line in came.get(name, ["nothing has come yet"]):
            self.stdout.write(f"    {line}")
