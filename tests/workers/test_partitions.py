"""The job history's partitions are there before the ids that need them."""

from project.postgres import sql
from tests.workers.hands import graph, job

TABLES = ("job", "finished_job", "job_dependency", "job_attempt", "job_checkpoint")


def partitions(table: str) -> list[str]:
    found = sql.rows("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = %s::regclass", [table])
    return sorted((row["name"] for row in found), key=lambda name: int(name.rpartition("_p")[2]))


def test_they_are_made_ahead_and_once() -> None:
    sql.routine_value("workers.make_partitions")
    for table in TABLES:
        assert partitions(table)[:4] == [f"{table}_p{number}" for number in range(4)]
    assert sql.routine_value("workers.make_partitions") == 0


def test_a_submission_that_nears_the_end_of_one_makes_more() -> None:
    last = sql.value("SELECT last_value FROM job_id_seq")
    try:
        sql.execute("SELECT setval('job_id_seq', 3499995)")
        graph(*(job(str(number)) for number in range(10)))
        assert partitions("job")[-1] == "job_p6"
    finally:
        for number in range(4, 7):
            for table in TABLES:
                sql.execute(f"DROP TABLE {table}_p{number}")
        sql.execute("SELECT setval('job_id_seq', %s)", [last])
