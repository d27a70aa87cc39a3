"""`GET /api/v1/transform/batch/{batch_id}` and `.../results`."""

import pytest

from project.access.roles import Role
from tests.transform.api.batches import ITEM, PATH, all_results, ended, numbered, pipeline, queued, send, status

MEMBERS = ["batch_id", "status", "progress", "processed", "filtered", "duration", "started_at", "completed_at"]


def test_the_status_has_the_contracts_members_first(client):
    found = status(client, send(client, [ITEM]).json()["batch_id"])
    assert list(found)[:8] == MEMBERS
    assert isinstance(found["progress"], int)
    assert isinstance(found["duration"], float)
    assert found["completed_at"].endswith("Z")


def test_the_status_names_the_pipeline_and_its_version(client):
    pipeline("renaming", {"op": "rename", "fields": {"a": "b"}})
    found = status(client, send(client, [{"a": 1}], pipeline="renaming").json()["batch_id"])
    assert (found["pipeline"], found["pipeline_version"], found["on_error"]) == ("renaming", 1, "fail")


@pytest.mark.parametrize("path", ["", "/results", "/errors"])
@pytest.mark.parametrize("name", ["batch_none", "none", "batch_%00", "1"])
def test_an_unknown_batch_is_a_404(client, path, name):
    response = client.get(f"{PATH}/{name}{path}")
    assert (response.status_code, response.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("limit", [1, 9, 10, 11, 95, 1000])
def test_pages_of_any_size_give_each_result_once(client, workers, limit):
    pipeline("odd", {"op": "filter", "where": "n >= 20"})
    batch_id = queued(client, [{"n": n} for n in range(95)], batch_size=10, pipeline="odd")
    ended(client, batch_id)
    assert all_results(client, batch_id, limit) == [{"n": n} for n in range(20, 95)]


def test_a_page_that_ends_with_the_results_is_the_last(client):
    batch_id = send(client, numbered(10)).json()["batch_id"]
    page = client.get(f"{PATH}/{batch_id}/results", {"limit": 10}).json()
    assert (len(page["results"]), page["next"]) == (10, None)


@pytest.mark.parametrize("parameters", [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"cursor": "made up"}])
@pytest.mark.parametrize("path", ["results", "errors"])
def test_a_wrong_page_is_a_400(client, path, parameters):
    batch_id = send(client, [ITEM]).json()["batch_id"]
    response = client.get(f"{PATH}/{batch_id}/{path}", parameters)
    assert response.status_code == 400
    assert response.json()["error"] in {"validation_error", "invalid_cursor"}


def test_decimals_leave_as_they_are_stored(client):
    pipeline("exact", {"op": "cast", "field": "n", "to": "decimal", "scale": 2})
    body = send(client, [{"n": "2497.98"}, {"n": "0.1"}], pipeline="exact").json()
    assert all_results(client, body["batch_id"]) == body["results"]
    assert [float(one["n"]) for one in body["results"]] == [2497.98, 0.1]


def test_an_auditor_reads_results(client, client_for):
    batch_id = send(client, [ITEM]).json()["batch_id"]
    assert client_for(Role.AUDITOR).get(f"{PATH}/{batch_id}/results").json()["results"]
