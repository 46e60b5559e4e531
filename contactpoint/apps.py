"""Loads the start-up checks and the Celery app; this app exists for them and for its commands."""

from django.apps import AppConfig


class ContactPointConfig(AppConfig):
    name = "contactpoint"

    def ready(self) -> None:
        # Registers the checks; makes our Celery app the one that the web's tasks and health use.
        from contactpoint import celery, checks  # noqa: F401
