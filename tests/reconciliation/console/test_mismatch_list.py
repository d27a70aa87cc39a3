"""The list of mismatches: filters in the address, ages, decisions about all that match, the export."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from reconciliation.models import Mismatch
from reconciliation.services import resolve_many
from reconciliation.services.repair.orders import order_of
from tests.reconciliation import rows
from tests.reconciliation.console.test_mismatch_page import LIST, OPERATORS, READERS, text

NOTE = {"notes": "checked with the owners"}


def days_ago(days):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def several(job):
    """Of two tables, five ages and three states."""
    users = rows.job("users")
    return {
        "new": rows.mismatch(job, primary_key_value="new", detected_at=timezone.now()),
        "day": rows.mismatch(job, primary_key_value="day", detected_at=days_ago(0.5)),
        "week": rows.mismatch(
            job, primary_key_value="week", detected_at=days_ago(3), mismatch_type="MISSING_IN_POSTGRES"
        ),
        "month": rows.mismatch(users, primary_key_value="month", detected_at=days_ago(20)),
        "older": rows.mismatch(users, primary_key_value="older", detected_at=days_ago(40)),
        "ignored": rows.mismatch(users, primary_key_value="ignored", resolution_status="IGNORED"),
        "auto": rows.mismatch(users, primary_key_value="auto", resolution_status="AUTO_RESOLVED"),
    }


def keys(answer):
    """Keys in the order of the list."""
    assert answer.status_code == 200
    return re.findall(r"field-row[^>]*>(?:<a[^>]*>)?\s*([a-z]+)", answer.content.decode())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["new", "day", "week", "month", "older"]),
        ("?status=PENDING", ["new", "day", "week", "month", "older"]),
        ("?status=IGNORED", ["ignored"]),
        ("?table=users", ["month", "older"]),
        ("?type=MISSING_IN_POSTGRES", ["week"]),
        ("?age=hour", ["new"]),
        ("?age=day", ["day"]),
        ("?age=week", ["week"]),
        ("?age=month", ["month"]),
        ("?age=older", ["older"]),
        ("?table=users&age=older&status=all", ["ignored", "auto", "older"]),
        ("?q=day", ["day"]),
        ("?q=da", []),
        ("?status=nonsense", []),
        ("?table=nothing", []),
        ("?job=nonsense", []),
    ],
)
def test_filters_stay_in_the_address_and_narrow_the_list(visit, several, query, expected):
    found = keys(visit(Role.AUDITOR).get(f"{LIST}{query}"))
    assert sorted(found) == sorted(expected)
    if "ignored" not in expected:
        assert found == expected


def test_the_mismatches_of_a_job_are_those_that_it_saw(visit, several, job):
    rows.sighted(several["older"], job)
    found = keys(visit(Role.AUDITOR).get(f"{LIST}?job={job.pk}&status=all"))
    assert found == ["new", "day", "week", "older"]


def test_a_mismatch_is_found_by_its_id(visit, several):
    assert keys(visit(Role.AUDITOR).get(f"{LIST}?q={several['week'].pk}")) == ["week"]


def test_ages_are_counted_within_the_other_filters(visit, several):
    page = text(visit(Role.AUDITOR).get(f"{LIST}?table=users"))
    assert "up to 1 hour 0 1 hour to 1 day 0 1 to 7 days 0 7 to 30 days 1 over 30 days 1" in page


def test_a_row_leads_to_its_page_with_the_filters(visit, several):
    page = visit(Role.AUDITOR).get(f"{LIST}?table=users").content.decode()
    assert f'href="{LIST}{several["older"].pk}/page/?table=users"' in page


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_is_its_own(visit, several, role):
    client = visit(role)
    assert (client.get(LIST).status_code == 200) is (role in READERS)
    assert (client.get(f"{LIST}export/").status_code == 200) is (role in READERS)
    for what in ("all/resolve/", "all/ignore/", "all/repair/"):
        assert (client.get(f"{LIST}{what}").status_code == 200) is (role in OPERATORS), what
        assert (client.post(f"{LIST}{what}", NOTE).status_code in {200, 302}) is (role in OPERATORS), what
    moved = Mismatch.objects.filter(resolution_status="MANUAL_RESOLVED").count()
    assert moved == (5 if role in OPERATORS else 0)


def test_the_preview_counts_what_matches_and_moves_nothing(visit, several):
    page = text(visit(Role.BATCH_ADMIN).get(f"{LIST}all/resolve/?status=all"))
    assert "7 mismatches" not in page
    assert "6 mismatches match any status" in page
    assert "1 of them can't be moved so" in page
    assert not AuditEntry.objects.exists()


def test_all_that_match_are_moved_with_an_event_and_a_line_of_the_audit_trail_each(visit, several):
    answer = visit(Role.BATCH_ADMIN).post(f"{LIST}all/ignore/?table=users", {**NOTE, "days": "30"}, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?table=users", 302)]
    assert "2 mismatches: ignored." in text(answer)
    for name in ("month", "older"):
        one = Mismatch.objects.get(pk=several[name].pk)
        assert (one.resolution_status, str(one.resolved_by), one.version) == ("IGNORED", "batch_admin", 2)
        assert one.ignored_until is not None
        assert one.events.get().name == "ignored"
        entry = AuditEntry.objects.get(operation="mismatch.resolve", target=str(one.pk))
        assert (entry.before["resolution_status"], entry.after["resolution_status"]) == ("PENDING", "IGNORED")
        assert (entry.actor_name, entry.address) == ("batch_admin", "127.0.0.1")
    assert AuditEntry.objects.count() == 2


def test_what_was_found_after_the_preview_is_left_alone(visit, several, job):
    client = visit(Role.BATCH_ADMIN)
    preview = client.get(f"{LIST}all/resolve/").content.decode()
    until = re.search(r'name="until" value="([^"]+)"', preview)
    late = rows.mismatch(job, detected_at=timezone.now())
    client.post(f"{LIST}all/resolve/", {**NOTE, "until": until[1]})
    late.refresh_from_db()
    assert late.resolution_status == "PENDING"
    assert not Mismatch.objects.filter(resolution_status="PENDING").exclude(pk=late.pk).exists()


def test_a_decision_about_all_needs_a_note(visit, several):
    assert "Say why" in text(visit(Role.BATCH_ADMIN).post(f"{LIST}all/resolve/", {"notes": ""}))
    assert not Mismatch.objects.filter(resolution_status="MANUAL_RESOLVED").exists()


def test_more_than_one_go_takes_is_said_and_the_rest_stays(visit, several, monkeypatch):
    monkeypatch.setattr(resolve_many, "MOST", 2)
    monkeypatch.setattr(resolve_many, "BLOCK", 1)
    monkeypatch.setattr("reconciliation.admin.mismatches.bulk.MOST", 2)
    client = visit(Role.BATCH_ADMIN)
    assert "there are more: one go takes the newest 2" in text(client.get(f"{LIST}all/resolve/"))
    client.post(f"{LIST}all/resolve/", NOTE)
    assert keys(client.get(LIST)) == ["week", "month", "older"]


def test_a_repair_of_all_is_handed_to_the_engine(visit, several):
    form = {"reason": "a reason", "budget_seconds": "60"}
    answer = visit(Role.RECONCILIATION_OPERATOR).post(f"{LIST}all/repair/?table=users", form)
    assert answer.status_code == 302
    assert re.fullmatch(r"/admin/workers/execution/\d+/page/", answer["Location"])


def test_a_repair_of_all_leaves_alone_what_was_found_after_its_preview(visit, several, job):
    client = visit(Role.BATCH_ADMIN)
    preview = client.get(f"{LIST}all/repair/").content.decode()
    until = re.search(r'name="until" value="([^"]+)"', preview)
    expected = set(Mismatch.objects.filter(resolution_status="PENDING"))
    rows.mismatch(job, detected_at=timezone.now())
    client.post(f"{LIST}all/repair/", {"reason": "a reason", "budget_seconds": "60", "until": until[1]})
    (payload,) = sql.rows("SELECT payload FROM job")
    assert set(order_of(payload["payload"]).selection.block(None)) == expected


def test_only_who_may_delete_is_offered_it(visit, several):
    assert "Also delete rows" in text(visit(Role.BATCH_ADMIN).get(f"{LIST}all/repair/"))
    assert "Also delete rows" not in text(visit(Role.RECONCILIATION_OPERATOR).get(f"{LIST}all/repair/"))


def test_a_running_repair_can_be_stopped_from_the_list(visit, several):
    client = visit(Role.BATCH_ADMIN)
    client.post(f"{LIST}all/repair/", {"reason": "a reason", "budget_seconds": "60"})
    address = re.search(rf'href="({LIST}repair/\d+/stop/)"', client.get(LIST).content.decode())
    client.post(address[1], {"reason": "enough"})
    assert "A repair of many rows goes on" not in text(client.get(LIST))


# --- export


def exported(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_the_export_has_what_the_filters_let_through(visit, several):
    answer = visit(Role.AUDITOR).get(f"{LIST}export/?table=users&status=all")
    assert answer["Content-Disposition"] == 'attachment; filename="mismatches.csv"'
    found = exported(answer)
    assert {line["primary_key_value"] for line in found} == {"month", "older", "ignored", "auto"}
    line = found[0]
    assert line["source_data"].startswith('{"name": "John Doe"')
    assert line["mismatch_id"]
    assert line["columns"] == "name"


def test_a_formula_in_a_value_is_made_harmless(visit, job):
    rows.mismatch(job, primary_key_value="=1+1")
    assert exported(visit(Role.AUDITOR).get(f"{LIST}export/"))[0]["primary_key_value"] == "'=1+1"


# --- a million


def test_no_query_of_the_list_counts_further_than_it_shows(visit, several):
    client = visit(Role.BATCH_ADMIN)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
        client.get(f"{LIST}{several['day'].pk}/page/")
    counts = [query["sql"] for query in queries if "count(*)" in query["sql"].lower() and '"mismatch"' in query["sql"]]
    assert counts
    assert [query for query in counts if "LIMIT" not in query] == []
