"""What the ledger shows: periods, balances, entries, imports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from batches.ledger.models import AccountingPeriod, PeriodException, TransactionSource
from project.api.errors import InvalidRequest, NotFound
from project.postgres import sql

ROWS_LOOKED_AT = 100_000  # one step of a filtered search; a step takes some 30 ms
STEPS_A_PAGE = 10  # so a page answers in under half a second whatever the filter


def trial_balance(period: AccountingPeriod) -> list[dict[str, Any]]:
    """Per account and fund: opening, movement and closing of the period. From sums, never from entries."""
    return sql.routine("ledger.trial_balance", period.pk)


def fund_totals(period: AccountingPeriod) -> list[dict[str, Any]]:
    """Per source and fund: entries and amount of the period."""
    return sql.rows(
        "SELECT s.code AS source, f.code AS fund, t.entries, t.amount FROM fund_total t"
        " JOIN transaction_source s ON s.id = t.source_type JOIN fund f ON f.id = t.fund_id"
        " WHERE t.period_id = %s ORDER BY s.id, f.position",
        [period.pk],
    )


def posted_under(exception: PeriodException) -> list[str]:
    """The batches that its user committed into the period while the exception held."""
    found = sql.rows(
        "SELECT b.batch_id FROM month_end_batch b WHERE b.period_id = %s AND b.initiated_by_id = %s"
        " AND b.status IN ('COMMITTED', 'REVERSED') AND b.finished_at >= %s AND b.finished_at < %s ORDER BY b.id",
        [
            exception.period_id,
            exception.user_id,
            exception.starts_at,
            min(exception.ends_at, exception.revoked_at or exception.ends_at),
        ],
    )
    return [row["batch_id"] for row in found]


@dataclass(frozen=True, kw_only=True)
class EntryFilter:
    """Which journal entries; all conditions together. `reference` is upstream's id and needs `source`."""

    batch_id: str | None = None
    entry_from: int | None = None
    entry_to: int | None = None
    account: str | None = None
    fund: str | None = None
    source: str | None = None
    reference: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    amount: Decimal | None = None


@dataclass
class _Search:
    """Conditions on the journal and the bounds of the entry numbers that can meet them."""

    first: int
    last: int
    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    narrowed: bool = False  # to the spans of one source row: nothing to go through in steps

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values += values


def journal_entries(wanted: EntryFilter, *, after: int = 0, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """Entries in order of their number, after one, and the number to go on from; None when all has been looked at.

    Each step looks at a bounded span of numbers, so it stays fast over any number of rows. A page whose filter meets
    few rows may therefore come back short, or empty, and still have a number to go on from.
    """
    search = _search(wanted)
    position = max(search.first - 1, after)
    # one source row's spans are read at once; everything else in steps, which also leaves most leaves out of the plan
    step = search.last - position if search.narrowed else ROWS_LOOKED_AT
    found: list[dict[str, Any]] = []
    for _ in range(STEPS_A_PAGE):
        if position >= search.last:
            return found, None
        upper = min(position + max(step, 1), search.last)
        found += _entries(search, position, upper, limit - len(found) + 1)
        if len(found) > limit:
            return found[:limit], found[limit - 1]["entry_number"]
        position = upper
    return found, position if position < search.last else None


def check_filter(wanted: EntryFilter) -> None:
    """Raises what `journal_entries` would, before an answer has begun."""
    _search(wanted)


def every_entry(wanted: EntryFilter) -> Iterator[dict[str, Any]]:
    """All entries that meet a filter, page after page, in the memory of one."""
    after: int | None = 0
    while after is not None:
        page, after = journal_entries(wanted, after=after, limit=1000)
        yield from page


def _entries(search: _Search, after: int, upper: int, limit: int) -> list[dict[str, Any]]:
    conditions = " AND ".join(["e.entry_number > %s", "e.entry_number <= %s", *search.conditions])
    return sql.rows(_ENTRIES.format(conditions=conditions), [after, upper, *search.values, limit])


def _search(wanted: EntryFilter) -> _Search:
    search = _Search(*_bounds(wanted))
    if wanted.account:
        account = _id("account", "account", wanted.account)
        search.add("%s IN (e.debit_account_id, e.credit_account_id)", account)
    if wanted.fund:
        search.add("e.fund_id = %s", _id("fund", "fund", wanted.fund))
    if wanted.source:
        search.add("e.source_type = %s", _id("transaction_source", "source", wanted.source))
    if wanted.reference is not None:
        _narrow(search, *_source_key(wanted))
    if wanted.date_from:
        search.add("e.posting_date >= %s", wanted.date_from)
    if wanted.date_to:
        search.add("e.posting_date <= %s", wanted.date_to)
    if wanted.amount is not None:
        search.add("e.amount = %s", wanted.amount)
    return search


def _narrow(search: _Search, source: int, key: int | None) -> None:
    """Only the entries of one source row; the blocks of the batches in the books say where they are."""
    spans = sql.routine("ledger.entry_spans", source, key)
    within = " OR ".join("e.entry_number BETWEEN %s AND %s" for _ in spans)
    search.add(f"({within or 'false'})", *(bound for span in spans for bound in span.values()))
    search.add("e.source_id = %s", key)
    search.narrowed = True


def _bounds(wanted: EntryFilter) -> tuple[int, int]:
    """The first and last entry number that can meet the filter: the batch's, narrowed by the numbers asked for."""
    bounds = sql.routine("ledger.journal_bounds", wanted.batch_id)[0]
    if wanted.batch_id is not None and not bounds["known"]:
        raise NotFound(f"There is no batch {wanted.batch_id}.")
    first, last = bounds["first_entry"] or 1, bounds["last_entry"] or 0
    return max(first, wanted.entry_from or first), min(last, last if wanted.entry_to is None else wanted.entry_to)


def _id(table: str, name: str, code: str) -> int:
    found = sql.value(f"SELECT id FROM {table} WHERE code = %s", [code])  # noqa: S608  a name of ours
    if found is None:
        raise InvalidRequest.field(name, f"There is no {name} {code}.")
    return int(found)


def _source_key(wanted: EntryFilter) -> tuple[int, int | None]:
    """The source, and the key of its row that has upstream's id; None finds nothing."""
    source = TransactionSource.objects.filter(code=wanted.source).first()
    if source is None:
        raise InvalidRequest.field("reference", "Name its source too, like source=PREMIUM.")
    return source.pk, sql.routine_value("ledger.source_key", source.pk, wanted.reference)


_ENTRIES = """
SELECT e.entry_number, b.batch_id, e.posting_date, s.code AS source, e.source_id, f.code AS fund,
       d.code AS debit_account, c.code AS credit_account, e.amount
FROM (
    SELECT * FROM journal_entry e WHERE {conditions} ORDER BY e.entry_number LIMIT %s
) e
JOIN month_end_batch b ON b.id = e.batch_id
JOIN transaction_source s ON s.id = e.source_type
JOIN fund f ON f.id = e.fund_id
JOIN account d ON d.id = e.debit_account_id
JOIN account c ON c.id = e.credit_account_id
ORDER BY e.entry_number
"""
