"""A closed or locked period takes no entries, whichever way they come; the journal takes them by a commit only."""

import io
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from batches.ledger import sample
from batches.ledger.services import periods
from batches.monthend.models import MonthEndBatch
from batches.monthend.services import initiate_batch, resume_batch, reverse_batch
from project.access.roles import Role
from project.api.errors import ApiError
from tests.monthend.closing import initiate, journal, leaves, verify, wait_for
from tests.monthend.test_initiate import BODY, URL

ROW = "(1000000, 1, '2025-01-05', 1, 1, 1, 1, 2, 5.00)"
COLUMNS = (
    "entry_number, source_id, posting_date, batch_id, source_type, fund_id, debit_account_id, credit_account_id, amount"
)
LEAF = "journal_entry_b1_1"


@pytest.fixture(params=["CLOSED", "LOCKED"])
def shut(request, january):
    """January, closed or locked, with everything to post."""
    shut_period(january, request.param)
    return january


@pytest.fixture
def posted(january, close) -> MonthEndBatch:
    """January, committed."""
    return close(worker_count=1)


def shut_period(period, status="CLOSED"):
    periods.close(period=period, actor=None, reason="done")
    if status == "LOCKED":
        periods.lock(period=period, actor=None, reason="audited")


def grant(period, user):
    ends = timezone.now() + timedelta(hours=1)
    return periods.grant_exception(period=period, user=user, reason="Late invoice", ends_at=ends)


def error_of(session, statement) -> str:
    with pytest.raises(psycopg.Error) as refused:
        session.execute(statement)
    return str(refused.value.sqlstate)


def test_the_api_refuses_to_close_it(shut, admin):
    answer = admin.post(URL, BODY, format="json")
    assert (answer.status_code, answer.json()["error"]) == (409, "PERIOD_NOT_OPEN")
    assert answer.json()["details"] == {"period": "2025-01", "status": shut.status}
    assert "exception" in answer.json()["message"]
    assert not MonthEndBatch.objects.exists()


def test_the_command_refuses_to_close_it(shut):
    with pytest.raises(CommandError, match=f"2025-01 is {shut.status}") as refused:
        call_command("close_month", "2025-01", stdout=io.StringIO())
    assert refused.value.returncode == 1


def test_a_reversal_into_it_is_refused(january, close):
    batch = close()
    shut_period(january, "LOCKED")
    with pytest.raises(ApiError, match="LOCKED"):
        reverse_batch(batch=batch, actor=None, reason="Wrong")


def test_a_dry_run_of_it_is_refused(shut, admin):
    assert admin.post(URL, {**BODY, "dry_run": True}, format="json").json()["error"] == "PERIOD_NOT_OPEN"


def test_a_batch_that_failed_before_the_period_closed_is_not_resumed(january, gate, start_runtime, tamper):
    post = gate("month_end.post")
    batch = initiate()
    start_runtime()
    post.wait_until_reached()
    tamper("UPDATE claim_transaction SET claim_amount = claim_amount + 1, fund_tabarru = fund_tabarru + 1")
    post.open()
    wait_for(batch, "FAILED")
    shut_period(january)
    with pytest.raises(ApiError) as refused:
        resume_batch(batch=batch, actor=None)
    assert refused.value.code == "PERIOD_NOT_OPEN"
    batch.refresh_from_db()
    assert batch.status == "FAILED"


@pytest.mark.parametrize("status", ["CLOSED", "LOCKED"])
def test_a_batch_whose_period_was_shut_meanwhile_does_not_commit(january, gate, start_runtime, tamper, status):
    commit = gate("month_end.commit")
    batch = initiate()
    start_runtime()
    commit.wait_until_reached()
    tamper("UPDATE accounting_period SET status = %s", status)
    commit.open()
    wait_for(batch, "FAILED")
    assert f"2025-01 is {status}" in batch.reason
    assert journal() == []
    tamper("UPDATE accounting_period SET status = 'OPEN'")
    resume_batch(batch=batch, actor=None)
    wait_for(batch, "COMMITTED")
    assert verify() == (0, [])


def test_a_period_does_not_close_while_its_batch_runs(january):
    initiate()
    with pytest.raises(ApiError, match="2025-01-MONTHEND of period 2025-01 still runs"):
        shut_period(january)


def test_an_exception_lets_the_named_user_through(shut, user_for, run_jobs, client_for):
    named = user_for(Role.BATCH_ADMIN)
    grant(shut, named)
    answer = client_for(Role.BATCH_ADMIN).post(URL, BODY, format="json")
    assert answer.status_code == 202
    run_jobs()
    assert MonthEndBatch.objects.get().status == "COMMITTED"
    assert verify() == (0, [])


