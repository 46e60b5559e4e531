"""The pages of last resort say what happened and what to do, and need no database to say it."""

import pytest
from django.test import Client, RequestFactory

from accounts.views.errors import server_error


@pytest.mark.django_db
def test_a_form_that_was_open_too_long_says_that_nothing_is_lost():
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@b.example"})
    assert response.status_code == 403
    assert "Your form was open too long" in response.content.decode()


def test_the_error_page_names_the_duty_desk_without_asking_the_database(settings):
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert settings.NATIONAL_DUTY_PHONE in response.content.decode()
