"""What all batches came to, for a scrape: each from one short statement."""

from dataclasses import dataclass

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counters that outlive the batches. `within` are batches by the upper bound of their duration, in seconds."""

    processed: int
    errors: int
    batches: int
    duration: float
    within: list[tuple[float, int]]


def totals() -> Totals:
    """Over all versions of all pipelines; zeros before the first batch."""
    found = sql.row(_TOTALS)
    assert found is not None
    bounds, within = found.pop("bounds"), found.pop("counts")
    counts = within or [0] * len(bounds)
    return Totals(**found, within=list(zip(bounds, counts, strict=True)))


def memory() -> list[tuple[str, int]]:
    """Of each process that ended a batch in the last minutes: what it held at the newest one."""
    return [(record["process"], record["memory_bytes"]) for record in sql.rows(_MEMORY)]


_TOTALS = """
SELECT coalesce(sum(t.processed), 0)::bigint AS processed, coalesce(sum(t.errors), 0)::bigint AS errors,
  coalesce(sum(t.batches), 0)::bigint AS batches, coalesce(sum(t.duration), 0) AS duration,
  transform.duration_bounds() AS bounds,
  (SELECT array_agg(p.count ORDER BY p.place) FROM (
     SELECT u.place, sum(u.count)::bigint AS count
     FROM transform_total w, unnest(w.within) WITH ORDINALITY u (count, place)
     GROUP BY u.place) p) AS counts
FROM transform_total t
"""

_MEMORY = """
SELECT DISTINCT ON (b.process) b.process, b.memory_bytes FROM transform_batch b
WHERE b.completed_at > now() - interval '5 minutes' AND b.memory_bytes IS NOT NULL
ORDER BY b.process, b.completed_at DESC
"""
