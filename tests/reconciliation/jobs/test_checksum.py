"""A comparison of everything: what it finds, what it stores, what it proves."""

import pytest

from project.postgres import sql
from reconciliation import drift
from reconciliation.events import Event
from reconciliation.jobs.plan import cut
from reconciliation.models import Candidate, Coverage, Mismatch, ReconciliationRange
from reconciliation.states import JobStatus, RangeState
from tests.reconciliation.jobs import tables

pytestmark = pytest.mark.usefixtures("users")

DAMAGES = {
    "missing in target": "DELETE FROM replica.users WHERE id = 3",
    "missing in source": "INSERT INTO replica.users VALUES (99, 'nobody', 1, now() - interval '1 day')",
    "null for text": "UPDATE replica.users SET name = NULL WHERE id = 4",
    "empty for text": "UPDATE replica.users SET name = '' WHERE id = 5",
    "eighteenth decimal": "UPDATE replica.users SET amount = amount + 0.000000000000000001 WHERE id = 6",
    "a microsecond": "UPDATE replica.users SET updated_at = updated_at + interval '1 microsecond' WHERE id = 7",
}


def by_key() -> dict[str, Mismatch]:
    return {one.primary_key_value: one for one in Mismatch.objects.all()}


def test_equal_tables_are_completed_without_a_mismatch_and_covered(compared):
    job = compared()
    assert (job.status, job.mismatch_count, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, 0, 20, 20)
    assert (drift.percent(job), job.alert_fired, job.validation_errors) == (0.0, False, None)
    assert job.method == "record hashes"
    assert [(one.rows, one.mapping_version, one.canonical_version) for one in Coverage.objects.all()] == [(20, 1, 1)]


def test_every_planted_difference_is_found_with_the_values_of_both_sides(compared):
    for damage in DAMAGES.values():
        sql.execute(damage)
    job = compared()
    found = by_key()
    assert (job.status, job.mismatch_count, job.data_mismatches) == (JobStatus.COMPLETED, 6, 4)
    assert (job.missing_in_target, job.missing_in_source, job.candidates) == (1, 1, 6)
    assert found["3"].mismatch_type == "MISSING_IN_POSTGRES"
    assert (found["3"].source_data["name"], found["3"].target_data, found["3"].target_checksum) == (
        "name 3",
        None,
        None,
    )
    assert found["99"].mismatch_type == "MISSING_IN_CASSANDRA"
    assert (found["99"].source_data, found["99"].target_data["name"]) == (None, "nobody")
    assert {key: one.columns for key, one in found.items() if one.columns} == {
        "4": ["name"], "5": ["name"], "6": ["amount"], "7": ["updated_at"],
    }  # fmt: skip
    assert (found["4"].source_data["name"], found["4"].target_data["name"]) == ("name 4", None)
    assert found["4"].source_checksum != found["4"].target_checksum
    assert {event.name for one in found.values() for event in one.events.all()} == {"detected"}
    assert not Candidate.objects.exists()


def test_subscribers_are_told_of_the_end_and_of_the_drift(compared, monkeypatch):
    told = []
    monkeypatch.setattr("reconciliation.services.webhooks.emit", lambda event, job: told.append((event, job.status)))
    compared()
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    sql.execute("DROP TABLE replica.users")
    compared()
    assert told == [
        (Event.JOB_COMPLETED, JobStatus.COMPLETED),
        (Event.JOB_COMPLETED, JobStatus.COMPLETED),
        (Event.DRIFT_DETECTED, JobStatus.COMPLETED),
        (Event.JOB_FAILED, JobStatus.FAILED),
    ]


