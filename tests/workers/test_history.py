"""The job history is dropped in partitions, once nobody needs any job of one."""

from datetime import timedelta

import psycopg
import pytest
from django.conf import LazySettings

from project.postgres import sql
from tests.workers.ageing import SIZE, age, begin_partition, hold_first_partition, keep_house
from tests.workers.hands import Hand, graph, job, own_session
from workers.models import Execution, FinishedJob, Job, JobDependency, Worker

KEPT = timedelta(days=30)


@pytest.fixture(autouse=True)
def first_partition() -> None:
    hold_first_partition()


def run(*names: str) -> Execution:
    """An execution of jobs that have all completed."""
    execution = graph(*(job(name) for name in names))
    finish()
    return execution


def finish() -> None:
    hand = Hand(f"hand {Worker.objects.count()}", types=["noop"])
    while claimed := hand.claim():
        hand.complete(*claimed)


def parts() -> set[int]:
    """The partitions that any table of the history has."""
    tables = ["job", "finished_job", "job_dependency", "job_attempt", "job_checkpoint"]
    query = "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = ANY (%s::regclass[])"
    return {int(row["name"].rpartition("_p")[2]) for row in sql.rows(query, [tables])}


def test_what_is_past_its_retention_goes_with_its_executions() -> None:
    begin_partition(5)
    old = run("a", "b")
    begin_partition(6)
    young = run("c")
    age(31, old)
    report = keep_house()
    assert report.executions_deleted == 1
    assert not {5} & parts()
    assert {6, 7, 8, 9} <= parts()
    assert not sql.value("SELECT EXISTS (SELECT FROM pg_class WHERE relname LIKE '%\\_p5')")
    assert not Execution.objects.filter(pk=old.pk).exists()
    assert set(FinishedJob.objects.values_list("job__execution", flat=True)) == {young.pk}


def test_nothing_goes_before_its_time() -> None:
    begin_partition(5)
    old = run("a")
    begin_partition(6)
    age(29, old)
    assert keep_house().executions_deleted == 0
    assert 5 in parts()


def test_a_retention_of_zero_keeps_everything(settings: LazySettings) -> None:
    settings.JOB_RETENTION_DAYS = 0
    begin_partition(5)
    old = run("a")
    begin_partition(6)
    age(3000, old)
    sql.execute("UPDATE worker SET stopped_at = now() - interval '3000 days'")
    assert keep_house().rows_pruned == 0
    assert 5 in parts()


def test_one_job_that_waits_keeps_its_partition() -> None:
    begin_partition(5)
    old, waiting = run("a"), graph(job("waits", type="sleep"))
    begin_partition(6)
    age(31, old, waiting)
    keep_house()
    assert Job.objects.filter(execution=old).exists()


def test_an_execution_that_goes_on_elsewhere_keeps_its_partition() -> None:
    begin_partition(5)
    begin_partition(6, before=2)
    spanning = graph(job("a"), job("b", "a", type="sleep"))
    finish()
    begin_partition(7)
    age(31, spanning)
    keep_house()
    assert {5, 6} <= parts()


def test_a_rerun_keeps_the_results_that_it_reads() -> None:
    begin_partition(5)
    old = run("parent")
    begin_partition(6)
    rerun = graph(job("child", type="sleep"))
    age(31, old)
    parent, child = Job.objects.get(execution=old), Job.objects.get(execution=rerun)
    sql.execute(
        "INSERT INTO job_dependency (parent_id, child_id, on_failure) VALUES (%s, %s, 'cancel')", [parent.pk, child.pk]
    )
    sql.execute("UPDATE execution SET rerun_of_id = %s WHERE id = %s", [old.pk, rerun.pk])
    keep_house()
    assert JobDependency.objects.filter(child=child).exists()
    sql.execute("UPDATE execution SET completed_at = now() - interval '31 days' WHERE id = %s", [rerun.pk])
    keep_house()
    rerun.refresh_from_db()
    assert rerun.rerun_of is None
    assert not Execution.objects.filter(pk=old.pk).exists()


def test_an_execution_stays_while_a_partition_has_jobs_of_it() -> None:
    begin_partition(5)
    begin_partition(6, before=2)
    spanning = run("a", "b")
    young = run("c")
    begin_partition(7)
    age(31, spanning)
    keep_house()
    assert 5 not in parts()
    assert 6 in parts()
    assert {spanning.pk, young.pk} <= set(Execution.objects.values_list("pk", flat=True))


def test_someone_who_reads_the_history_is_not_waited_for() -> None:
    begin_partition(5)
    old = run("a")
    begin_partition(6)
    age(31, old)
    with own_session() as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM finished_job")
        assert keep_house().partitions_dropped == 0
        assert Job.objects.filter(execution=old).exists()
    keep_house()
    assert not Job.objects.filter(execution=old).exists()


def test_a_pass_goes_on_where_one_broke_off() -> None:
    begin_partition(5)
    old = run("a")
    begin_partition(6)
    age(31, old)
    assert sql.routine_value("workers.detach_partition", 5, KEPT)
    assert keep_house().executions_deleted == 1
    assert not sql.value("SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'job_p5')")


def test_a_partition_that_was_found_old_stays_when_a_job_came_to_need_it() -> None:
    begin_partition(5)
    old = run("parent")
    begin_partition(6)
    age(31, old)
    assert {"part": 5} in sql.rows("SELECT workers.old_partitions(%s) AS part", [KEPT])
    parent, child = Job.objects.get(execution=old), Job.objects.get(execution=graph(job("child", type="sleep")))
    sql.execute(
        "INSERT INTO job_dependency (parent_id, child_id, on_failure) VALUES (%s, %s, 'cancel')", [parent.pk, child.pk]
    )
    assert not sql.routine_value("workers.detach_partition", 5, KEPT)
    assert 5 in parts()


def test_a_partition_stays_while_somebody_submits_to_it() -> None:
    begin_partition(5)
    old = run("a")
    begin_partition(6)
    age(31, old)
    with own_session() as submitter, own_session() as keeper, submitter.transaction():
        submitter.execute("LOCK TABLE job IN ROW EXCLUSIVE MODE")  # as its INSERT does
        with pytest.raises(psycopg.errors.LockNotAvailable):
            keeper.execute("SELECT workers.detach_partition(5, %s)", [KEPT])
    assert 5 in parts()


def test_a_partition_does_not_collect_jobs_for_longer_than_a_quarter_of_the_retention() -> None:
    begin_partition(5)
    first = run("a")
    age(7, first)
    keep_house()
    assert Job.objects.get(execution=run("b")).pk // SIZE == 5
    age(1, first)
    keep_house()
    assert Job.objects.get(execution=run("c")).pk == 6 * SIZE
    assert {6, 7, 8, 9} <= parts()


def test_a_new_partition_waits_for_who_draws_ids_at_the_moment() -> None:
    begin_partition(5)
    first = run("a")
    age(9, first)
    with own_session() as submitter, submitter.transaction():
        submitter.execute("SELECT nextval('job_id_seq')")
        keep_house()
        assert sql.value("SELECT last_value FROM job_id_seq") < 6 * SIZE
    keep_house()
    assert sql.value("SELECT nextval('job_id_seq')") == 6 * SIZE
