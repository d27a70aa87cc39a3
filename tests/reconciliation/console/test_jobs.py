"""The list of jobs, a job's page, and the form that starts comparisons."""

import pytest

from project.access.roles import Role
from reconciliation.models import Coverage, ReconciliationJob, ReconciliationRange
from tests.reconciliation import rows, tables
from tests.reconciliation.console.test_mismatch_page import OPERATORS, READERS, text

LIST = "/admin/reconciliation/reconciliationjob/"
FORM = {"tables": ["orders"], "strategy": "CHECKSUM", "priority": "HIGH"}


def address(job, what="page"):
    return f"{LIST}{job.pk}/{what}/"


def ranges(job, **states):
    """Ranges of a job: how many by state."""
    flat = [state for state, count in states.items() for _ in range(count)]
    ReconciliationRange.objects.bulk_create(
        ReconciliationRange(job=job, number=number, state=state, source_rows=10, target_rows=9, error="read timed out")
        for number, state in enumerate(flat)
    )


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_is_its_own(visit, job, role):
    client = visit(role)
    for path in (LIST, address(job), address(job, "live"), "/admin/reconciliation/repair/"):
        assert (client.get(path).status_code == 200) is (role in READERS), path
    assert (client.get(f"{LIST}start/").status_code == 200) is (role in OPERATORS)
    assert (client.post(f"{LIST}start/", FORM).status_code == 302) is (role in OPERATORS)
    assert ("Compare tables…" in client.get(LIST).content.decode()) is (role in OPERATORS)


def test_the_list_shows_counts_and_drift(visit, mapping):
    tables.job(mapping, source_rows=1000, mismatch_count=13)
    page = text(visit(Role.AUDITOR).get(LIST))
    assert "1.3 % WARNING" in page
    assert "COMPLETED" in page


def test_the_list_is_filtered_by_table(visit, job):
    rows.job("users")
    page = text(visit(Role.AUDITOR).get(f"{LIST}?table=users"))
    assert "1,000,000" in page
    assert "CHECKSUM 1,000 " not in page


def test_a_running_job_shows_its_ranges_and_refreshes_itself(visit, mapping):
    job = tables.job(mapping, status="RUNNING", source_rows=None, target_rows=None, method="key ranges")
    ranges(job, EQUAL=3, DIFFERENT=1, PENDING=4, SPLIT=1)
    client = visit(Role.AUDITOR)
    page = client.get(address(job))
    assert f'data-live="{address(job, "live")}"' in page.content.decode()
    told = text(page)
    assert "ranges 4 of 8" in told
    assert "Compared by key ranges ." in told
    assert "source rows 90 target rows 81" in told
    live = client.get(address(job, "live"))
    assert live["X-Live"] == "yes"
    ReconciliationJob.objects.update(status="COMPLETED")
    assert client.get(address(job, "live"))["X-Live"] == "no"


def test_a_job_says_what_it_found_by_type_with_thresholds(visit, mapping):
    job = tables.job(
        mapping, mismatch_count=60, missing_in_target=30, missing_in_source=20, data_mismatches=10, detail="PARTIAL"
    )
    one = rows.mismatch(job)
    page = text(visit(Role.AUDITOR).get(address(job)))
    assert "CRITICAL" in page
    assert "Warning above 1 %, critical above 5 %." in page
    assert "MISSING IN POSTGRES 30" in page
    assert "All 60 mismatches are counted, and a sample of them is stored." in page
    assert one.primary_key_value in page


def test_a_failed_job_says_why_and_that_it_proved_nothing(visit, mapping):
    job = tables.job(mapping, status="FAILED", validation_errors=[{"range": 3, "error": "no host answers"}])
    ranges(job, EQUAL=1, FAILED=1)
    page = text(visit(Role.AUDITOR).get(address(job)))
    assert "Range 3: no host answers" in page
    assert "read timed out" in page
    assert "A range that was not compared proves nothing" in page
    assert "drift —" in page


def test_of_many_errors_the_first_are_shown_and_how_many_there_are(visit, mapping):
    errors = [{"range": number, "error": f"no host answers {number}"} for number in range(1234)]
    job = tables.job(mapping, status="FAILED", validation_errors=errors)
    ranges(job, FAILED=25)
    page = text(visit(Role.AUDITOR).get(address(job)))
    assert "The first 100 of 1,234 errors are shown." in page
    assert "The first 20 of 25 failed ranges are shown." in page
    assert "no host answers 99" in page
    assert "no host answers 100" not in page


def test_a_sample_without_mismatch_states_its_bound(visit, mapping):
    job = tables.job(mapping, validation_strategy="SAMPLE", compared_rows=1000, drift_bound_percent=0.3)
    assert "the drift is at most 0.3 %, at 95 %" in text(visit(Role.AUDITOR).get(address(job)))


def test_a_job_says_what_is_proved_and_under_which_versions(visit, job):
    Coverage.objects.create(mapping=job.mapping, job=job, mapping_version=1, canonical_version=1, rows=1000)
    page = text(visit(Role.AUDITOR).get(address(job)))
    assert "By this job: 1 range with 1,000 rows." in page
    assert "mapping 1, canonical form 1" in page


def test_a_job_links_to_the_execution_that_runs_it(visit, mapping):
    job = tables.job(mapping, execution_id=77)
    assert "/admin/workers/execution/77/page/" in visit(Role.AUDITOR).get(address(job)).content.decode()


# --- starting


def test_a_comparison_starts_and_leads_to_its_page(visit, mapping):
    answer = visit(Role.RECONCILIATION_OPERATOR).post(f"{LIST}start/", FORM, follow=True)
    job = ReconciliationJob.objects.get()
    assert answer.redirect_chain == [(address(job), 302)]
    assert (job.priority, job.validation_strategy, str(job.triggered_by)) == (
        "HIGH",
        "CHECKSUM",
        "reconciliation_operator",
    )
    assert "1 comparison started" in text(answer)


def test_a_table_that_is_being_compared_is_joined(visit, mapping):
    client = visit(Role.BATCH_ADMIN)
    client.post(f"{LIST}start/", FORM)
    assert "orders is being compared already: joined" in text(client.post(f"{LIST}start/", FORM, follow=True))
    assert ReconciliationJob.objects.count() == 1


def test_no_table_ticked_is_all_of_them(visit, mapping):
    rows.mapping("users", columns=mapping.columns)
    visit(Role.BATCH_ADMIN).post(f"{LIST}start/", {**FORM, "tables": []})
    assert set(ReconciliationJob.objects.values_list("table_name", flat=True)) == {"orders", "users"}


def test_what_the_service_refuses_stands_in_the_form(visit, mapping, settings):
    client = visit(Role.BATCH_ADMIN)
    answer = client.post(f"{LIST}start/", {**FORM, "strategy": "TIMESTAMP_RANGE"})
    assert answer.status_code == 400
    assert "set the timestamp column of its mapping" in text(answer)
    settings.RECONCILIATION_ENABLED = False
    answer = client.post(f"{LIST}start/", FORM)
    assert answer.status_code == 503
    assert "RECONCILIATION_ENABLED" in text(answer)


def test_without_a_mapping_the_form_names_the_command(visit):
    assert "manage.py mapping import" in text(visit(Role.BATCH_ADMIN).get(f"{LIST}start/"))