def test_an_exception_lets_nobody_else_through(shut, user_for):
    grant(shut, user_for(Role.BATCH_ADMIN))
    for other in (None, user_for(Role.BATCH_OPERATOR)):
        with pytest.raises(ApiError, match=shut.status):
            initiate(actor=other)


def test_an_exception_that_was_revoked_or_ended_lets_nobody_through(shut, user_for, tamper):
    named = user_for(Role.BATCH_ADMIN)
    periods.revoke_exception(exception=grant(shut, named), actor=None)
    with pytest.raises(ApiError, match=shut.status):
        initiate(actor=named)
    grant(shut, named)
    tamper("UPDATE period_exception SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'")
    with pytest.raises(ApiError, match=shut.status):
        initiate(actor=named)


def test_an_exception_that_ends_while_posting_stops_the_commit(january, user_for, gate, start_runtime):
    shut_period(january)
    granted = grant(january, user_for(Role.BATCH_ADMIN))
    commit = gate("month_end.commit")
    batch = initiate(actor=granted.user)
    start_runtime()
    commit.wait_until_reached()
    periods.revoke_exception(exception=granted, actor=None)
    commit.open()
    wait_for(batch, "FAILED")
    assert journal() == []


@pytest.mark.parametrize("open_period", [True, False])
@pytest.mark.parametrize(
    ("statement", "sqlstate"),
    [
        (f"INSERT INTO journal_entry ({COLUMNS}) VALUES {ROW}", "TU201"),
        (f"INSERT INTO {LEAF} ({COLUMNS}) VALUES {ROW}", "TU201"),
        (f"INSERT INTO {LEAF} ({COLUMNS}) SELECT {COLUMNS} FROM {LEAF}", "TU201"),
        ("UPDATE journal_entry SET amount = 1 WHERE entry_number = 1", "TU201"),
        (f"UPDATE {LEAF} SET posting_date = '2025-01-01'", "TU201"),
        ("DELETE FROM journal_entry WHERE entry_number = 1", "TU201"),
        (f"DELETE FROM {LEAF}", "TU201"),
        ("TRUNCATE journal_entry", "TU201"),
        (f"TRUNCATE {LEAF}", "TU201"),
        (f"DROP TABLE {LEAF}", "TU201"),
        ("DROP TABLE journal_entry CASCADE", "TU201"),
        (f"ALTER TABLE journal_entry DETACH PARTITION {LEAF}", "TU204"),
        (f"ALTER TABLE {LEAF} DISABLE TRIGGER ALL", "TU204"),
        ("ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_amount", "TU204"),
        ("CREATE TABLE extra PARTITION OF journal_entry FOR VALUES FROM (1000000) TO (1000010)", "TU204"),
        ("CREATE TABLE extra PARTITION OF journal_entry DEFAULT", "TU204"),
    ],
)
def test_nothing_changes_the_journal_but_a_commit(posted, january, other, open_period, statement, sqlstate):
    if not open_period:
        shut_period(january)
    before = journal()
    assert error_of(other, statement) == sqlstate
    assert journal() == before


def test_a_leaf_of_ones_own_is_not_attached(posted, january, other):
    other.execute("CREATE TABLE extra (LIKE journal_entry INCLUDING ALL)")
    other.execute(f"INSERT INTO extra ({COLUMNS}) VALUES {ROW}")
    attach = "ALTER TABLE journal_entry ATTACH PARTITION extra FOR VALUES FROM (1000000) TO (1000010)"
    assert error_of(other, attach) == "TU204"
    other.execute(f"SET tutup.attaching_batch = '{posted.pk}'")
    assert error_of(other, attach) == "TU204"  # the batch has committed


def test_posting_into_a_detached_leaf_by_hand_does_not_get_into_the_books(january, gate, start_runtime, other):
    proof = gate("month_end.prove_leaf")
    batch = initiate(worker_count=1)
    start_runtime(slots=1)
    proof.wait_until_reached()
    other.execute(f"UPDATE {leaves()[0]} SET amount = amount + 1 WHERE entry_number = 1")
    proof.open()
    wait_for(batch, "FAILED")
    assert journal() == []


def test_a_future_period_takes_none(database, admin):
    period, _ = periods.ensure("2031-05", status="FUTURE")
    sample.load()
    with pytest.raises(ApiError) as refused:
        initiate_batch(
            period_start=period.start_date,
            period_end=period.end_date,
            batch_type="COMBINED",
            worker_count=1,
            dry_run=False,
            actor=None,
        )
    assert refused.value.code == "PERIOD_NOT_OPEN"
