"""Private servers for a benchmark, thrown away afterwards. What is measured on them is not here."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contactpoint.embedded.servers import Servers, open_own_state

SETTINGS = {
    "shared_buffers": "8GB",  # the national search table and its indexes, twice
    "huge_pages": "try",  # as a server of this size should: docs/runbooks/install.md
    "io_method": "sync",  # two processors are too few for reading through worker processes
    "max_wal_size": "8GB",
    "max_parallel_maintenance_workers": "2",
}
DEBIAN = Path("/usr/lib/postgresql/15/bin")  # the bundled server has no pg_trgm
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@contextmanager
def own_servers() -> Iterator[None]:
    """PostgreSQL and Valkey with empty tables; Django is set up to use them."""
    with tempfile.TemporaryDirectory(prefix="cp-bench-") as name:
        Path(name).chmod(0o711)  # for root: PostgreSQL runs as another account
        state = open_own_state(Path(name, "state"))
        with state.held("benchmarks"):
            servers = Servers(state, settings=SETTINGS)
            servers.start()
            try:
                _set_up(servers.environment())
                yield
            finally:
                servers.stop()


def _set_up(environment: dict[str, str]) -> None:
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="contactpoint.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def postgres_with_contrib() -> Iterator[str | None]:
    """The socket folder of a PostgreSQL 15 of Debian with pg_trgm; None where there is none."""
    if not (DEBIAN / "postgres").exists() or not shutil.which("setpriv"):
        yield None
        return
    account = NOBODY if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="cp-trgm-") as name:
        if account:
            os.chown(name, 65534, 65534)
        command = [*account, str(DEBIAN / "initdb"), "-D", f"{name}/data", "-U", "bench", "-A"]
        subprocess.run([*command, "trust", "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL)
        options = f"-k {name} -c listen_addresses= -c shared_buffers=1GB -c jit=off"
        control = [*account, str(DEBIAN / "pg_ctl"), "-D", f"{name}/data", "-w", "-s"]
        subprocess.run([*control, "-o", options, "-l", f"{name}/log", "start"], check=True)
        try:
            yield name
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True)
