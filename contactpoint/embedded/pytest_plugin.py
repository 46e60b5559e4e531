"""Servers for the test run, up before Django's settings load. Fixtures do not belong here.

Loaded by `-p` in `addopts`. If DATABASE_OWNER_URL is given, by hand or by the process that started
an xdist worker, nothing is started.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contactpoint.embedded.binaries import server_account
from contactpoint.embedded.servers import Servers
from contactpoint.embedded.state import State, fresh_secret, make_temp_folder, open_state


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before any other plug-in's turn, pytest-django's above all, which loads the settings."""
    if "DATABASE_OWNER_URL" in os.environ:
        for name in ("SECRET_KEY", "FIELD_KEY"):
            os.environ.setdefault(name, fresh_secret(name))
        _own_cache_in_worker()
    else:
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        _start(stack)
    return (yield)


def _start(stack: ExitStack) -> None:
    state = _temporary_state(stack)
    servers = Servers(state, for_tests=True)
    stack.callback(servers.stop)
    servers.start()
    environment = servers.environment()
    os.environ.update(environment)
    stack.callback(_forget, list(environment))


def _temporary_state(stack: ExitStack) -> State:
    folder = make_temp_folder("cp-test-", None, None)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    state = open_state(folder, server_account())
    stack.enter_context(state.held("pytest"))
    return state


def _forget(names: list[str]) -> None:
    for name in names:
        os.environ.pop(name, None)


def _own_cache_in_worker() -> None:
    """Give an xdist worker its own Valkey databases: `cache.clear()` empties a whole one."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    url, _, database = os.environ.get("REDIS_URL", "").partition("?db=")
    if not worker or not database or not url.startswith("unix://"):
        return
    number = 2 * (int(worker.removeprefix("gw")) + 1)
    os.environ["REDIS_URL"] = f"{url}?db={number}"
    os.environ["BROKER_URL"] = f"redis+socket{url.removeprefix('unix')}?virtual_host={number + 1}"
