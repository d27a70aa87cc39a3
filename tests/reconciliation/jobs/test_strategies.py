"""The strategies besides CHECKSUM, and what each of them claims."""

import pytest

from project.postgres import sql
from reconciliation import drift
from reconciliation.jobs import gather
from reconciliation.models import Coverage, IgnoreRule, Mapping, Mismatch
from reconciliation.states import JobStatus, Strategy
from tests.reconciliation.jobs import tables

pytestmark = pytest.mark.usefixtures("users")


def test_a_count_sums_what_is_missing_and_extra_by_range(compared):
    tables.drop()
    tables.make(rows=2000)
    sql.execute("DELETE FROM replica.users WHERE id IN (1, 2, 3)")
    sql.execute("INSERT INTO replica.users VALUES (9999, 'extra')")
    job = compared(Strategy.ROW_COUNT)
    assert (job.status, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, 2000, 1998)
    assert (job.mismatch_count, job.missing_in_target, job.missing_in_source) == (4, 3, 1)
    assert not Mismatch.objects.exists()
    assert not Coverage.objects.exists()


def test_equal_counts_are_no_mismatch_whatever_the_rows_say(compared):
    sql.execute("UPDATE replica.users SET name = 'other'")
    job = compared(Strategy.ROW_COUNT)
    assert (job.mismatch_count, drift.percent(job), job.method) == (0, 0.0, "counts")


def test_a_time_range_finds_what_either_side_wrote_in_the_last_hour_and_no_more(compared):
    recent = "now() - interval '10 minutes'"
    sql.execute(f"UPDATE upstream.users SET name = 'newer', updated_at = {recent} WHERE id = 1")
    sql.execute(f"INSERT INTO upstream.users VALUES (50, 'new', 1, {recent})")
    sql.execute(f"INSERT INTO replica.users VALUES (60, 'alone', 1, {recent})")
    sql.execute(f"UPDATE replica.users SET name = 'changed here', updated_at = {recent} WHERE id = 2")
    sql.execute("UPDATE replica.users SET name = 'long ago' WHERE id = 3")
    job = compared(Strategy.TIMESTAMP_RANGE)
    found = dict(Mismatch.objects.values_list("primary_key_value", "mismatch_type"))
    assert found == {
        "1": "DATA_MISMATCH",
        "2": "DATA_MISMATCH",
        "50": "MISSING_IN_POSTGRES",
        "60": "MISSING_IN_CASSANDRA",
    }
    assert (job.status, job.mismatch_count, job.source_rows, job.target_rows) == (JobStatus.COMPLETED, 4, 2, 2)


def test_a_sample_without_a_mismatch_states_its_bound(compared, settings):
    settings.RECONCILIATION_SAMPLE_SIZE = 10
    job = compared(Strategy.SAMPLE)
    assert (job.mismatch_count, job.compared_rows, job.drift_bound_percent) == (0, 10, 30.0)


def test_a_sample_looks_from_both_sides(compared):
    sql.execute("DELETE FROM replica.users WHERE id = 1")
    sql.execute("UPDATE replica.users SET name = 'other' WHERE id = 2")
    sql.execute("INSERT INTO replica.users VALUES (60, 'alone', 1, now() - interval '1 day')")
    job = compared(Strategy.SAMPLE)
    assert (job.mismatch_count, job.missing_in_target, job.missing_in_source, job.data_mismatches) == (3, 1, 1, 1)
    assert (job.drift_bound_percent, drift.percent(job)) == (None, 15.0)


def test_a_sample_resolves_what_was_mended_and_counts_no_old_mismatch(compared, settings):
    sql.execute("DELETE FROM replica.users WHERE id <= 10")
    compared()
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users WHERE id = 3")
    settings.RECONCILIATION_SAMPLE_SIZE = 1
    job = compared(Strategy.SAMPLE)
    assert job.mismatch_count <= 1
    assert Mismatch.objects.get(primary_key_value="3").resolution_status == "AUTO_RESOLVED"
    assert Mismatch.objects.filter(resolution_status="PENDING").count() == 9


def test_a_tolerance_is_equality(compared):
    columns = [{**one, "rule": {"absolute": 0.01}} if one["source"] == "amount" else one for one in tables.COLUMNS]
    Mapping.objects.update(columns=columns)
    sql.execute("UPDATE replica.users SET amount = amount + 0.005 WHERE id <= 10")
    sql.execute("UPDATE replica.users SET amount = amount + 0.02 WHERE id = 11")
    assert compared().mismatch_count == 1


