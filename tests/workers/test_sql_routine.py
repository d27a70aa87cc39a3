"""The job type sql.routine, and the modules that bring job types of one's own."""

import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.postgres import sql
from tests.workers.hands import Hand, graph, job, status
from workers import handlers
from workers.apps import import_handlers
from workers.handlers import Claim, Permanent, StaleClaim
from workers.jobs.sql_routine import MOST_ROWS, sql_routine
from workers.models import FinishedJob
from workers.runtime import drain


@pytest.fixture
def routine(settings):
    """Makes test_job.work with this head and body, and lists it."""
    sql.execute("CREATE SCHEMA test_job")
    settings.SQL_JOB_ROUTINES = ["test_job.work"]

    def make(head: str, body: str) -> None:
        sql.execute(f"CREATE FUNCTION test_job.work{head} LANGUAGE sql AS $body${body}$body$")

    yield make
    sql.execute("DROP SCHEMA test_job CASCADE")


def run(config: dict) -> dict | None:
    """As a job that a worker has claimed."""
    graph(job("call", type="sql.routine", payload=config))
    (claimed,) = Hand("runner").claim(1)
    names = {"execution_id": 1, "key": "call", "type": "sql.routine", "attempt": 1, "worker_id": 1}
    return sql_routine(Claim(job_id=claimed["job_id"], fence=claimed["fence"], payload=config, **names))


def test_a_workflow_calls_a_routine_and_keeps_its_rows(routine):
    routine(
        "(p_from integer, p_to integer) RETURNS TABLE (n integer, half numeric)",
        "SELECT i, i / 2.0 FROM generate_series(p_from, p_to) i",
    )
    execution = graph(
        job("a", type="sql.routine", payload={"routine": "test_job.work", "args": {"p_to": 2, "p_from": 1}})
    )
    drain()
    assert status(execution) == "completed"
    assert FinishedJob.objects.get().output == {"rows": [{"n": 1, "half": 0.5}, {"n": 2, "half": 1.0}]}


def test_arguments_become_what_the_routine_takes(routine):
    routine(
        "(a smallint, b numeric, c boolean, d date, e jsonb, f text) RETURNS text",
        "SELECT concat_ws('|', a, b, c, d, e, f)",
    )
    args = [5, 1.50, True, "2026-01-31", {"k": [1, "%s"]}, None]
    assert run({"routine": "test_job.work", "args": args}) == {"rows": ['5|1.5|t|2026-01-31|{"k": [1, "%s"]}']}


def test_a_routine_may_give_nothing(routine):
    routine("() RETURNS void", "SELECT")
    assert run({"routine": "test_job.work"}) == {"rows": [None]}


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"routine": "pg_catalog.pg_sleep", "args": [1]}, "SQL_JOB_ROUTINES doesn't list 'pg_catalog.pg_sleep'"),
        ({}, "SQL_JOB_ROUTINES doesn't list None"),
        ({"routine": "test_job.work", "args": 1}, "config.args: must be"),
        ({"routine": "test_job.work", "arguments": []}, "config.arguments: unknown"),
        ({"routine": "test_job.work", "args": {"a%s": 1}}, "config.args.a%s: this is no name"),
        ({"routine": "test_job.work", "args": {"nobody": 1}}, "does not exist"),
        ({"routine": "test_job.work", "args": ["seven"]}, "invalid input syntax"),
    ],
)
def test_what_can_never_work_fails_for_good(routine, config, named):
    routine("(n integer) RETURNS integer", "SELECT n")
    with pytest.raises(Permanent) as refused:
        run(config)
    assert named in str(refused.value)


def test_too_many_rows_are_refused(routine):
    routine("(n integer) RETURNS SETOF integer", "SELECT generate_series(1, n)")
    assert len(run({"routine": "test_job.work", "args": [MOST_ROWS]})["rows"]) == MOST_ROWS
    with pytest.raises(Permanent, match="more than 1000 rows"):
        run({"routine": "test_job.work", "args": [MOST_ROWS + 1]})


def test_what_a_routine_with_too_many_rows_did_is_undone(routine):
    sql.execute("CREATE TABLE test_job.done (n integer)")
    routine("(n integer) RETURNS SETOF integer", "INSERT INTO test_job.done SELECT generate_series(1, n) RETURNING n")
    with pytest.raises(Permanent, match="more than 1000 rows"):
        run({"routine": "test_job.work", "args": [MOST_ROWS + 1]})
    assert sql.value("SELECT count(*) FROM test_job.done") == 0


def test_what_a_routine_did_for_a_claim_that_was_lost_is_undone(routine):
    sql.execute("CREATE TABLE test_job.done (n integer)")
    routine("() RETURNS void", "DELETE FROM lease; INSERT INTO test_job.done VALUES (1)")
    with pytest.raises(StaleClaim):
        run({"routine": "test_job.work"})
    assert sql.value("SELECT count(*) FROM test_job.done") == 0


def test_a_module_of_the_settings_brings_its_job_types(tmp_path, monkeypatch):
    monkeypatch.setattr(handlers, "_handlers", dict(handlers._handlers))
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_jobs.py").write_text(
        "from workers.handlers import handler\n\n@handler('own.work')\ndef work(claim):\n    return {'done': True}\n"
    )
    import_handlers("own_jobs")
    execution = graph(job("a", type="own.work"))
    drain()
    assert status(execution) == "completed"
    sys.modules.pop("own_jobs")


def test_a_module_that_is_missing_stops_the_program():
    with pytest.raises(ImproperlyConfigured, match=r"JOB_MODULES: no\.such can't be imported"):
        import_handlers("no.such")
