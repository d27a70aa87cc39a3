"""Metrics of a batch (seed 1, 7.2.1)."""

from typing import Any

from batches.monthend.models import MonthEndBatch
from project.postgres import sql
from workers.queries import live_workers

from .progress import progress

TARGET_SECONDS = 30 * 60  # a close of any size within half an hour


def metrics(batch: MonthEndBatch) -> dict[str, Any]:
    """Throughput, latency of the posting calls, database and memory, measured; null where there is no measurement."""
    done = progress(batch)
    target = round(batch.expected_transactions / TARGET_SECONDS) if batch.expected_transactions else None
    throughput = {"current_rps": done.current, "average_rps": done.average, "peak_rps": done.peak, "target_rps": target}
    return {
        "batch_id": batch.batch_id,
        "timestamp": done.now,
        "metrics": {
            "throughput": {name: None if rate is None else round(rate) for name, rate in throughput.items()},
            "latency": sql.row(LATENCY, [batch.pk]),
            "database": _database(batch),
            "memory": _memory(batch),
        },
    }


def _database(batch: MonthEndBatch) -> dict[str, Any]:
    found = sql.row(DATABASE, [batch.pk]) or {}
    active, most = found["active"], found["most"]
    return {
        "active_connections": active,
        "max_connections": most,
        "connection_utilization": round(100 * active / most, 1),
        "query_time_avg_ms": found["average_ms"],
    }


def _memory(batch: MonthEndBatch) -> dict[str, Any]:
    found = sql.row(MEMORY, [batch.pk]) or {}
    used = [worker.memory_mb for worker in live_workers() if worker.memory_mb is not None]
    return {
        "staging_table_size_mb": found["staging_mb"],
        "worker_memory_total_mb": round(sum(used), 1) if used else None,
        "database_cache_hit_rate": found["hit_rate"],
    }


LATENCY = """
SELECT round(p[1]::numeric, 1)::float8 AS p50_ms, round(p[2]::numeric, 1)::float8 AS p95_ms,
  round(p[3]::numeric, 1)::float8 AS p99_ms, round(most::numeric, 1)::float8 AS max_ms
FROM (
  SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY b.duration_ms) AS p,
    max(b.duration_ms) AS most
  FROM month_end_block b WHERE b.batch_id = %s AND b.posted_at IS NOT NULL) calls
"""

DATABASE = """
SELECT (SELECT count(*) FROM pg_stat_activity a WHERE a.backend_type = 'client backend') AS active,
  current_setting('max_connections')::int AS most,
  (SELECT round(avg(b.duration_ms)::numeric, 1)::float8 FROM month_end_block b
    WHERE b.batch_id = %s AND b.posted_at IS NOT NULL) AS average_ms
"""

MEMORY = """
SELECT (SELECT coalesce(round(sum(pg_total_relation_size(c.oid)) / 1048576.0, 1), 0)::float8
    FROM month_end_leaf l JOIN pg_class c ON c.oid = to_regclass(format('public.%%I', l.table_name))
    WHERE l.batch_id = %s) AS staging_mb,
  (SELECT round(100.0 * d.blks_hit / nullif(d.blks_hit + d.blks_read, 0), 1)::float8
    FROM pg_stat_database d WHERE d.datname = current_database()) AS hit_rate
"""
