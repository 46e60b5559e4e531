"""The web process. It never starts servers of its own."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contactpoint.settings")
application = get_wsgi_application()

from contactpoint.checks import refuse_weak_production  # noqa: E402  models must be loaded first

refuse_weak_production()
