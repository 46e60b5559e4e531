"""Django's handle on the app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import ports
        from audit.investigations.actions import give_back_to, suspend_for_one_reason
        from audit.investigations.waiting import cases_waiting

        ports.cases_waiting.fill(cases_waiting)
        ports.give_back.fill(give_back_to)
        ports.suspend.fill(suspend_for_one_reason)
