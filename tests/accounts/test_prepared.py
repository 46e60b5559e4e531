"""What is kept of a prepared question is its text: every answer is the one of this moment."""

import pytest
from django.db import connection

from accounts.models import User
from accounts.prepared import Prepared
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def by_id():
    return Prepared(
        "test_user_by_id",
        lambda pk: User.objects.select_related("employer__parent").filter(pk=pk),
        int,
    )


def test_a_changed_account_is_seen_as_it_is_now(by_id):
    user = UserFactory(given_name="Asha")
    assert [found.given_name for found in by_id.ask(user.pk)] == ["Asha"]
    User.objects.filter(pk=user.pk).update(given_name="Aisha")
    assert [found.given_name for found in by_id.ask(user.pk)] == ["Aisha"]


def test_nobody_is_taken_for_another(by_id):
    first, second = UserFactory(), UserFactory()
    assert [found.pk for found in by_id.ask(first.pk)] == [first.pk]
    assert [found.pk for found in by_id.ask(second.pk)] == [second.pk]
    assert by_id.ask(second.pk + 1) == []


def test_the_answer_comes_with_the_rows_beside_it_in_one_statement(
    by_id, django_assert_num_queries
):
    user = UserFactory()
    by_id.ask(user.pk)
    with django_assert_num_queries(1):
        assert by_id.ask(user.pk)[0].employer.parent == user.employer.parent


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_lost_is_told_again(by_id):
    user = UserFactory()
    by_id.ask(user.pk)
    connection.close()
    assert [found.pk for found in by_id.ask(user.pk)] == [user.pk]


def test_a_typed_text_is_a_value_and_never_sql():
    named = Prepared("test_user_by_name", lambda name: User.objects.filter(given_name=name), str)
    user = UserFactory(given_name="O'Neill); DROP TABLE accounts_user; --")
    assert [found.pk for found in named.ask(user.given_name)] == [user.pk]
    assert named.ask("100% $1") == []


def test_a_question_that_forgets_a_parameter_is_refused():
    forgetful = Prepared("test_forgetful", lambda pk, name: User.objects.filter(pk=pk), int, str)
    with pytest.raises(TypeError, match="test_forgetful does not compare"):
        forgetful.ask(1, "Asha")
