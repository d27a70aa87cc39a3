"""What a job didn't compare: marked by one statement however many ranges it is, and told as far as anybody reads."""

from collections.abc import Mapping
from typing import Any

from project.postgres import sql
from reconciliation.models import ReconciliationJob

CANCELLED = "It was cancelled."
NAMED = 20  # ranges, and as many other steps; of the rest the number


def unfinished(job: ReconciliationJob, failed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Marks the ranges that are left FAILED; an entry for each of the first, and of the other steps that failed.

    `failed` has the errors by the key of the engine's job.
    """
    given = [CANCELLED, list(failed), list(failed.values()), job.pk]
    numbers = sorted(record["number"] for record in sql.rows(_FAIL, given))
    ranges = job.ranges.filter(number__in=numbers[:NAMED])
    marked = {f"range-{number}" for number in numbers}
    steps = [(key, error or CANCELLED) for key, error in failed.items() if key not in marked]
    return [
        *({"range": part.number, "lower": part.lower, "upper": part.upper, "error": part.error} for part in ranges),
        *_rest(len(numbers), "ranges were not compared"),
        *({"range": None, "step": key, "error": error} for key, error in steps[:NAMED]),
        *_rest(len(steps), "steps failed"),
    ]


def _rest(found: int, what: str) -> list[dict[str, Any]]:
    return [{"range": None, "error": f"{found - NAMED:,} more {what}."}] if found > NAMED else []


_FAIL = """
UPDATE reconciliation_range r
SET state = 'FAILED', finished_at = now(), error = coalesce(nullif(f.error, ''), %s)
FROM reconciliation_range p LEFT JOIN unnest(%s::text[], %s::text[]) f (key, error) ON f.key = 'range-' || p.number
WHERE p.job_id = %s AND p.state = 'PENDING' AND r.id = p.id
RETURNING r.number
"""
