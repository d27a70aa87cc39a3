"""How fast versions of pipelines are, from the batches that they did."""

from project.postgres import sql


def items_per_second(version_id: int) -> float | None:
    """Items that one process transforms in a second; None while nothing was measured."""
    found: float | None = sql.value(_RATE, [version_id])
    return found


_RATE = """
SELECT sum(t.work_items) / nullif(sum(t.work_seconds), 0) AS rate FROM transform_total t WHERE t.version_id = %s
"""
