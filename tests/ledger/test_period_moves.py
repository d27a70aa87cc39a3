"""A period's status in the database: only legal moves, whoever writes them."""

from datetime import date

import pytest
from django.db import Error, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from batches.ledger.models import AccountingPeriod, AccountingPeriodMove, PeriodStatus
from batches.ledger.services import periods
from project.postgres.errors import api_error

CODES = ["2025-01", "2025-02", "2025-03"]
STEPS = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(PeriodStatus.values)), max_size=15)


@settings(max_examples=40)
@given(steps=STEPS)
def test_any_sequence_of_moves_ends_where_the_rules_say(steps):
    legal = set(AccountingPeriodMove.objects.values_list("from_status", "to_status"))
    with transaction.atomic():
        AccountingPeriod.objects.all().delete()
        expected = dict.fromkeys(CODES, "OPEN")
        for code in CODES:
            start, end = periods.month(code)
            AccountingPeriod.objects.create(
                code=code, start_date=start, end_date=end, status_changed_at="2025-01-01 00:00Z"
            )
        for code, status in steps:
            if _allowed(legal, expected, code, status):
                expected[code] = status
            _write(code, status)
            assert dict(AccountingPeriod.objects.values_list("code", "status")) == expected
        transaction.set_rollback(True)


def _allowed(legal: set[tuple[str, str]], now: dict[str, str], code: str, status: str) -> bool:
    if (now[code], status) not in legal:
        return False
    reopens = (now[code], status) == ("CLOSED", "OPEN")
    return not (reopens and any(now[later] in {"CLOSED", "LOCKED"} for later in CODES if later > code))


def _write(code: str, status: str) -> None:
    """A plain UPDATE; one that is refused leaves everything as it was."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE accounting_period SET status = %s WHERE code = %s", [status, code])
    except Error as error:
        known = api_error(error)
        assert known is not None
        assert known.code == "ILLEGAL_TRANSITION"


@pytest.mark.parametrize("status", ["CLOSED", "LOCKED", "CLOSING"])
def test_a_new_period_is_future_or_open(status):
    with pytest.raises(Error, match="A new period is FUTURE or OPEN"):
        AccountingPeriod.objects.create(
            code="2025-01", start_date=date(2025, 1, 1), end_date=date(2025, 1, 31), status=status,
            status_changed_at="2025-01-01 00:00Z",
        )  # fmt: skip


def test_the_dates_of_a_period_never_change():
    periods.ensure("2025-01")
    with pytest.raises(Error, match="never change"):
        AccountingPeriod.objects.update(end_date=date(2025, 2, 28))
