"""Keys that two readings of a job found: read again once, and told to both ranges."""

import pytest
from django.db import transaction

from project.postgres import sql
from reconciliation.jobs import compare
from reconciliation.models import Candidate, Coverage, Mismatch
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, RangeState, Strategy

pytestmark = pytest.mark.usefixtures("users")
THREE = (b"\x00\x00\x00\x03",)


@pytest.fixture
def found_by_all(monkeypatch):
    """Several ranges that all have the third user among what differs, as of a row that moves."""
    examine = compare.examine

    def moved(*given):
        found = examine(*given)
        found.keys = [THREE]
        return found

    monkeypatch.setattr("reconciliation.jobs.plan.rows_of_range", lambda *_, **__: 10)
    monkeypatch.setattr("reconciliation.jobs.compare.examine", moved)


def ranges(job):
    found = list(job.ranges.values_list("state", "candidates", "differing"))
    assert len(found) > 1
    return set(found)


@pytest.mark.usefixtures("found_by_all")
def test_a_key_that_two_ranges_found_and_that_differs_leaves_neither_equal(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    job = compared()
    assert (job.status, job.candidates, job.mismatch_count) == (JobStatus.COMPLETED, 1, 1)
    assert ranges(job) == {(RangeState.DIFFERENT, 1, 1)}
    assert (Mismatch.objects.get().times_seen, Coverage.objects.count()) == (1, 0)


@pytest.mark.usefixtures("found_by_all")
def test_a_key_that_two_ranges_found_and_that_is_equal_again_leaves_both_equal(compared):
    job = compared()
    assert (job.status, job.candidates, job.mismatch_count) == (JobStatus.COMPLETED, 1, 0)
    assert ranges(job) == {(RangeState.EQUAL, 1, 0)}


@pytest.mark.usefixtures("found_by_all")
def test_a_key_that_two_ranges_found_is_read_again_in_one_block(compared, monkeypatch):
    monkeypatch.setattr("reconciliation.jobs.gather.BLOCK", 1)
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    job = compared()
    assert (job.mismatch_count, job.sightings.count()) == (1, 1)
    assert ranges(job) == {(RangeState.DIFFERENT, 1, 1)}


def test_candidates_beside_many_open_mismatches_are_gathered_without_reading_them_for_each(users):
    (job,) = trigger(tables=["users"], strategy=Strategy.CHECKSUM).jobs
    key = "jsonb_build_array(n::text)"
    with transaction.atomic():
        sql.execute(
            "INSERT INTO mismatch (id, fingerprint, mapping_id, job_id, table_name, key, primary_key_value,"
            f" mismatch_type, columns) SELECT gen_random_uuid(), n::text, %s, %s, 'users', {key}, n::text,"
            " 'DATA_MISMATCH', '[]' FROM generate_series(901, 1200) n",
            [users.pk, job.pk],
        )
        sql.execute(
            f"INSERT INTO candidate (job_id, range_number, key) SELECT %s, 0, {key} FROM generate_series(1, 1000) n",
            [job.pk],
        )
        sql.routine("reconciliation.gather_candidates", job.pk, 100)
        read = sql.value(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'candidate'"
        )
    assert Candidate.objects.filter(range_number=-1).count() == 200
    assert read < 20 * 1200
