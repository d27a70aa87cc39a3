"""The limit: how fast this server computes and stores the same rows when it has to do nothing else.

Two sessions at once write the month's entries, same columns, types and values, into UNLOGGED tables by CREATE TABLE AS:
no log, no checks, no index, no proof, nothing that survives a crash. Each reads half of the pages of the sources' table
by a TID range scan. `limit` computes a transaction's entries together (LATERAL VALUES), which is how the prototype set
the mark; `fastest` reads the table once for each fund (UNION ALL), the fastest SELECT found, about twice as fast.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from batches.ledger.models import PostingRule, TransactionSource
from project.postgres import sql

from .month import settle

ENTRY = """
SELECT e.place * {transactions}::bigint + t.id - {first_key} + 1 AS entry_number, t.id AS source_id,
  t.txn_date AS posting_date, 1::int AS batch_id, {source}::smallint AS source_type, e.fund_id, e.debit_account_id,
  e.credit_account_id, e.amount
FROM premium_transaction t
CROSS JOIN LATERAL (VALUES {values}) e(place, fund_id, debit_account_id, credit_account_id, amount)
WHERE t.ctid {half}"""

ARM = """
SELECT {place} * {transactions}::bigint + t.id - {first_key} + 1 AS entry_number, t.id AS source_id,
  t.txn_date AS posting_date, 1::int AS batch_id, {source}::smallint AS source_type, {fund}::smallint AS fund_id,
  {debit}::smallint AS debit_account_id, {credit}::smallint AS credit_account_id, t.{column} AS amount
FROM premium_transaction t WHERE t.ctid {half}"""


def limit() -> float:
    """Seconds for both sessions together, a transaction's entries side by side."""
    return _seconds([_together(half) for half in _halves()])


def fastest() -> float:
    """Seconds for both sessions together, fund by fund."""
    return _seconds([_by_fund(half) for half in _halves()])


def _seconds(selects: list[str]) -> float:
    """How long it takes to store these SELECTs at once. The tables are dropped afterwards."""
    settle()
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(len(selects), thread_name_prefix="limit") as sessions:
            list(sessions.map(_store, range(len(selects)), selects))
        return time.monotonic() - began
    finally:
        for number in range(len(selects)):
            sql.execute(f"DROP TABLE IF EXISTS limit_{number}")


def _store(number: int, select: str) -> None:
    try:
        sql.execute(f"CREATE UNLOGGED TABLE limit_{number} AS {select}")
    finally:
        connection.close()


def _halves() -> list[str]:
    """Conditions on ctid that cut the table in the middle of its pages."""
    pages = sql.value("SELECT pg_relation_size('premium_transaction') / current_setting('block_size')::int")
    return [f"< '({pages // 2},0)'", f">= '({pages // 2},0)'"]


def _together(half: str) -> str:
    month, funds = _month(), _funds()
    values = ", ".join(
        "({place}, {fund}::smallint, {debit}::smallint, {credit}::smallint, t.{column})".format(**fund)
        for fund in funds
    )
    return ENTRY.format(values=values, source=funds[0]["source"], half=half, **month)


def _by_fund(half: str) -> str:
    month = _month()
    return " UNION ALL ".join(ARM.format(half=half, **fund, **month) for fund in _funds())


def _month() -> dict[str, Any]:
    found = sql.row("SELECT count(*) AS transactions, min(id) AS first_key FROM premium_transaction")
    assert found is not None
    return found


def _funds() -> list[dict[str, Any]]:
    """What stands in the entries of each fund, by its place among the source's columns."""
    source = TransactionSource.objects.get(code="PREMIUM")
    rules = {rule.fund.code: rule for rule in PostingRule.objects.filter(source=source).select_related("fund")}
    return [
        {
            "place": place,
            "source": source.pk,
            "fund": rules[code].fund_id,
            "debit": rules[code].debit_account_id,
            "credit": rules[code].credit_account_id,
            "column": column,
        }
        for place, (code, column) in enumerate(source.fund_columns)
    ]
