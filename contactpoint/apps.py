"""Loads the start-up checks; this app exists for them and for its management commands."""

from django.apps import AppConfig


class ContactPointConfig(AppConfig):
    name = "contactpoint"

    def ready(self) -> None:
        from contactpoint import checks  # noqa: F401  registers them
