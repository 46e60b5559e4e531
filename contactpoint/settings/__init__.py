"""Settings by concern, safe by default. The environment supplies what differs, or we fail loudly.

`CONTACTPOINT_PRODUCTION=1` (baked into the Dockerfile) switches the embedded servers off and makes
`contactpoint/checks.py` refuse weak settings. See `.env.example` for every variable.
"""

from contactpoint.settings.base import *
from contactpoint.settings.data import *
from contactpoint.settings.headers import *
from contactpoint.settings.operator_logs import *
from contactpoint.settings.signing_in import *
