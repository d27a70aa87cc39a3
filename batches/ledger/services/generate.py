"""Made-up transactions of any volume, the same for the same seed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connection, transaction

from batches.ledger.models import TransactionSource
from batches.ledger.services import periods
from project.access import audit
from project.postgres import sql

ROWS_A_CALL = 100_000
SESSIONS = 2


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What differs between premiums and claims."""

    source: str
    prefix: str
    routine: str


PREMIUMS = _Kind(source="PREMIUM", prefix="GP", routine="ledger.generate_premiums")
CLAIMS = _Kind(source="CLAIM", prefix="GC", routine="ledger.generate_claims")


def generate(
    *,
    month: str,
    premiums: int,
    claims: int,
    seed: int,
    stop: threading.Event | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Add that many premiums and claims to a month; gives how many rows were added.

    Ids go on after those of earlier runs. `on_progress` is told the rows of each finished call, from other threads;
    once `stop` is set no further call begins.
    """
    periods.ensure(month)
    stop = stop or threading.Event()
    wanted = [(PREMIUMS, premiums), (CLAIMS, claims)]
    added = sum(_generate(kind, month, count, seed, stop, on_progress) for kind, count in wanted if count)
    audit.record(
        operation="transactions.generate",
        target=month,
        details={"premiums": premiums, "claims": claims, "seed": seed, "added": added},
    )
    return added


def _generate(
    kind: _Kind, month: str, count: int, seed: int, stop: threading.Event, on_progress: Callable[[int], None]
) -> int:
    start, end = periods.month(month)
    source = TransactionSource.objects.get(code=kind.source)
    prefix = f"{kind.prefix}-{month.replace('-', '')}-"
    with transaction.atomic():
        reserved = sql.routine("ledger.reserve_generated", source.pk, prefix, count)[0]
    fixed = [start, (end - start).days + 1, seed, prefix, reserved["first_id"], reserved["first_number"], count]

    def add(first: int) -> int:
        if stop.is_set():
            return 0
        try:
            with transaction.atomic():
                sql.execute("SET LOCAL synchronous_commit = off")
                added = int(sql.routine_value(kind.routine, *fixed, first, min(first + ROWS_A_CALL, count) - 1))
        finally:
            connection.close()
        on_progress(added)
        return added

    with ThreadPoolExecutor(SESSIONS, thread_name_prefix="generate") as pool:
        added = sum(pool.map(add, range(0, count, ROWS_A_CALL)))
    sql.routine("ledger.refresh_statistics", source.relation)
    return added
