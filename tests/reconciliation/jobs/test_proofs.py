"""Proofs of equality over several comparisons: the last that looked at everything says all there is to say."""

import pytest

from project.postgres import sql
from reconciliation.models import Coverage, ReconciliationRange
from reconciliation.states import JobStatus, RangeState, Strategy
from tests.reconciliation.jobs import tables

pytestmark = pytest.mark.usefixtures("users")


def test_proofs_of_ranges_with_other_bounds_do_not_outlive_the_next_comparison(compared):
    tables.drop()
    tables.make(rows=2000)
    first = compared()
    assert {one.job_id for one in Coverage.objects.all()} == {first.pk}
    for schema in ("upstream", "replica"):
        sql.execute(f"INSERT INTO {schema}.users SELECT n, 'new', 1, now() FROM generate_series(-700, 0) n")
        sql.execute(f"ANALYZE {schema}.users")
    sql.execute("DELETE FROM replica.users WHERE id = 700")
    second = compared()
    assert not set(bounds(first.pk)) & set(bounds(second.pk))
    assert {one.job_id for one in Coverage.objects.all()} == {second.pk}
    assert Coverage.objects.count() == second.ranges.filter(state=RangeState.EQUAL).count()


def test_what_differs_now_is_proved_no_more(compared):
    compared()
    sql.execute("UPDATE replica.users SET name = 'other' WHERE id = 3")
    assert compared().status == JobStatus.COMPLETED
    assert not Coverage.objects.exists()


@pytest.mark.parametrize("strategy", [Strategy.ROW_COUNT, Strategy.SAMPLE, Strategy.TIMESTAMP_RANGE])
def test_a_comparison_that_looks_at_less_leaves_the_proofs(compared, strategy):
    job = compared()
    assert compared(strategy).status == JobStatus.COMPLETED
    assert [one.job_id for one in Coverage.objects.all()] == [job.pk]


def bounds(job) -> list[tuple[str, str]]:
    ranges = ReconciliationRange.objects.filter(job=job)
    return [(str(one.lower), str(one.upper)) for one in ranges]
