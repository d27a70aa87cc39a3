"""`/api/batch-processor/models`"""

import hashlib

import pytest

from batches.processor import sample
from batches.processor.models import InferenceModel, ModelVersion
from project.access.models import AuditEntry
from project.access.roles import Role

API = "/api/batch-processor/models"
FILE = sample.FILE.read_bytes()


def upload(client, name="shapes", data=FILE, query="input_fit=pad", content_type="application/octet-stream"):
    return client.generic("POST", f"{API}/{name}/versions?{query}", data, content_type=content_type)


def test_a_file_becomes_a_version_that_takes_submissions(admin, integrator):
    answer = upload(admin, query="version=1.0&input_fit=pad")
    body = answer.json()
    assert (answer.status_code, body["model_id"], body["size"]) == (201, "shapes-v1.0", len(FILE))
    assert (body["sha256"], body["created_by"]) == (hashlib.sha256(FILE).hexdigest(), "batch_admin")
    assert [one["name"] for one in body["signature"]["inputs"]]
    taken = integrator.post(
        "/api/batch-processor/submit", {"data": [{"input": [1]}], "metadata": {"model_id": "shapes-v1.0"}}
    )
    assert taken.status_code == 200
    assert AuditEntry.objects.get(operation="processor.register_model").target == "shapes-v1.0"


def test_models_are_listed_with_their_versions(admin, model):
    (body,) = admin.get(API).json()["models"]
    assert (body["name"], body["is_default"], body["default_version"]) == ("model", True, "1.0")
    assert [one["model_id"] for one in body["versions"]] == ["model-v1.0"]
    assert admin.get(f"{API}/model").json() == body


def test_a_file_that_is_no_model_is_refused(admin):
    answer = upload(admin, data=b"no model")
    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_MODEL")
    assert list(answer.json()["details"]["fields"]) == ["file"]
    assert not InferenceModel.objects.exists()


def test_no_file_is_refused(admin):
    answer = upload(admin, data=b"")
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, ["file"])


def test_too_large_a_file_is_refused(admin, settings):
    settings.MODEL_MAX_BYTES = len(FILE) - 1
    answer = upload(admin)
    assert (answer.status_code, answer.json()["details"]) == (413, {"max_bytes": len(FILE) - 1})
    assert not ModelVersion.objects.exists()


def test_a_file_may_be_larger_than_other_bodies(admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert upload(admin).status_code == 201


def test_the_file_is_no_json(admin):
    answer = upload(admin, data=b"{}", content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "application/octet-stream" in answer.json()["message"]


def test_a_version_can_be_registered_once(admin, model):
    answer = upload(admin, name="model", query="version=1.0&input_fit=pad")
    assert (answer.status_code, answer.json()["error"]) == (409, "CONFLICT")


@pytest.mark.parametrize(
    ("query", "field"),
    [("version=a b", "version"), ("runtime=none", "runtime"), ("input_fit=cut", "input_fit"), ("size=1", "size")],
)
def test_what_is_wrong_with_an_upload_is_named(admin, query, field):
    answer = upload(admin, query=query)
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])


def test_a_name_must_be_one(admin):
    answer = upload(admin, name="-model")
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, ["name"])


def test_the_default_version_and_the_default_model_are_chosen(admin, model):
    second = model.model.versions.create(
        version="2.0", runtime="onnx", file=FILE, size=len(FILE), sha256="", signature={}
    )
    answer = admin.post(f"{API}/model/default", {"version": "2.0"})
    assert (answer.status_code, answer.json()["default_version"]) == (200, "2.0")
    other = InferenceModel.objects.create(name="other", default_version=second)
    assert admin.post(f"{API}/other/default", {"default_model": True}).json()["is_default"] is True
    assert InferenceModel.objects.get(is_default=True) == other


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"default_model": False}, 400), ({"version": "9"}, 404)])
def test_a_default_that_is_none_is_refused(admin, model, body, status):
    assert admin.post(f"{API}/model/default", body).status_code == status


def test_how_items_are_batched_for_a_model_is_changed(admin, model):
    changes = {"max_batch_size": 32, "target_latency_ms": 10.0, "warm_up": False, "description": "Three shapes"}
    body = admin.patch(f"{API}/model", changes).json()
    assert {name: body[name] for name in changes} == changes
    assert admin.patch(f"{API}/model", {"max_batch_size": None}).json()["max_batch_size"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"max_batch_size": 0}, "max_batch_size"),
        ({"target_latency_ms": 0}, "target_latency_ms"),
        ({"target_latency_ms": 60_001}, "target_latency_ms"),
        ({"warm_up": "perhaps"}, "warm_up"),
        ({"name": "other"}, "name"),
    ],
)
def test_a_wrong_change_is_named(admin, model, change, field):
    answer = admin.patch(f"{API}/model", change)
    assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [field])


def test_a_change_of_nothing_is_refused(admin, model):
    assert admin.patch(f"{API}/model", {}).status_code == 400


CALLS = [("GET", "nobody"), ("PATCH", "nobody"), ("POST", "nobody/default")]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_an_unknown_model_is_not_found(admin, method, path):
    body = {"GET": "", "PATCH": '{"warm_up": true}', "POST": '{"default_model": true}'}[method]
    answer = admin.generic(method, f"{API}/{path}", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("role", [*Role, None])
def test_administrators_change_models_and_readers_see_them(client_for, role, model):
    client = client_for(role)
    readers = {Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.FINANCE_VIEWER, Role.AUDITOR, Role.INTEGRATOR}
    denied = 401 if role is None else 403
    assert {client.get(API).status_code, client.get(f"{API}/model").status_code} == {200 if role in readers else denied}
    writes = [
        client.patch(f"{API}/model", {"warm_up": True}).status_code,
        client.post(f"{API}/model/default", {"default_model": True}).status_code,
        upload(client, data=b"").status_code,
    ]
    assert writes == ([200, 200, 400] if role is Role.BATCH_ADMIN else [denied] * 3)
