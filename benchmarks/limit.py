"""The limit: how fast this server computes and stores the same rows when it has to do nothing else.

Two sessions at once write the month's entries, same columns, types and values, into UNLOGGED tables by CREATE TABLE AS:
no log, no checks, no index, no proof, nothing that survives a crash. Each reads half of the pages of the sources' table
by a TID range scan, once for each fund (UNION ALL of three arms). That is the fastest SELECT found; index scans take a
tenth longer, one scan with the three funds side by side (LATERAL VALUES) twice as long.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from batches.ledger.models import PostingRule, TransactionSource
from project.postgres import sql

from .month import settle

ARM = """
SELECT {place} * {transactions}::bigint + t.id - {first_key} + 1 AS entry_number, t.id AS source_id,
  t.txn_date AS posting_date, 1::int AS batch_id, {source}::smallint AS source_type, {fund}::smallint AS fund_id,
  {debit}::smallint AS debit_account_id, {credit}::smallint AS credit_account_id, t.{column} AS amount
FROM premium_transaction t WHERE t.ctid {half}"""


def limit() -> float:
    """Seconds for both sessions together. The tables are dropped afterwards."""
    selects = [_select(half) for half in _halves()]
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


def _select(half: str) -> str:
    source = TransactionSource.objects.get(code="PREMIUM")
    rules = {rule.fund.code: rule for rule in PostingRule.objects.filter(source=source).select_related("fund")}
    month = sql.row("SELECT count(*) AS transactions, min(id) AS first_key FROM premium_transaction")
    assert month is not None
    arms = [
        ARM.format(
            place=place,
            source=source.pk,
            fund=rules[code].fund_id,
            debit=rules[code].debit_account_id,
            credit=rules[code].credit_account_id,
            column=column,
            half=half,
            **month,
        )
        for place, (code, column) in enumerate(source.fund_columns)
    ]
    return " UNION ALL ".join(arms)
