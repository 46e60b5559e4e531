"""What is taken away is gone at the very next request, whichever process answers it.

A few tries against two real web processes; `make soak` makes 1,000
(`benchmarks/next_request.py`).
"""

import os
from urllib.parse import urlsplit

import pytest
from django.db import connections

from tests.next_request import measure, web_processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
TRIES = 21


def on_the_test_database():
    """This run's environment, with every database address on the database of the test."""
    name = connections["default"].settings_dict["NAME"]
    return {
        variable: urlsplit(value)._replace(path=f"/{name}").geturl()
        if variable.startswith("DATABASE_") and variable.endswith("URL")
        else value
        for variable, value in os.environ.items()
    }


def test_two_web_processes_stop_a_person_at_the_next_request():
    with web_processes(on_the_test_database()) as ports:
        found = measure(ports, TRIES)
    assert found.tries == {"suspended": 7, "role revoked": 7, "accreditation withdrawn": 7}
    assert found.unready.total() == 0
    assert found.late.total() == 0
