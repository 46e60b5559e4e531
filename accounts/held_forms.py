"""A posted form kept in the session, encrypted, while its owner shows the second factor again.

A view says `@keeps_form` and fills its form from `posted_or_held(request)`; the middleware does the
rest. Passwords and files are not kept. A session that ends takes the form with it: a view whose
form must outlive it has a `hold_form` (see `records.views.searching`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from accounts import encryption
from accounts.http import Request

HELD = "held_form"
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "acting_grant"})

View = TypeVar("View", bound=Callable[..., Any])


def keeps_form(view: View) -> View:
    """Marks a view whose posted form is kept while its owner shows the second factor again."""
    view.keep_form = _keep  # type: ignore[attr-defined]  # read by accounts.middleware
    return view


def posted_or_held(request: Request) -> QueryDict | None:
    """What to bind the form with: this POST, what was held for this page (once), or nothing."""
    if request.method == "POST":
        return request.POST
    held = request.session.pop(HELD, None) if "held" in request.GET else None
    if held is None or held["path"] != request.path:
        return None
    posted = QueryDict(mutable=True)
    posted.update(MultiValueDict(json.loads(encryption.decrypt(held["posted"]))))
    return posted


def _keep(request: Request) -> str:
    """Keeps what was typed and says where to come back to."""
    posted = {
        name: values
        for name, values in request.POST.lists()
        if name not in NOT_KEPT and "password" not in name
    }
    request.session[HELD] = {
        "path": request.path,
        "posted": encryption.encrypt(json.dumps(posted)),
    }
    query = request.GET.copy()
    query["held"] = "1"
    return f"{request.path}?{query.urlencode()}"
