"""gunicorn's configuration in the demo (`--config python:contactpoint.embedded.web`).

Production has a command of its own, in the Dockerfile.
"""

import os
from typing import Any

from contactpoint.embedded.children import die_with_parent

wsgi_app = "contactpoint.wsgi"
worker_class = "gthread"
workers = 2
threads = 4
preload_app = True  # loaded once, not once a worker: the demo starts sooner
graceful_timeout = 2
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn unlinks it at once


def post_fork(server: Any, worker: Any) -> None:
    """A worker dies with gunicorn's own process, even if that one was killed."""
    die_with_parent(server.pid)
