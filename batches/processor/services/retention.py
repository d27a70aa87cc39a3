"""How long batches and their results are kept: as long as the engine keeps the jobs that ran them."""

from django.conf import settings

from project.postgres import sql

MOST = 1000  # batches a statement, so that none takes long
ROUNDS = 100


def prune() -> int:
    """Deletes batches that ended more than JOB_RETENTION_DAYS ago, with their results; 0 days keep them for good.

    Returns how many; at most 100,000, the rest follow with the next call.
    """
    total = 0
    for _ in range(ROUNDS if settings.JOB_RETENTION_DAYS else 0):
        total += (deleted := int(sql.routine_value("processor.prune", settings.JOB_RETENTION_DAYS, MOST)))
        if deleted < MOST:
            break
    return total
