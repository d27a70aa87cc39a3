"""`/api/v1/audit`, in pages and as CSV."""

import csv
import io
import json
from datetime import timedelta

import httpx
import pytest

from project.access import audit, keys
from project.access.models import AuditEntry
from project.access.roles import Role

PATH = "/api/v1/audit"


@pytest.fixture
def auditor(client_for):
    return client_for(Role.AUDITOR)


@pytest.fixture
def entries(auditor):
    return [
        audit.record(operation=operation, target=target, after={"number": number})
        for number, (operation, target) in enumerate([("test.a", "x"), ("test.b", "x"), ("test.a", "y")])
    ]


def numbers(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [entry["after"]["number"] for entry in response.json()["results"] if entry["operation"].startswith("test")]


def test_the_newest_entry_comes_first(auditor, entries):
    assert numbers(auditor.get(PATH)) == [2, 1, 0]


def test_an_entry_has_all_of_it(auditor, entries):
    entry = auditor.get(PATH, {"limit": 1}).json()["results"][0]
    assert set(entry) == {
        "id", "recorded_at", "operation", "target", "actor", "key_prefix", "address", "user_agent", "request_id",
        "before", "after", "details",
    }  # fmt: skip
    assert (entry["target"], entry["actor"], entry["before"], entry["after"]) == ("y", "system", None, {"number": 2})


def test_filters_narrow_together(auditor, entries):
    assert numbers(auditor.get(PATH, {"operation": "test.a"})) == [2, 0]
    assert numbers(auditor.get(PATH, {"operation": "test.a", "target": "x"})) == [0]
    assert numbers(auditor.get(PATH, {"actor": "system"})) == [2, 1, 0]
    assert numbers(auditor.get(PATH, {"actor": "nobody"})) == []
    assert numbers(auditor.get(PATH, {"request_id": "unknown"})) == []


def test_times_narrow_it_from_inclusive_to_exclusive(auditor, entries):
    middle = AuditEntry.objects.get(pk=entries[1].pk).recorded_at
    assert numbers(auditor.get(PATH, {"since": middle.isoformat()})) == [2, 1]
    assert numbers(auditor.get(PATH, {"until": middle.isoformat()})) == [0]
    later = (middle + timedelta(days=1)).isoformat()
    assert numbers(auditor.get(PATH, {"since": later})) == []


def test_pages_follow_the_cursor(auditor, entries):
    first = auditor.get(PATH, {"target": "x", "limit": 1})
    second = auditor.get(PATH, {"target": "x", "limit": 1, "cursor": first.json()["next"]})
    assert numbers(first) + numbers(second) == [1, 0]
    assert second.json()["next"] is None


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"limit": "0"}, {"operaton": "x"}, {"target": ""}])
def test_a_wrong_filter_is_named(auditor, query):
    response = auditor.get(PATH, query)
    assert response.status_code == 400
    assert set(response.json()["details"]["fields"]) == set(query)


def test_a_cursor_of_another_list_is_400(auditor):
    response = auditor.get(PATH, {"cursor": "WzFd:forged"})
    assert (response.status_code, response.json()["error"]) == (400, "INVALID_CURSOR")


def test_the_export_has_every_entry_the_oldest_first(auditor, entries):
    response = auditor.get(f"{PATH}/export", {"target": "x"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="audit.csv"'
    lines = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert [json.loads(line["after"])["number"] for line in lines] == [0, 1]
    assert [line["operation"] for line in lines] == ["test.a", "test.b"]
    assert lines[0]["before"] == ""


def test_a_formula_in_the_export_is_made_harmless(auditor):
    audit.record(operation="test", target='=HYPERLINK("http://evil.example")')
    text = b"".join(auditor.get(f"{PATH}/export", {"operation": "test"})).decode()
    assert "'=HYPERLINK" in text


def test_the_export_of_many_entries_streams_over_asgi(server, user_for):
    secret = keys.create(name="x", owner=user_for(Role.AUDITOR), roles=[Role.AUDITOR]).secret
    AuditEntry.objects.bulk_create(
        AuditEntry(operation="test.many", target=str(number), actor_name="system") for number in range(3000)
    )
    with httpx.stream(
        "GET", f"{server}{PATH}/export", params={"operation": "test.many"}, headers={"X-API-Key": secret}
    ) as response:
        assert response.headers.get("Transfer-Encoding") == "chunked"
        lines = list(csv.DictReader(response.iter_lines()))
    assert [line["target"] for line in lines] == [str(number) for number in range(3000)]