def test_a_rule_leaves_a_column_out_and_counts_what_it_covered(compared):
    rule = IgnoreRule.objects.create(mapping=Mapping.objects.get(), column="name", reason="spelled anew")
    sql.execute("UPDATE replica.users SET name = upper(name) WHERE id <= 5")
    sql.execute("UPDATE replica.users SET amount = 0 WHERE id = 5")
    job = compared()
    rule.refresh_from_db()
    assert [one.columns for one in Mismatch.objects.all()] == [["amount"]]
    assert (job.mismatch_count, rule.hits) == (1, 4)


def test_a_rule_leaves_rows_out_and_counts_them(compared):
    predicate = [{"column": "id", "operator": "=", "value": "3"}]
    rule = IgnoreRule.objects.create(mapping=Mapping.objects.get(), predicate=predicate, reason="a test account")
    sql.execute("DELETE FROM replica.users WHERE id IN (3, 4)")
    job = compared()
    rule.refresh_from_db()
    assert [one.primary_key_value for one in Mismatch.objects.all()] == ["4"]
    assert (job.mismatch_count, rule.hits) == (1, 1)


def test_a_range_that_only_a_rule_makes_equal_is_not_covered_until_it_is_without_one(compared):
    rule = IgnoreRule.objects.create(mapping=Mapping.objects.get(), column="name", reason="spelled anew")
    assert compared().mismatch_count == 0
    assert Coverage.objects.count() == 1
    sql.execute("UPDATE replica.users SET name = upper(name) WHERE id = 5")
    job = compared()
    assert (job.status, job.mismatch_count) == (JobStatus.COMPLETED, 0)
    assert not Coverage.objects.exists()
    rule.delete()
    sql.execute("UPDATE replica.users SET name = lower(name)")
    compared()
    assert Coverage.objects.count() == 1


def test_a_row_that_was_mended_does_not_prove_one_that_a_rule_excuses(compared, monkeypatch):
    """Both rows are in one range: one is a candidate that is equal when it is read again."""
    IgnoreRule.objects.create(mapping=Mapping.objects.get(), column="name", reason="spelled anew")
    sql.execute("UPDATE replica.users SET name = upper(name) WHERE id = 5")
    sql.execute("UPDATE replica.users SET amount = 0 WHERE id = 6")
    _mend(monkeypatch, "UPDATE replica.users SET amount = o.amount FROM upstream.users o WHERE o.id = users.id")
    job = compared()
    assert (job.mismatch_count, job.candidates, Coverage.objects.count()) == (0, 1, 0)


def test_a_candidate_that_a_rule_excuses_when_it_is_read_again_proves_nothing(compared, monkeypatch):
    IgnoreRule.objects.create(mapping=Mapping.objects.get(), column="name", reason="spelled anew")
    sql.execute("UPDATE replica.users SET name = upper(name), amount = 0 WHERE id = 5")
    _mend(monkeypatch, "UPDATE replica.users SET amount = o.amount FROM upstream.users o WHERE o.id = users.id")
    job = compared()
    assert (job.mismatch_count, job.candidates, Coverage.objects.count()) == (0, 1, 0)


def test_a_row_that_a_rule_leaves_out_is_not_covered(compared):
    predicate = [{"column": "id", "operator": "=", "value": "3"}]
    IgnoreRule.objects.create(mapping=Mapping.objects.get(), predicate=predicate, reason="a test account")
    sql.execute("DELETE FROM replica.users WHERE id = 3")
    assert compared().mismatch_count == 0
    assert not Coverage.objects.exists()


def test_what_the_mapping_itself_leaves_out_is_no_hindrance_to_a_proof(compared):
    columns = [{**one, "rule": {"ignore": True}} if one["source"] == "name" else one for one in tables.COLUMNS]
    Mapping.objects.update(columns=columns)
    sql.execute("UPDATE replica.users SET name = upper(name)")
    assert compared().mismatch_count == 0
    assert Coverage.objects.count() == 1


def _mend(monkeypatch, statement: str) -> None:
    """Runs a statement between the first reading and the second."""

    def again(job):
        sql.execute(statement)
        return gather.confirmations(job)

    monkeypatch.setattr(gather, "again", again)