def test_drift_is_in_percent_and_above_the_threshold_fires_the_alert(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    job = compared()
    assert (drift.percent(job), job.alert_fired) == (5.0, True)


def test_found_again_a_mismatch_keeps_its_age_and_is_counted(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    (first,) = Mismatch.objects.all()
    second_job = compared()
    (second,) = Mismatch.objects.all()
    assert (second.pk, second.detected_at, second.times_seen) == (first.pk, first.detected_at, 2)
    assert (second.job_id, second.sightings.count(), second.version) == (second_job.pk, 2, first.version)


def test_found_again_an_event_is_written_and_the_version_changes_only_with_what_differs(compared):
    sql.execute("UPDATE replica.users SET name = 'other' WHERE id = 3")
    compared()
    compared()
    (found,) = Mismatch.objects.all()
    assert (found.version, [event.name for event in found.events.all()]) == (1, ["detected"])
    sql.execute("UPDATE replica.users SET amount = 0 WHERE id = 3")
    job = compared()
    found.refresh_from_db()
    seen = found.events.last()
    assert (found.version, seen.name, seen.note, seen.job_id) == (2, "seen", "name, amount", job.pk)
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    assert (found.events.count(), found.events.last().note) == (3, "MISSING_IN_POSTGRES")


def test_a_mended_mismatch_is_resolved_by_the_next_job(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users WHERE id = 3")
    job = compared()
    (mended,) = Mismatch.objects.all()
    assert (job.mismatch_count, mended.resolution_status) == (0, "AUTO_RESOLVED")
    assert mended.resolved_at is not None
    assert [event.name for event in mended.events.all()] == ["detected", "auto_resolved"]


def test_what_returns_after_it_was_resolved_is_pending_again(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    Mismatch.objects.update(resolution_status="MANUAL_RESOLVED", resolution_notes="done")
    compared()
    (again,) = Mismatch.objects.all()
    assert (again.resolution_status, again.resolution_notes, again.times_seen) == ("PENDING", None, 2)
    assert [event.name for event in again.events.all()] == ["detected", "reopened"]


def test_an_ignored_mismatch_stays_so_and_is_not_counted_until_it_expires(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    compared()
    Mismatch.objects.update(resolution_status="IGNORED")
    assert compared().mismatch_count == 0
    assert Mismatch.objects.get().resolution_status == "IGNORED"
    sql.execute("UPDATE mismatch SET ignored_until = now()")
    assert compared().mismatch_count == 1
    assert Mismatch.objects.get().resolution_status == "PENDING"
    assert list(Mismatch.objects.get().events.values_list("name", flat=True)) == ["detected", "expired"]


def test_rows_of_the_source_that_are_written_during_the_job_are_left_for_the_next(compared):
    sql.execute("UPDATE upstream.users SET name = 'new', updated_at = now() + interval '1 hour' WHERE id = 8")
    job = compared()
    assert (job.status, job.mismatch_count, job.deferred, job.candidates) == (JobStatus.COMPLETED, 0, 1, 1)
    assert not Coverage.objects.exists()


def test_ranges_without_difference_are_covered_beside_one_with(compared):
    tables.drop()
    tables.make(rows=2000)
    sql.execute("DELETE FROM replica.users WHERE id = 700")
    job = compared()
    different = ReconciliationRange.objects.get(state=RangeState.DIFFERENT)
    assert (job.mismatch_count, job.source_rows, job.target_rows) == (1, 2000, 1999)
    assert int(different.lower[0]) < 700 <= int(different.upper[0])
    assert job.ranges.filter(state=RangeState.EQUAL).count() == Coverage.objects.count() >= 3
    assert sum(one.rows for one in Coverage.objects.all()) == 2000 - different.source_rows


def test_a_newer_proof_takes_the_place_of_the_older(compared):
    compared()
    job = compared()
    assert [one.job_id for one in Coverage.objects.all()] == [job.pk]


def test_past_the_cap_it_goes_on_counting_and_says_partial(compared, monkeypatch):
    monkeypatch.setattr("reconciliation.services.recording.STORED_AT_MOST", 4)
    sql.execute("DELETE FROM replica.users WHERE id <= 10")
    job = compared()
    assert (job.mismatch_count, job.missing_in_target, job.detail) == (10, 10, "PARTIAL")
    assert Mismatch.objects.count() == job.sightings.count() == 4


def test_two_rows_of_one_key_are_refused_instead_of_taken_for_equal(compared, monkeypatch):
    """Also where the index goes when the key was looked at already."""

    def then(method, *given, **named):
        sql.execute("ALTER TABLE replica.users DROP CONSTRAINT users_pkey")
        sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users WHERE id = 3")
        return cut(method, *given, **named)

    monkeypatch.setattr("reconciliation.jobs.plan.cut", then)
    job = compared()
    assert job.status == JobStatus.FAILED
    assert "target has more than one row" in job.validation_errors[0]["error"]
