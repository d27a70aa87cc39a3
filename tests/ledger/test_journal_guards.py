"""The journal takes entries by a batch's commit into an open period and in no other way, whoever asks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from batches.ledger.services import periods
from project.access.roles import Role
from project.api.errors import Conflict, ErrorCode
from project.postgres import sql
from tests.ledger.posting import attach, begin_batch, load_leaf, open_month, post

ENTRIES = [("PREMIUM", "TABARRU", 1, "40.00"), ("PREMIUM", "TANAHUD", 1, "40.00"), ("PREMIUM", "UJROH", 1, "20.00")]
ROW = "(2, 1, '2025-01-01', 1, 1, 1, 1, 2, 5)"


@pytest.fixture
def posted():
    period = open_month()
    post(period, ENTRIES)
    return period


@pytest.mark.parametrize("table", ["journal_entry", "journal_entry_b1_1"])
@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT INTO {{}} VALUES {ROW}",
        "UPDATE {} SET amount = amount + 1",
        "UPDATE {} SET posting_date = '2025-02-01' WHERE entry_number = 1",
        "DELETE FROM {} WHERE entry_number = 1",
        "TRUNCATE {}",
    ],
)
def test_posted_entries_refuse_every_change(posted, table, statement):
    table = table if table == "journal_entry" else _leaf()
    with pytest.raises(Conflict) as refused:
        sql.execute(statement.format(table))
    assert refused.value.code == ErrorCode.JOURNAL_IS_APPEND_ONLY
    assert sql.value("SELECT sum(amount) FROM journal_entry") == 100


def test_an_insert_that_no_leaf_takes_is_refused_in_the_same_words():
    with pytest.raises(Conflict, match="only when a month-end batch commits"):
        sql.execute("INSERT INTO journal_entry VALUES (9999, 1, '2025-01-01', 1, 1, 1, 1, 2, 5)")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE journal_entry DETACH PARTITION {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
        "ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_amount",
        "CREATE TABLE journal_entry_rogue PARTITION OF journal_entry FOR VALUES FROM (1000) TO (2000)",
    ],
)
def test_the_journal_is_not_altered_outside_a_commit(posted, statement):
    with pytest.raises(Conflict) as refused:
        sql.execute(statement.format(_leaf()))
    assert refused.value.code == ErrorCode.ATTACH_REFUSED


def test_a_leaf_of_a_committed_batch_is_not_dropped(posted):
    with pytest.raises(Conflict) as refused:
        sql.execute(f"DROP TABLE {_leaf()}")
    assert refused.value.code == ErrorCode.JOURNAL_IS_APPEND_ONLY


def test_a_detached_leaf_of_an_unfinished_batch_is_dropped():
    period = open_month()
    batch, _ = begin_batch(period)
    sql.execute(f"DROP TABLE {load_leaf(batch, 1, ENTRIES, period.start_date)}")


def test_a_leaf_is_not_attached_without_a_batch():
    period = open_month()
    batch, _ = begin_batch(period)
    leaf = load_leaf(batch, 1, ENTRIES, period.start_date)
    with pytest.raises(Conflict) as refused:
        sql.execute(f"ALTER TABLE journal_entry ATTACH PARTITION {leaf} FOR VALUES FROM (1) TO (4)")
    assert refused.value.code == ErrorCode.ATTACH_REFUSED


@pytest.mark.parametrize("status", ["PREPARING", "PROCESSING", "FAILED", "COMMITTED"])
def test_a_leaf_is_not_attached_by_a_batch_that_is_not_committing(status):
    period = open_month()
    batch, _ = begin_batch(period, status=status)
    leaf = load_leaf(batch, 1, ENTRIES, period.start_date)
    assert _refusal(lambda: attach(batch, leaf, 1, 3)) == ErrorCode.ATTACH_REFUSED


@pytest.mark.parametrize("locked", [False, True])
def test_a_leaf_is_not_attached_to_a_closed_period(locked):
    period = open_month()
    batch, _ = begin_batch(period)
    leaf = load_leaf(batch, 1, ENTRIES, period.start_date)
    _close_under(batch, period, locked=locked)
    assert _refusal(lambda: attach(batch, leaf, 1, 3)) == ErrorCode.PERIOD_NOT_OPEN


def test_an_exception_lets_its_user_commit_into_a_locked_period(user_for):
    period, user = open_month(), user_for(Role.BATCH_OPERATOR)
    batch, _ = begin_batch(period, user)
    leaf = load_leaf(batch, 1, ENTRIES, period.start_date)
    _close_under(batch, period, locked=True)
    granted = periods.grant_exception(
        period=period, user=user, reason="late", ends_at=timezone.now() + timedelta(hours=1)
    )
    attach(batch, leaf, 1, 3)
    assert sql.value("SELECT count(*) FROM journal_entry") == 3
    assert granted.period_id == period.pk


@pytest.mark.parametrize("spoil", ["other user", "ended", "revoked", "not begun"])
def test_only_a_live_exception_of_the_user_counts(user_for, spoil):
    period, user = open_month(), user_for(Role.BATCH_OPERATOR)
    other = user_for(Role.BATCH_ADMIN) if spoil == "other user" else user
    periods.close(period=period, actor=None)
    granted = periods.grant_exception(
        period=period, user=other, reason="late", ends_at=timezone.now() + timedelta(hours=1)
    )
    changes = {
        "ended": "starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'",
        "revoked": "revoked_at = now()",
        "not begun": "starts_at = now() + interval '1 minute'",
    }
    if spoil in changes:
        sql.execute(f"UPDATE period_exception SET {changes[spoil]} WHERE id = %s", [granted.pk])
    with pytest.raises(Conflict) as refused:
        sql.routine("ledger.require_open_period", period.pk, user.pk)
    assert refused.value.code == ErrorCode.PERIOD_NOT_OPEN


def test_closing_waits_for_what_is_being_posted():
    period = open_month()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT ledger.require_open_period(%s, NULL)", [period.pk])
        try:
            assert _closes_within(period.pk, "200ms") is False
        finally:
            cursor.execute("COMMIT")
    assert _closes_within(period.pk, "60s") is True


def _closes_within(period: int, timeout: str) -> bool:
    import psycopg

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute(f"SET lock_timeout = '{timeout}'")
        try:
            other.execute("SELECT ledger.move_period(%s, 'CLOSED')", [period])
        except psycopg.errors.LockNotAvailable:
            return False
        return True


def _close_under(batch: int, period, *, locked: bool) -> None:
    """Close a period though a batch of it runs, as an administrator of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE accounting_period SET status = %s WHERE id = %s", ["LOCKED" if locked else "CLOSED", period.pk]
        )
        cursor.execute("SET session_replication_role = origin")


def _refusal(action) -> ErrorCode:
    from django.db import Error

    from project.postgres.errors import api_error

    with pytest.raises(Error) as refused:
        action()
    known = api_error(refused.value)
    assert known is not None
    return known.code


def _leaf() -> str:
    return sql.value(
        "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'journal_entry'::regclass"
    )
