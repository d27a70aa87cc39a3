"""What finished jobs gave."""

from collections.abc import Sequence
from typing import Any

from project.postgres import sql


def outputs_of_parents(job_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """For each job that depends on others: key and output of those that completed."""
    found: dict[int, dict[str, Any]] = {}
    if job_ids:
        for row in sql.rows(_OF_PARENTS, [list(job_ids)]):
            found.setdefault(row["child_id"], {})[row["key"]] = row["output"]
    return found


_OF_PARENTS = """
SELECT d.child_id, j.key, f.output FROM job_dependency d JOIN job j ON j.id = d.parent_id
JOIN finished_job f ON f.id = d.parent_id AND f.state = 'completed' WHERE d.child_id = ANY (%s::bigint[])
"""
