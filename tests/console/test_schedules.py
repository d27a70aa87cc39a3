"""Schedules in the console: what comes next, how the last runs went, run now, enable and disable."""

import pytest

from project.access.models import AuditEntry
from project.access.roles import Role
from tests.console.engine import SCHEDULES, text
from workers.models import Execution, Schedule
from workers.services import schedules

JOBS = [{"id": "one", "type": "noop"}]


@pytest.fixture
def nightly(database):
    """Every working day at two in Jakarta."""
    return schedules.create_schedule(
        name="nightly", workflow="close", jobs=JOBS, cron="0 2 * * 1-5", time_zone="Asia/Jakarta"
    )


def page_of(schedule: Schedule) -> str:
    return f"{SCHEDULES}{schedule.pk}/page/"


def move(schedule: Schedule, verb: str) -> str:
    return f"{SCHEDULES}{schedule.pk}/{verb}/move/"


def test_the_empty_list_says_how_one_is_made(visit):
    page = text(visit(Role.AUDITOR), SCHEDULES)
    assert "No schedules yet." in page
    assert "/api/distributed/schedules" in page


def test_the_list_shows_when_each_runs_and_leads_to_the_page(visit, nightly):
    schedules.create_schedule(name="often", workflow="beat", jobs=JOBS, interval_seconds=300.0)
    page = text(visit(Role.FINANCE_VIEWER), SCHEDULES)
    for shown in (f'href="{page_of(nightly)}"', "0 2 * * 1-5 (Asia/Jakarta)", "every 5 min", "enabled"):
        assert shown in page, shown


def test_a_page_shows_the_next_five_runs_in_both_zones(visit, nightly):
    page = text(visit(Role.AUDITOR), page_of(nightly))
    assert page.count("19:00:00 UTC</time>, ") == 5
    assert page.count("02:00 in Asia/Jakarta") == 5
    assert "It has not run yet." in page
    assert "Nobody makes runs at the moment." in page


def test_running_now_leads_to_its_execution(visit, nightly):
    client = visit(Role.BATCH_OPERATOR)
    assert "While one of its runs goes on, another is refused." in text(client, move(nightly, "run"))
    page = client.post(move(nightly, "run"), follow=True).content.decode()
    execution = Execution.objects.get(schedule=nightly)
    assert "nightly was started." in page
    assert f"/admin/workers/execution/{execution.pk}/page/" in page
    assert "run by hand" in page
    assert f"/admin/workers/execution/{execution.pk}/page/" in text(client, SCHEDULES)
    assert AuditEntry.objects.get(operation="schedule.run").actor_name == "batch_operator"


def test_a_run_beside_one_that_goes_on_is_refused_in_the_services_words(visit, nightly):
    client = visit(Role.BATCH_OPERATOR)
    client.post(move(nightly, "run"))
    answer = client.post(move(nightly, "run"))
    assert answer.status_code == 409
    assert "has not ended" in answer.content.decode()


def test_disabling_and_enabling(visit, nightly):
    client = visit(Role.BATCH_ADMIN)
    assert move(nightly, "enable") not in text(client, page_of(nightly))
    page = client.post(move(nightly, "disable"), follow=True).content.decode()
    assert "nightly is disabled." in page
    assert "None while it is disabled." in page
    assert move(nightly, "disable") not in page
    page = client.post(move(nightly, "enable"), follow=True).content.decode()
    assert "nightly is enabled." in page
    assert page.count("in Asia/Jakarta") == 5


def test_a_refused_run_is_told_on_its_page_and_on_the_dashboard(visit, nightly):
    Schedule.objects.update(last_error="There is no fund X.")
    client = visit(Role.AUDITOR)
    assert "The last run was refused: There is no fund X." in text(client, page_of(nightly))
    assert "The last run of schedule nightly was refused: There is no fund X." in text(client, "/admin/")
    assert "refused" in text(client, SCHEDULES)


def test_one_that_is_over_says_so(visit, nightly):
    Schedule.objects.update(ends_at="2025-01-01T00:00Z", next_run_at=None)
    page = text(visit(Role.AUDITOR), page_of(nightly))
    assert "None: it ended" in page
    assert "over" in page


def test_one_that_ends_before_its_next_moment_says_when(visit, nightly):
    Schedule.objects.update(ends_at="2090-01-01T00:00Z", next_run_at=None)
    page = text(visit(Role.AUDITOR), page_of(nightly))
    assert "None: it ends" in page
    assert "over" in page


@pytest.mark.parametrize("ends_at", [None, "2090-01-01T00:00Z"])
def test_one_that_cannot_be_read_is_refused_until_it_is_changed(visit, nightly, ends_at):
    Schedule.objects.update(next_run_at=None, last_error="No time zone found with key Asia/Atlantis", ends_at=ends_at)
    client = visit(Role.AUDITOR)
    page = text(client, page_of(nightly))
    assert "None until it is changed: see the error above." in page
    assert "refused</span>" in page
    assert "it ended" not in page
    assert "over</span>" not in text(client, SCHEDULES)


def test_one_whose_last_run_was_refused_before_its_end_is_over(visit, nightly):
    Schedule.objects.update(ends_at="2025-01-01T00:00Z", next_run_at=None, last_error="There is no fund X.")
    page = text(visit(Role.AUDITOR), page_of(nightly))
    assert "None: it ended" in page
    assert "over</span>" in page


def test_viewers_may_do_nothing(visit, nightly):
    client = visit(Role.AUDITOR)
    assert "data-dialog" not in text(client, page_of(nightly))
    for verb in ("run", "enable", "disable"):
        assert client.post(move(nightly, verb)).status_code == 403
    assert not Execution.objects.exists()


def test_unknown_ones_are_not_found(visit, nightly):
    client = visit(Role.BATCH_ADMIN)
    for path in ("99/page/", "99/live/", "99/run/move/"):
        assert client.get(f"{SCHEDULES}{path}").status_code == 404
    assert client.get(move(nightly, "explode")).status_code == 404


def test_roles_without_a_readers_right_see_nothing(visit, nightly):
    assert visit(Role.INTEGRATOR).get(page_of(nightly)).status_code == 403
