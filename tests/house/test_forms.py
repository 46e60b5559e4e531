"""Every form that posts carries the role it was shown under; posted under another it is refused."""

from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.urls import resolve

from tests.house.pages import NO_PAGES, PAGES, World, build_world

# They act under no role: one may always leave, and showing a factor only says who somebody is.
UNDER_NO_ROLE = {
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


class Forms(HTMLParser):
    """The forms of a page that post: where to, and the fields they carry."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._open = False

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = given.get("method", "get").lower() == "post"
            if self._open:
                self.found.append((given.get("action", ""), {}))
        elif self._open and given.get("name"):
            self.found[-1][1][given["name"]] = given.get("value", "")


def forms_of(html: str) -> list[tuple[str, dict[str, str]]]:
    parser = Forms()
    parser.feed(html)
    return parser.found


@pytest.fixture
def world(transactional_db) -> World:
    cache.clear()
    return build_world()


def test_every_form_carries_the_role_it_was_shown_under(world):
    """In a template beside `csrf_token`: `{% include "components/acting_grant.html" %}`."""
    seen, faults = 0, []
    for name, sample in PAGES.items():
        path = sample.path(world)
        response = world.clients[sample.who].get(path)
        acting = getattr(response.context and response.context.get("acting"), "grant", None)
        if acting is None:
            continue  # nobody, or somebody without a role
        for action, fields in forms_of(response.content.decode()):
            if resolve(action or path.partition("?")[0]).view_name in UNDER_NO_ROLE:
                continue
            seen += 1
            if fields.get("acting_grant") != str(acting.pk):
                faults.append(f"{name}: the form that posts to {action or 'itself'}")
    assert faults == []
    assert seen >= 10


def test_a_form_posted_under_another_role_is_refused_at_every_address(world):
    client = world.clients["practitioner"]
    for name, sample in PAGES.items():
        if sample.who == "practitioner":
            answer = client.post(sample.path(world), {"acting_grant": "0"})
            assert answer.status_code == 403, name
            assert "another window" in answer.content.decode(), name


def test_addresses_that_act_under_no_role_exist():
    assert set(PAGES) | set(NO_PAGES) >= UNDER_NO_ROLE
