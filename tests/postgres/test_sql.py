"""The one way to run SQL: values in and out, and errors of the database as errors of the product."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, transaction

from project.api.errors import Conflict, ErrorCode, NotReady, TooManyRequests
from project.postgres import sql
from project.postgres.errors import CONSTRAINTS, RAISED, StaleClaim


def raising(state: str, message: str = "No.", detail: str = "") -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{message}', DETAIL = '{detail}'; END $$"


def test_rows_are_dictionaries_by_column_name():
    assert sql.rows("SELECT n, n * 2 AS double FROM generate_series(1, 2) n") == [
        {"n": 1, "double": 2},
        {"n": 2, "double": 4},
    ]


def test_json_comes_back_decoded_and_numbers_exact():
    found = sql.row("SELECT '{\"a\": [1]}'::jsonb AS document, null::jsonb AS nothing, 1.10::numeric AS amount")
    assert found == {"document": {"a": [1]}, "nothing": None, "amount": Decimal("1.10")}


def test_dictionaries_are_passed_as_jsonb():
    assert sql.value("SELECT %s -> 'a'", [{"a": 1}]) == 1


def test_a_percent_sign_needs_no_doubling_without_parameters():
    assert sql.value("SELECT 'x' LIKE '%'") is True


def test_no_row_gives_none():
    assert sql.row("SELECT 1 WHERE false") is None
    assert sql.value("SELECT 1 WHERE false") is None


def test_execute_counts_the_rows_it_touched():
    assert sql.execute("UPDATE auth_group SET name = name") == Group.objects.count()


def test_routines_are_called_by_their_full_name():
    assert sql.routine_value("pg_catalog.lower", "ABC") == "abc"
    assert sql.routine("pg_catalog.generate_series", 1, 2) == [{"generate_series": 1}, {"generate_series": 2}]


def test_a_raised_error_carries_code_message_and_details():
    with pytest.raises(TooManyRequests) as caught:
        sql.execute(raising("TU301", "Wait 3 seconds.", '{"retry_after": 3}'))
    assert caught.value.code == ErrorCode.RATE_LIMIT_EXCEEDED
    assert caught.value.message == "Wait 3 seconds."
    assert caught.value.details == {"retry_after": 3}


def test_a_stale_claim_is_an_error_of_its_own():
    with pytest.raises(StaleClaim) as caught:
        sql.execute(raising("TU001"))
    assert caught.value.status == 409


@pytest.mark.parametrize("state", sorted(RAISED))
def test_every_state_of_the_table_is_raised_as_its_exception(state):
    kind, code = RAISED[state]
    with pytest.raises(kind) as caught:
        sql.execute(raising(state))
    assert caught.value.code == code


def test_a_known_constraint_has_its_own_message(monkeypatch):
    monkeypatch.setitem(CONSTRAINTS, "auth_group_name_key", (Conflict, ErrorCode.CONFLICT, "There is such a group."))
    Group.objects.create(name="twice")
    with pytest.raises(Conflict, match="There is such a group"):
        sql.execute("INSERT INTO auth_group (name) VALUES ('twice')")


def test_an_unknown_error_is_not_dressed_up():
    with pytest.raises(DatabaseError):
        sql.execute(raising("TU099"))


def test_a_lock_that_is_not_granted_in_time_says_try_again():
    with transaction.atomic(), pytest.raises(NotReady) as caught:
        sql.execute(raising("55P03"))
    assert caught.value.code == ErrorCode.DATABASE_UNAVAILABLE
