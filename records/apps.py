"""Django's handle on the app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import ports
        from records import waiting
        from records.enquiries import count_open

        ports.open_enquiries.fill(count_open)
        ports.work_waiting.fill(waiting.work_waiting)
        ports.unconfirmed_work.fill(waiting.unconfirmed_work)
