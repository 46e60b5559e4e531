"""What every page knows: who acts, where they may go, whom to ring out of hours."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.http import Request
from accounts.policies import can
from accounts.roles import Permission
from accounts.signin.factors import has_shown_second_factor

# label, URL name, the permission that makes the entry appear (None: everybody signed in)
NAVIGATION: tuple[tuple[str, str, Permission | None], ...] = (
    ("Home", "accounts:home", None),
    ("Search", "records:search", Permission.SEARCH),
    ("My enquiries", "records:my-enquiries", Permission.SEARCH),
    ("Referrals", "records:referrals", Permission.RECEIVE_REFERRAL),
    ("From services", "records:service-messages", Permission.SEND_MESSAGE),
    ("For colleagues", "records:mediation", Permission.MEDIATE),
    ("House moves", "records:moves", Permission.ANSWER_MOVE),
    ("Services", "records:services", Permission.KEEP_SERVICES),
    ("Shields", "records:shields", Permission.REQUEST_SHIELD),
    ("Dashboard", "dashboards:local", Permission.READ_LOCAL_FIGURES),
    ("Dashboard", "dashboards:national", Permission.READ_NATIONAL_FIGURES),
    ("Investigations", "investigations:cases", Permission.INVESTIGATE),
    ("Detection", "detection:rules", Permission.GOVERN_DETECTION),
    ("Audit trail", "trail:events", Permission.READ_LOCAL_TRAIL),
    ("Audit trail", "trail:events", Permission.READ_WHOLE_TRAIL),
    ("People", "accounts:people", Permission.MANAGE_ACCOUNTS),
    ("Teams", "accounts:teams", Permission.KEEP_TEAMS),
    ("Sign-in help", "accounts:signin-help", Permission.MANAGE_ACCOUNTS),
    ("Applications", "accounts:applications", Permission.ACCREDIT),
    ("Organisations", "accounts:organisations", Permission.REGISTER_ORGANISATION),
    ("Accreditation", "accounts:own-accreditation", Permission.APPLY_FOR_ACCREDITATION),
    ("Directories", "accounts:identity-providers", Permission.KEEP_DIRECTORIES),
    ("Messages", "accounts:messages", Permission.MANAGE_ACCOUNTS),
    ("Your account", "accounts:your-account", None),
)


def page_facts(request: Request) -> dict[str, Any]:
    """Template context for every page; pages shown before the middleware ran get the anonymous
    version.
    """
    acting = getattr(request, "acting", None)
    return {
        "acting": acting,
        "grants": getattr(request, "grants", []),
        "navigation": _navigation(request) if acting and acting.user else [],
        "duty_phone": acting.duty_phone if acting else settings.NATIONAL_DUTY_PHONE,
        "national_duty_phone": settings.NATIONAL_DUTY_PHONE,
        "service_name": settings.SERVICE_NAME,
        "demo": settings.DEMO,
    }


def _navigation(request: Request) -> list[dict[str, Any]]:
    """Nothing before a second factor was shown: every entry would lead back to its set-up page."""
    if not has_shown_second_factor(request):
        return []
    return [
        {"label": label, "url": reverse(name), "active": request.path == reverse(name)}
        for label, name, permission in NAVIGATION
        if permission is None or can(request.acting, permission).allowed
    ]
