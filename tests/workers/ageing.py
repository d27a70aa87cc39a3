"""Job history that grows old within a test, and what then becomes of it."""

from project.postgres import sql
from tests.workers.hands import graph, job
from workers.models import Execution
from workers.runtime.housekeeping import HotTables, Report, housekeep
from workers.runtime.sessions import session

SIZE = 1_000_000  # ids in a partition


def hold_first_partition() -> None:
    """Migrations made it, and tests must leave it: a job in it that doesn't end."""
    sql.execute("SELECT setval('job_id_seq', 1)")
    graph(job("open", type="sleep"))


def begin_partition(part: int, before: int = 0) -> None:
    """The next jobs are of this partition, or so many `before` it."""
    sql.routine_value("workers.make_partitions")
    sql.execute("SELECT setval('job_id_seq', %s)", [part * SIZE - before])
    sql.routine_value("workers.make_partitions")


def age(days: int, *executions: Execution) -> None:
    """As if the executions were so much older."""
    ids = [execution.pk for execution in executions]
    for table, column, key in (("job", "created_at", "execution_id"), ("execution", "completed_at", "id")):
        sql.execute(
            f"UPDATE {table} SET {column} = {column} - make_interval(days => %s) WHERE {key} = ANY (%s)", [days, ids]
        )


def keep_house() -> Report:
    """A pass of housekeeping."""
    with session("test") as connection:
        return housekeep(connection, HotTables())
