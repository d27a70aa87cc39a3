"""The processor's page: figures by the minute, what needs somebody, and the settings."""

from datetime import timedelta

import pytest

from batches.processor import queries, services
from batches.processor.models import InferenceModel, ProcessorSetting
from batches.processor.roles import ADMINS, VIEWERS
from project.access.models import AuditEntry
from project.access.roles import EVERYONE, Role
from tests.processor.console.pages import DASHBOARD, opened, sent
from tests.processor.figures.reports import run
from tests.processor.hands import submitted

LIVE, CONFIGURE = f"{DASHBOARD}live/", f"{DASHBOARD}configure/"
AS_THEY_ARE = {
    "max_batch_size": "", "max_wait_time_ms": "", "enable_dynamic_batching": "",
    "critical": "1", "high": "0.75", "normal": "0.5", "low": "0.25",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_readers_see_figures_and_settings_and_admins_configure(visit, role):
    client = visit(role)
    seen = 200 if role in VIEWERS else 403
    assert client.get(DASHBOARD).status_code == client.get(LIVE).status_code == seen
    assert client.get(CONFIGURE).status_code == (200 if role in ADMINS else 403)
    answer = client.post(CONFIGURE, {**AS_THEY_ARE, "max_batch_size": "9"})
    assert answer.status_code == (302 if role in ADMINS else 403)
    assert (queries.settings_now().max_batch_size == 9) is (role in ADMINS)
    if seen == 200:
        assert ("Configure…" in opened(client, DASHBOARD)) is (role in ADMINS)


def test_without_a_run_it_says_so_and_what_to_do(visit):
    page = opened(visit(Role.AUDITOR), DASHBOARD)
    assert "Nothing was run in the last hour." in page
    assert "POST /api/batch-processor/submit" in page
    assert "No model takes submissions that name none" in page
    assert '<svg class="bars"' not in page
    assert "nothing runs, and batches expire" not in page


def test_items_that_wait_for_nobody_are_told(visit, trying):
    submitted(1, 2)
    page = opened(visit(Role.AUDITOR), DASHBOARD)
    assert "2 items wait and no worker of the queue" in page
    assert "No model takes" not in page


def test_charts_show_each_minute_and_the_whole_period(visit):
    run(10.0, 30.0, compute_ms=4.0, ago=timedelta(minutes=3))
    run(20.0, compute_ms=8.0, ago=timedelta(minutes=10))
    page = opened(visit(Role.FINANCE_VIEWER), DASHBOARD)
    assert page.count('<svg class="bars"') == 4
    assert "UTC: 2 items, 0.03/s" in page
    assert "UTC: waited 20.0 ms, the run took 4.0 ms" in page
    assert "UTC: 2.0 items a run, in 1 runs" in page
    assert "UTC: nothing was run" in page
    assert "<dt>an item waited</dt><dd>20.0 ms</dd>" in page
    assert "<dt>a run took</dt><dd>6.0 ms</dd>" in page
    assert "<dt>items a run</dt><dd>1.5</dd>" in page
    assert 'data-live="/admin/processor/processorsetting/live/"' in page
    assert visit(Role.FINANCE_VIEWER).get(LIVE).headers["X-Live"] == "yes"


@pytest.mark.parametrize(("period", "bars"), [("1h", 60), ("3h", 180), ("24h", 96), ("14d", 56)])
def test_longer_periods_are_drawn_by_longer_steps(visit, period, bars):
    run(10.0, ago=timedelta(seconds=1))
    page = opened(visit(Role.AUDITOR), f"{DASHBOARD}?period={period}")
    drawn = page.count('<rect class="room"') / 4
    assert drawn in {bars, bars + 1}
    assert ("data-live" in page) is (period == "1h")


@pytest.mark.parametrize("query", ["?period=x", "?period=%00", "?period="])
def test_what_is_no_period_shows_the_last_hour(visit, query):
    assert 'href="?period=1h" aria-current="true"' in opened(visit(Role.AUDITOR), f"{DASHBOARD}{query}")


def test_settings_are_changed_with_a_trace_and_given_back_to_the_environment(visit, settings):
    client = visit(Role.BATCH_ADMIN)
    assert "Nobody changed them" in opened(client, DASHBOARD)
    changed = {**AS_THEY_ARE, "max_batch_size": "64", "max_wait_time_ms": "0", "enable_dynamic_batching": "off"}
    page = sent(client, CONFIGURE, **{**changed, "low": "0.1"})
    assert "The batch processor is configured anew." in page
    assert "<b>64 items</b>, set here" in page
    assert "<b>0 ms</b>, set here" in page
    assert "<b>off</b>, set here" in page
    assert "low <b>0.1</b>" in page
    assert "by <b>batch_admin</b>" in page
    now = queries.settings_now()
    assert (now.max_batch_size, now.max_wait_time_ms, now.enable_dynamic_batching) == (64, 0, False)
    assert now.priority_weights == {"critical": 1.0, "high": 0.75, "normal": 0.5, "low": 0.1}
    form = opened(client, CONFIGURE)
    assert 'value="64"' in form
    assert '<option value="off" selected>' in form
    page = sent(client, CONFIGURE, **AS_THEY_ARE)
    assert f"<b>{settings.MAX_BATCH_SIZE} items</b>, by <code>MAX_BATCH_SIZE</code>" in page
    row = ProcessorSetting.objects.get()
    assert (row.max_batch_size, row.max_wait_time_ms, row.enable_dynamic_batching) == (None, None, None)
    assert AuditEntry.objects.filter(operation="processor.configure", actor_name="batch_admin").count() == 2


def test_what_the_form_leaves_alone_stays(visit):
    services.configure(changes={"max_batch_size": 32, "enable_dynamic_batching": True})
    given = {**AS_THEY_ARE, "max_batch_size": "32", "enable_dynamic_batching": "on", "high": "0.8"}
    sent(visit(Role.BATCH_ADMIN), CONFIGURE, **given)
    entry = AuditEntry.objects.filter(operation="processor.configure").latest("id")
    assert {name for name in entry.after if entry.after[name] != entry.before[name]} == {"priority_weights"}


@pytest.mark.parametrize(
    ("answers", "status", "told"),
    [
        ({}, 400, "Nothing differs from what holds now."),
        ({"max_batch_size": "0"}, 200, "greater than or equal to 1"),
        ({"max_batch_size": "1001"}, 200, "less than or equal to 1000"),
        ({"max_wait_time_ms": "-1"}, 200, "greater than or equal to 0"),
        ({"max_wait_time_ms": "nan"}, 200, "Enter a number."),
        ({"enable_dynamic_batching": "maybe"}, 200, "Select a valid choice."),
        ({"critical": ""}, 200, "This field is required."),
        ({"low": "1.1"}, 200, "less than or equal to 1"),
    ],
)
def test_settings_that_are_refused_say_why(visit, answers, status, told):
    before = queries.settings_now()
    assert told in sent(visit(Role.BATCH_ADMIN), CONFIGURE, status, **{**AS_THEY_ARE, **answers})
    assert queries.settings_now() == before


@pytest.mark.parametrize(("role", "entries"), [(Role.BATCH_OPERATOR, 3), (Role.FINANCE_VIEWER, 2), (None, 0)])
def test_the_sidebar_leads_to_what_a_person_may_open(visit, role, entries):
    page = visit(role).get("/admin/", follow=True).content.decode()
    pages = ("processorsetting", "inferencebatch", "inferencemodel")
    assert sum(f'href="/admin/processor/{one}/"' in page for one in pages) == entries


def test_a_page_without_a_default_model_leads_to_the_models(visit):
    InferenceModel.objects.create(name="bare")
    assert 'href="/admin/processor/inferencemodel/"' in opened(visit(Role.AUDITOR), LIVE)
