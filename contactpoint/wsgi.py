"""The web process. It never starts servers of its own."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")
application = get_wsgi_application()

from contactpoint.checks import refuse_weak_production  # noqa: E402  models must be loaded first

refuse_weak_production()
get_resolver().url_patterns  # noqa: B018 - reading it loads the pages; else the first visitor waits

# All this stays until the process ends. The collector need not walk it again and again, which would
# hold up whoever searches meanwhile; workers forked from here share its memory for longer.
gc.collect()
gc.freeze()
