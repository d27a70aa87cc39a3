"""Pipelines by the API: made, changed, used, removed."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connections

from project.access.models import AuditEntry
from project.access.roles import Role
from project.postgres import sql
from tests.transform.api.batches import ITEM, send
from tests.workers.hands import wait_for

PATH = "/api/v1/transform/pipelines"
MASK = {"op": "mask", "field": "email", "method": "email"}
HASH = {"op": "mask", "field": "id", "method": "hash", "salt": "salt of the test"}
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NEW = {"name": "orders", "description": "Orders of the shop.", "steps": [MASK], "sensitive": ["email"]}


@pytest.fixture
def admin(client_for):
    return client_for(Role.BATCH_ADMIN)


def made(admin, **other):
    response = admin.post(PATH, {**NEW, **other}, format="json")
    assert response.status_code == 201, response.content
    return response.json()


def reasons(response):
    assert response.status_code == 400, response.content
    return response.json()["details"]["fields"]


def names(client):
    return [row["name"] for row in client.get(PATH).json()["results"]]


def test_a_pipeline_is_made_with_its_first_version_in_use(admin):
    version = made(admin, note="first")
    assert version.pop("created_at")
    assert version == {
        "pipeline": "orders",
        "version": 1,
        "active": True,
        "steps": [MASK],
        "sensitive": ["email"],
        "note": "first",
        "created_by": "batch_admin",
    }
    shown = admin.get(f"{PATH}/orders").json()
    assert shown.pop("created_at")
    assert shown == {
        "name": "orders",
        "description": "Orders of the shop.",
        "is_default": False,
        "active_version": 1,
        "created_by": "batch_admin",
    }


def test_batches_go_through_the_pipeline_that_they_name(admin):
    made(admin)
    assert send(admin, [{"email": "user@example.com"}], pipeline="orders").json()["results"] == [
        {"email": "u***r@example.com"}
    ]


def test_pipelines_are_listed_by_name_in_pages(admin):
    for name in ("zebra", "apple"):
        made(admin, name=name)
    assert names(admin) == ["apple", "default", "zebra"]
    first = admin.get(PATH, {"limit": 2}).json()
    rest = admin.get(PATH, {"limit": 2, "cursor": first["next"]}).json()
    assert [row["name"] for row in rest["results"]] == ["zebra"]
    assert rest["next"] is None


def test_a_name_is_used_once(admin):
    made(admin)
    response = admin.post(PATH, NEW, format="json")
    assert response.status_code == 409
    assert "already" in response.json()["message"]


@pytest.mark.parametrize("name", ["", "Orders", "1st", "a b", "a/b", "x" * 64, "..", "é", None, 7.5])
def test_a_name_has_small_letters_digits_hyphens_and_underscores(admin, name):
    assert "name" in reasons(admin.post(PATH, {**NEW, "name": name}, format="json"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": "trim"}, "steps"),
        ({"steps": [MASK, {"op": "trim"}]}, "steps.1.fields"),
        ({"steps": [{"op": "cast", "field": "a", "to": "money"}]}, "steps.0.to"),
        ({"steps": [{"op": "regex_replace", "field": "a", "pattern": "("}]}, "steps.0.pattern"),
        ({"sensitive": ["email", "phone"]}, "sensitive"),
        ({"sensitive": "email"}, "sensitive"),
        ({"colour": "red"}, "colour"),
        ({"note": "x" * 1001}, "note"),
    ],
)
def test_a_pipeline_that_can_not_be_used_is_refused_and_not_half_made(admin, change, field):
    assert field in reasons(admin.post(PATH, {**NEW, **change}, format="json"))
    assert names(admin) == ["default"]


def test_without_steps_there_is_no_pipeline(admin):
    assert "steps" in reasons(admin.post(PATH, {"name": "orders"}, format="json"))


def test_a_new_version_is_used_when_it_is_put_to_use(admin):
    made(admin)
    redacting = {"steps": [{**MASK, "method": "redact"}], "sensitive": ["email"], "note": "stricter"}
    second = admin.post(f"{PATH}/orders/versions", redacting, format="json")
    assert (second.status_code, second.json()["version"], second.json()["active"]) == (201, 2, False)
    item = {"email": "user@example.com"}
    assert send(admin, [item], pipeline="orders").json()["results"] == [{"email": "u***r@example.com"}]
    used = admin.post(f"{PATH}/orders/versions/2/activate")
    assert (used.status_code, used.json()["active"]) == (200, True)
    assert send(admin, [item], pipeline="orders").json()["results"] == [{"email": "***"}]
    listed = admin.get(f"{PATH}/orders/versions").json()["results"]
    assert [(row["version"], row["active"]) for row in listed] == [(2, True), (1, False)]


def test_an_older_version_can_be_used_again(admin):
    made(admin)
    third = {"steps": [{**MASK, "method": "redact"}], "activate": True}
    assert admin.post(f"{PATH}/orders/versions", third, format="json").json()["active"] is True
    assert admin.post(f"{PATH}/orders/versions/1/activate").status_code == 200
    assert admin.get(f"{PATH}/orders").json()["active_version"] == 1
    assert admin.post(f"{PATH}/orders/versions/1/activate").status_code == 200, "again is no change"
    assert AuditEntry.objects.filter(operation="pipeline.activate").count() == 2


def test_a_version_is_shown(admin):
    made(admin)
    assert admin.get(f"{PATH}/orders/versions/1").json()["steps"] == [MASK]


def test_what_a_version_does_can_not_be_changed_in_the_database(admin):
    from django.db import DatabaseError

    from batches.transform.models import PipelineVersion

    made(admin)
    version = PipelineVersion.objects.get(pipeline__name="orders")
    changes: list[dict[str, Any]] = [{"steps": []}, {"sensitive": []}, {"number": 9}]
    for change in changes:
        with pytest.raises(DatabaseError, match="never change"):
            PipelineVersion.objects.filter(pk=version.pk).update(**change)
    assert PipelineVersion.objects.filter(pk=version.pk).update(note="seen") == 1


def test_salts_are_shown_to_those_alone_who_may_change_pipelines(admin, client):
    made(admin, steps=[MASK, HASH])
    path = f"{PATH}/orders/versions"
    for address, find in ((path, lambda body: body["results"][0]), (f"{path}/1", lambda body: body)):
        assert find(admin.get(address).json())["steps"] == [MASK, HASH]
        assert find(client.get(address).json())["steps"] == [MASK, {**HASH, "salt": "***"}]
    assert HASH["salt"] not in str(list(AuditEntry.objects.values()))


def test_the_default_pipeline_can_be_another_one(admin):
    made(admin)
    assert admin.patch(f"{PATH}/orders", {"is_default": True}, format="json").json()["is_default"] is True
    assert admin.get(f"{PATH}/default").json()["is_default"] is False
    assert "ts" in send(admin, [ITEM]).json()["results"][0]


def test_of_several_that_are_made_the_default_at_once_the_last_one_is(admin, client_for):
    names = [f"p{number}" for number in range(4)]
    for name in names:
        made(admin, name=name)

    def make_default(client, name):
        try:
            return client.patch(f"{PATH}/{name}", {"is_default": True}, format="json").status_code
        finally:
            connections.close_all()

    with psycopg.connect(os.environ["DATABASE_URL"]) as other, ThreadPoolExecutor(len(names)) as threads:
        other.execute("SELECT FROM pipeline WHERE is_default FOR UPDATE")
        answers = [threads.submit(make_default, client_for(Role.BATCH_ADMIN), name) for name in names]
        wait_for(lambda: sql.value(WAITING) == len(names), "all of them to wait for the lock")
        other.rollback()
        assert [answer.result() for answer in answers] == [200] * len(names)
    assert [row["is_default"] for row in admin.get(PATH).json()["results"]].count(True) == 1


def test_a_description_can_change(admin):
    made(admin)
    assert admin.patch(f"{PATH}/orders", {"description": ""}, format="json").json()["description"] == ""
    assert "is_default" in reasons(admin.patch(f"{PATH}/orders", {"is_default": False}, format="json"))


def test_a_pipeline_that_nothing_used_is_removed(admin):
    made(admin)
    assert admin.delete(f"{PATH}/orders").json()["name"] == "orders"
    assert admin.get(f"{PATH}/orders").status_code == 404
    assert names(admin) == ["default"]


def test_a_pipeline_that_was_used_stays(admin):
    made(admin)
    send(admin, [{"email": "user@example.com"}], pipeline="orders")
    response = admin.delete(f"{PATH}/orders")
    assert response.status_code == 409
    assert "Batches went through" in response.json()["message"]
    assert names(admin) == ["default", "orders"]


def test_the_default_pipeline_stays(admin):
    response = admin.delete(f"{PATH}/default")
    assert (response.status_code, "default" in response.json()["message"]) == (409, True)


def test_every_change_is_in_the_audit_trail(admin):
    made(admin)
    admin.post(f"{PATH}/orders/versions", {"steps": [MASK], "activate": True}, format="json")
    admin.patch(f"{PATH}/orders", {"description": "New."}, format="json")
    admin.delete(f"{PATH}/orders")
    entries = AuditEntry.objects.filter(target="orders").order_by("id")
    assert [(entry.operation, entry.actor_name) for entry in entries] == [
        (f"pipeline.{what}", "batch_admin") for what in ("create", "add_version", "activate", "change", "delete")
    ]
    assert entries[0].after == {"version": 1, "steps": ["mask"], "sensitive": ["email"]}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "nothing"),
        ("patch", "nothing"),
        ("delete", "nothing"),
        ("get", "nothing/versions"),
        ("post", "nothing/versions"),
        ("get", "default/versions/99"),
        ("post", "default/versions/99/activate"),
        ("get", "default/versions/99999999999999999999"),
        ("get", "%00"),
    ],
)
def test_what_is_not_there_is_not_found(admin, method, path):
    body = {"steps": [MASK]} if path == "nothing/versions" and method == "post" else {}
    response = getattr(admin, method)(f"{PATH}/{path}", *([body] if method != "get" else []), format="json")
    assert response.status_code == 404, response.content


RIGHT = {
    ("GET", ""): {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR},
    ("POST", ""): {Role.BATCH_ADMIN},
    ("GET", "/default"): {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR},
    ("PATCH", "/default"): {Role.BATCH_ADMIN},
    ("DELETE", "/default"): {Role.BATCH_ADMIN},
    ("GET", "/default/versions"): {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR},
    ("POST", "/default/versions"): {Role.BATCH_ADMIN},
    ("GET", "/default/versions/1"): {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.AUDITOR},
    ("POST", "/default/versions/1/activate"): {Role.BATCH_ADMIN},
    ("POST", "/../try-out"): {Role.INTEGRATOR, Role.BATCH_ADMIN, Role.BATCH_OPERATOR},
}


@pytest.mark.parametrize(("method", "path"), RIGHT)
@pytest.mark.parametrize("role", [None, *Role])
def test_only_the_right_roles_pass(client_for, method, path, role):
    address = "/api/v1/transform/try-out" if "try-out" in path else f"{PATH}{path}"
    response = client_for(role).generic(method, address, b"{}", content_type="application/json")
    if role is None:
        assert response.status_code == 401
    else:
        assert (response.status_code == 403) is (role not in RIGHT[method, path])
