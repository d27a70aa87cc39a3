"""Starting a close through the service, waiting for it, proving it afterwards."""

import io
import json
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command

from batches.ledger.models import AccountingPeriod
from batches.monthend.models import MonthEndBatch
from batches.monthend.services import initiate_batch
from project.postgres import sql
from tests.monthend import months

PATIENCE = 60.0
JOURNAL = (
    "SELECT entry_number, source_type, source_id, posting_date, fund_id, debit_account_id, credit_account_id, amount"
    " FROM journal_entry ORDER BY entry_number"
)


def initiate(code: str = months.JANUARY, **options: Any) -> MonthEndBatch:
    """Start a close; four ranges unless said otherwise."""
    period = AccountingPeriod.objects.get(code=code)
    chosen = {"batch_type": "COMBINED", "worker_count": 4, "dry_run": False, "actor": None, **options}
    return initiate_batch(period_start=period.start_date, period_end=period.end_date, **chosen)


def wait_for(batch: MonthEndBatch, *statuses: str) -> MonthEndBatch:
    """Until the batch has one of these statuses."""

    def there() -> bool:
        batch.refresh_from_db()
        return batch.status in statuses

    wait_until(there, lambda: f"{batch.batch_id} is {batch.status}: {batch.reason}")
    return batch


def wait_until(condition: Callable[[], bool], state: Callable[[], str] = lambda: "it did not come") -> None:
    """Looks every few milliseconds, for a minute."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, state()
        time.sleep(0.01)


def journal() -> list[dict[str, Any]]:
    """Every entry, without the batch's own number."""
    return sql.rows(JOURNAL)


def leaves() -> list[str]:
    """The tables of journal leaves that exist, attached or not."""
    found = sql.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'journal\\_entry\\_b%' ORDER BY relname"
    )
    return [row["relname"] for row in found]


def next_number() -> int:
    """The next free entry number."""
    return int(sql.value("SELECT next_number FROM entry_number_counter"))


def verify(*options: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and problems of verify_ledger."""
    out = io.StringIO()
    code = 0
    try:
        call_command("verify_ledger", *options, "--json", stdout=out)
    except SystemExit as left:
        code = int(left.code or 0)
    return code, json.loads(out.getvalue())["problems"]
