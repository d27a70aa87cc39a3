"""Which errors of the database are over in a while, and which say that something is wrong."""

import psycopg
import pytest
from django.db import Error, transaction
from psycopg import errors

from project.api.errors import NotReady
from project.postgres import sql
from project.postgres.errors import passes

PASSING = ["08006", "25006", "25P03", "25P04", "40001", "40P01", "53300", "55P03", "57014", "57P01", "58030"]
LASTING = ["22003", "23505", "25P02", "42P01", "42883", "55000", "XX000"]


@pytest.mark.parametrize("state", PASSING)
def test_a_condition_of_the_server_passes(state: str) -> None:
    assert passes(errors.lookup(state)())


@pytest.mark.parametrize("state", LASTING)
def test_what_is_wrong_with_a_statement_does_not_pass(state: str) -> None:
    assert not passes(errors.lookup(state)())


def test_a_connection_that_never_came_up_passes() -> None:
    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect("host=127.0.0.1 port=1")
    assert passes(refused.value)


def test_it_is_seen_through_the_wrappers_of_django_and_of_the_product() -> None:
    with transaction.atomic(), pytest.raises(NotReady) as ours:
        sql.execute("DO $$ BEGIN SET LOCAL transaction_read_only = on; CREATE TABLE refused (); END $$")
    assert passes(ours.value)
    with pytest.raises(Error) as lasting:
        sql.value("SELECT 1 / 0")
    assert not passes(lasting.value)


def test_other_errors_do_not_pass() -> None:
    assert not passes(None)
    assert not passes(OSError("disk"))
