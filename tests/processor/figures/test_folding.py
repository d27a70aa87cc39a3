"""Reports become minutes and totals, each counted once."""

import threading
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from batches.processor.jobs import figures
from batches.processor.models import InferenceBatchEvent, InferenceMinute, InferenceRun, InferenceTotal
from batches.processor.queries import current
from batches.processor.queries.analytics import KEPT
from project.postgres import sql
from tests.processor.figures.reports import MODEL, event, fold, minute, run
from workers.runtime.housekeeping import HotTables, housekeep
from workers.runtime.sessions import session

LONG_AGO = timedelta(minutes=3)


def test_reports_of_minutes_that_are_over_become_a_row_each():
    run(1.0, 2.0, ago=LONG_AGO)
    run(3.0, ago=LONG_AGO)
    event("queued", ago=LONG_AGO)
    event("completed", seconds=0.5, completed=2, failed=1, ago=LONG_AGO)
    assert fold() == 4
    (row,) = InferenceMinute.objects.all()
    assert (row.minute, row.model) == (minute(LONG_AGO), MODEL)
    assert (row.runs, row.items, row.completed_items, row.failed_items) == (2, 3, 2, 1)
    assert (row.compute_ms, row.queue_ms, row.latency_ms) == (8.0, 6.0, 18.0)
    assert (row.submitted, row.completed, row.batch_seconds) == (1, 1, 0.5)
    assert (sum(row.latencies), sum(row.queue_times), sum(row.compute_times), sum(row.batch_sizes)) == (3, 3, 2, 2)
    assert sum(row.batch_times) == 1
    assert not InferenceRun.objects.exists()
    assert not InferenceBatchEvent.objects.exists()


def test_what_comes_late_is_added_to_its_minute():
    run(1.0, ago=LONG_AGO)
    fold()
    run(1.0, 9.0, ago=LONG_AGO)
    fold()
    (row,) = InferenceMinute.objects.all()
    assert (row.runs, row.items, sum(row.latencies), row.batch_sizes[:2]) == (2, 3, 3, [1, 1])


def test_the_present_minute_stays_as_it_was_reported():
    run(1.0)
    assert fold() == 0
    assert InferenceRun.objects.count() == 1


def test_each_model_has_its_own_rows():
    run(1.0, ago=LONG_AGO)
    run(1.0, 1.0, model="other", ago=LONG_AGO)
    fold()
    assert dict(InferenceMinute.objects.values_list("model", "items")) == {MODEL: 1, "other": 2}
    assert dict(InferenceTotal.objects.values_list("model", "items")) == {MODEL: 1, "other": 2}


def test_old_minutes_go_and_the_totals_stay():
    run(1.0, ago=timedelta(days=20))
    fold()
    assert fold() == 0
    assert not InferenceMinute.objects.exists()
    assert InferenceTotal.objects.get().items == 1


def test_totals_are_the_same_before_and_after_folding():
    run(1.0, 2.0, ago=LONG_AGO)
    run(5.0)
    event("queued", ago=LONG_AGO)
    event("expired", seconds=7.0, completed=4)
    event("failed", seconds=7.0, failed=3, ago=LONG_AGO)
    before = current.totals()
    assert fold() == 3
    assert current.totals() == before
    (ever,) = before
    assert (ever["items"], ever["runs"], ever["submitted"], ever["expired"]) == (3, 2, 1, 1)
    assert (ever["completed_items"], ever["failed_items"]) == (4, 3)


def test_several_that_fold_at_once_count_everything_once():
    for _ in range(30):
        run(1.0, ago=LONG_AGO)

    def work():
        with session("test") as connection:
            connection.execute("SELECT processor.fold_figures(interval '14 days', 4)")

    while InferenceRun.objects.exists():
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert InferenceTotal.objects.get().items == 30
    assert InferenceMinute.objects.get().items == 30


def test_housekeeping_folds():
    run(1.0, ago=LONG_AGO)
    with session("test") as connection:
        housekeep(connection, HotTables())
    assert InferenceMinute.objects.get().items == 1


def test_analytics_reach_no_further_than_what_is_kept():
    run(1.0, ago=KEPT - timedelta(minutes=5))
    fold(KEPT)
    assert InferenceMinute.objects.count() == 1


@given(st.lists(st.floats(0.1, 600_000), min_size=1, max_size=200), st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]))
@settings(max_examples=60)
def test_a_percentile_is_in_the_step_of_the_true_one(database, values, share):
    counted = sql.routine_value("processor.counts", values, None, current.time_bounds())
    found = sql.routine_value("processor.percentile", counted, share)
    true = sorted(values)[max(0, -(-int(share * len(values) * 1000) // 1000) - 1)]
    bounds = [0.0, *current.time_bounds()]
    step = max(bound for bound in bounds if bound <= true)
    above = [bound for bound in bounds if bound > true]
    assert step <= found <= (above[0] if above else bounds[-1])


def test_of_nothing_there_is_no_percentile():
    nothing = sql.routine_value("processor.counts", None, None, current.time_bounds())
    assert set(nothing) == {0}
    assert sql.routine_value("processor.percentile", nothing, 0.5) is None


def test_a_pass_folds_all_that_there_is_unless_it_is_late(monkeypatch):
    monkeypatch.setattr(figures, "MOST_AT_ONCE", 2)
    for _ in range(7):
        run(1.0, ago=LONG_AGO)
    with session("test") as connection:
        assert figures.fold_figures(connection, lambda: True) == 2
        assert figures.fold_figures(connection, lambda: False) == 5
    assert not InferenceRun.objects.exists()
    assert InferenceTotal.objects.get().runs == 7
