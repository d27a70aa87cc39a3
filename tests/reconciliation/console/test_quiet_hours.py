"""Quiet hours in the console: asked for as lines, shown, cleared, and said on the page of a job that waits for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from project.access.roles import Role
from project.postgres import sql
from reconciliation.models import Mapping
from reconciliation.services import mappings
from reconciliation.services.trigger import trigger
from reconciliation.states import Priority, Strategy
from tests.console.engine import text
from tests.reconciliation.console.test_mappings import page_of, step
from tests.reconciliation.mappings.conftest import both, here  # noqa: F401  fixtures
from tests.reconciliation.mappings.tables import USERS, create
from tests.workers.hands import wait_for
from workers.models import Deferral

HOURS = [{"from": "08:00", "to": "18:00", "zone": "Asia/Jakarta", "days": ["mon", "tue", "wed", "thu", "fri"]}]
LINE = "08:00-18:00 Asia/Jakarta mon-fri"


@pytest.fixture
def users(both) -> Mapping:  # noqa: F811
    both(USERS)
    sql.execute("INSERT INTO upstream.users SELECT n, 'name ' || n, n, now() FROM generate_series(1, 12) n")
    sql.execute("INSERT INTO replica.users SELECT * FROM upstream.users")
    return create()


def edited(client, mapping, lines):
    path = f"/admin/reconciliation/mapping/{mapping.pk}/edit/"
    return step(client, path, client.get(path).content.decode(), "save", quiet_hours=lines)


def test_lines_become_windows_and_windows_lines(visit, users):
    client = visit(Role.RECONCILIATION_OPERATOR)
    assert "users was changed." in edited(client, users, f"{LINE}\n").content.decode()
    assert mappings.get("users").quiet_hours == HOURS
    assert f">{LINE}<" in client.get(page_of(users)).content.decode()
    path = f"/admin/reconciliation/mapping/{users.pk}/edit/"
    assert f">\n{LINE}</textarea>" in client.get(path).content.decode()
    edited(client, users, "")
    assert mappings.get("users").quiet_hours == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("8 to 18 in Jakarta", "Write it as 08:00-18:00 Asia/Jakarta mon-fri."),
        ("08:00-18:00 Jakarta", "is no time zone"),
        ("00:00-24:00 UTC", "They leave no time to compare in."),
    ],
)
def test_a_line_that_can_not_be_is_refused_in_the_form(visit, users, lines, told):
    page = edited(visit(Role.BATCH_ADMIN), users, lines).content.decode()
    assert told in page
    assert f">\n{lines}</textarea>" in page
    assert mappings.get("users").quiet_hours == []


def test_an_operator_clears_them_and_a_reader_can_not(visit, users):
    mappings.change(name="users", actor=None, quiet_hours=HOURS)
    path = f"/admin/reconciliation/mapping/{users.pk}/clear-hours/move/"
    assert "Clear quiet hours" not in text(visit(Role.AUDITOR), page_of(users))
    assert visit(Role.AUDITOR).post(path).status_code == 403
    client = visit(Role.RECONCILIATION_OPERATOR)
    assert "Clear quiet hours…" in text(client, page_of(users))
    assert LINE in text(client, path)
    assert "users has no quiet hours." in client.post(path, follow=True).content.decode()
    assert mappings.get("users").quiet_hours == []
    assert "Clear quiet hours" not in text(client, page_of(users))


def test_the_page_of_a_job_that_is_paused_says_until_when(visit, users, workers):
    now = timezone.now()
    begin, end = now - timedelta(hours=2), now + timedelta(hours=2)
    Mapping.objects.update(quiet_hours=[{"from": f"{begin:%H:%M}", "to": f"{end:%H:%M}", "zone": "UTC"}])
    (job,) = trigger(tables=["users"], strategy=Strategy.CHECKSUM).jobs
    wait_for(Deferral.objects.exists, "it is put off")
    path = f"/admin/reconciliation/reconciliationjob/{job.pk}"
    for page in (f"{path}/page/", f"{path}/live/"):
        told = text(visit(Role.AUDITOR), page)
        assert "Paused until " in told
        assert f"{end:%H:%M} UTC : the mapping has quiet hours." in told.replace("UTC:", "UTC :")


def test_the_page_of_a_low_job_says_what_it_waits_for(visit, users):
    (job,) = trigger(tables=["users"], strategy=Strategy.CHECKSUM, priority=Priority.LOW).jobs
    told = text(visit(Role.AUDITOR), f"/admin/reconciliation/reconciliationjob/{job.pk}/page/")
    assert "It runs while no other job waits for the workers." in told
