"""Which tables the schedule compares now."""

from django.conf import settings

from reconciliation.models import Mapping

# due from the last scheduled job's begin on, whatever ran by hand in between; a job that goes on is never joined here,
# but one that waits until nothing else does, which gets the priority of the schedule
_DUE = """
SELECT m.* FROM mapping m
WHERE m.enabled AND (cardinality(%(tables)s::text[]) = 0 OR m.name = ANY (%(tables)s::text[]))
  AND NOT EXISTS (
    SELECT FROM reconciliation_job j WHERE j.mapping_id = m.id AND (
      j.status = 'RUNNING' AND (j.priority <> 'LOW' OR j.started_at IS NOT NULL)
      OR j.job_type = 'HOURLY_SCHEDULED'
        AND j.created_at > now() - coalesce(m.interval_minutes, %(minutes)s) * interval '1 minute'))
ORDER BY m.name
"""


def due_mappings() -> list[Mapping]:
    """Enabled mappings whose interval has passed, of RECONCILIATION_TABLES where that names some; none while
    reconciliation is disabled."""
    if not settings.RECONCILIATION_ENABLED:
        return []
    params = {"tables": settings.RECONCILIATION_TABLES, "minutes": settings.RECONCILIATION_INTERVAL_MINUTES}
    return list(Mapping.objects.raw(_DUE, params))
