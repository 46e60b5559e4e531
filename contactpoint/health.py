"""Two answers for the machines that watch us: the process lives; it can do its work."""

from collections.abc import Callable
from dataclasses import asdict

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from audit.ledger.partitions import months_ahead
from audit.ledger.state import ledger_state
from contactpoint.alarms import alarms


@login_not_required
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "live"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when database, cache, broker and this month's and next month's event partitions are
    there; else 503.
    """
    results = {name: _works(check) for name, check in CHECKS.items()}
    ok = all(results.values())
    body = {"status": "ready" if ok else "not ready", "checks": results}
    return JsonResponse(body, status=200 if ok else 503)


@login_not_required
@require_safe
def ledger(request: HttpRequest) -> JsonResponse:
    """200 when nothing is wrong with sealing, witnessing, verifying and scheduled work; else 503
    with the alarms in words. Codes, sizes and times only.
    """
    try:
        state, wrong = ledger_state(), alarms()
    except Exception:  # noqa: BLE001  whatever went wrong, nobody can say that all is well
        return JsonResponse({"status": "unknown"}, status=503)
    body = {
        "status": "alarm" if wrong else "good",
        "alarms": [asdict(alarm) for alarm in wrong],
        "sealed": state.size,
        "witnessed": state.witnessed_size,
        "note": "A witness on the same machine proves the mechanism, not independence.",
    }
    return JsonResponse(body, status=503 if wrong else 200)


def _works(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001  whatever went wrong, the answer is "not ready"
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _cache() -> bool:
    cache.set("health", "1", 10)
    return bool(cache.get("health") == "1")


def _broker() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        return True


def _partitions() -> bool:
    return months_ahead() >= 1


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "event partitions": _partitions,
}
