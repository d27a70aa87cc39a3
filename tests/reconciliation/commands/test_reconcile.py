"""`manage.py reconcile`: starts comparisons, waits for them, and exits as they ended."""

import json

import pytest

from reconciliation.models import ReconciliationJob
from reconciliation.services.trigger import trigger
from reconciliation.states import Strategy
from tests.reconciliation.tables import put, run


def test_equal_tables_exit_0_with_one_line(run_command, quick, workers):
    for side in ("source", "target"):
        put(side, 1)
    code, printed = run_command("reconcile", "orders")
    assert code == 0
    assert printed.startswith("orders  COMPLETED  1 rows against 1, 0 mismatches, drift 0 %")


def test_differences_exit_1_and_say_of_which_kind(run_command, quick, workers):
    put("source", 1)
    put("source", 2)
    put("target", 2, status="'packed'")
    code, printed = run_command("reconcile")
    assert code == 1
    assert "2 mismatches (1 missing in the target, 0 missing in the source, 1 different)" in printed


def test_without_workers_it_runs_the_jobs_itself(run_command, quick, capsys):
    put("source", 1)
    code, _ = run_command("reconcile", "orders")
    assert code == 1
    assert "this command runs the jobs itself" in capsys.readouterr().err


def test_json_is_one_object_with_each_job_as_the_api_has_it(run_command, quick, workers):
    put("source", 1)
    code, printed = run_command("reconcile", "--json", "--strategy", "ROW_COUNT")
    (job,) = json.loads(printed)["jobs"]
    assert (code, job["table_name"], job["validation_strategy"], job["status"]) == (
        1,
        "orders",
        "ROW_COUNT",
        "COMPLETED",
    )


def test_without_waiting_it_only_starts_them(run_command, quick):
    code, printed = run_command("reconcile", "orders", "--no-wait", "--priority", "HIGH")
    job = ReconciliationJob.objects.get()
    assert (code, printed.strip(), job.priority) == (0, f"orders  RUNNING  {job.pk}", "HIGH")


def test_a_comparison_by_another_strategy_is_waited_for_and_then_its_own_is_made(run_command, quick, workers):
    put("source", 1)
    put("target", 1, status="'packed'")
    (other,) = trigger(tables=["orders"], strategy=Strategy.ROW_COUNT).jobs
    code, printed = run_command("reconcile", "orders")
    other.refresh_from_db()
    assert (other.status, other.mismatch_count) == ("COMPLETED", 0)
    assert code == 1
    assert "1 mismatches" in printed
    assert ReconciliationJob.objects.filter(validation_strategy="CHECKSUM", status="COMPLETED").count() == 1


def test_without_waiting_a_comparison_by_another_strategy_is_said_and_exits_3(run_command, quick):
    (other,) = trigger(tables=["orders"], strategy=Strategy.ROW_COUNT).jobs
    code, printed = run_command("reconcile", "orders", "--no-wait")
    assert code == 3
    assert f"orders  RUNNING  {other.pk}  compares by ROW_COUNT; no comparison by CHECKSUM was started" in printed
    assert ReconciliationJob.objects.count() == 1


def test_without_waiting_a_comparison_by_the_same_strategy_is_joined(run_command, quick):
    (other,) = trigger(tables=["orders"], strategy=Strategy.CHECKSUM).jobs
    code, printed = run_command("reconcile", "orders", "--no-wait")
    assert (code, printed.strip()) == (0, f"orders  RUNNING  {other.pk}")


def test_a_table_that_is_gone_exits_3_with_the_reason(run_command, quick, workers):
    run('DROP TABLE side_target."order"')
    code, printed = run_command("reconcile", "orders")
    assert code == 3
    assert "there is no table side_target.order" in printed


@pytest.mark.parametrize("given", [["nothing"], ["orders", "--strategy", "TIMESTAMP_RANGE"]])
def test_what_can_t_be_asked_exits_2(run_command, quick, given):
    assert run_command("reconcile", *given)[0] == 2


def test_while_it_is_disabled_it_exits_3_and_says_so(run_command, quick, settings):
    settings.RECONCILIATION_ENABLED = False
    code, printed = run_command("reconcile")
    assert code == 3
    assert "RECONCILIATION_ENABLED" in printed
