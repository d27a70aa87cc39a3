"""`/health` and `/ready`"""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from project.postgres import routines, sql


def test_health_is_as_the_contract_has_it(settings):
    response = APIClient().get("/health")
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"status", "timestamp", "version"}
    assert (body["status"], body["version"]) == ("healthy", settings.VERSION)
    assert abs(datetime.fromisoformat(body["timestamp"]) - timezone.now()) < timedelta(minutes=1)


def test_health_does_not_ask_the_database():
    with CaptureQueriesContext(connection) as asked:
        APIClient().get("/health")
    assert not asked.captured_queries


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_a_probe_takes_get_alone(path):
    response = APIClient().post(path)
    assert (response.status_code, response.json()["error"]) == (405, "METHOD_NOT_ALLOWED")


def test_ready_with_a_live_worker(workers):
    response = APIClient().get("/ready")
    assert response.status_code == 200, response.content
    assert response.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "routines": "ok", "workers": "ok"},
    }


def test_without_a_worker_it_is_not_ready():
    response = APIClient().get("/ready")
    body = response.json()
    assert (response.status_code, body["error"]) == (503, "NOT_READY")
    assert body["message"] == "Not ready: workers."
    assert body["details"]["checks"]["workers"] == "failed"


def test_a_routine_that_differs_is_not_ready(workers, caplog):
    text = sql.value("SELECT pg_get_functiondef('access.refuse_audit_change'::regproc)")
    sql.execute(text.replace("append-only", "eternal"))
    try:
        body = APIClient().get("/ready").json()
    finally:
        sql.execute(text)
    assert body["details"]["checks"]["routines"] == "failed"
    assert "access.refuse_audit_change" not in str(body)
    assert any("access.refuse_audit_change OUTDATED" in str(record.msg) for record in caplog.records)
    assert APIClient().get("/ready").status_code == 200


def test_a_missing_migration_is_not_ready(workers):
    sql.execute("DELETE FROM django_migrations WHERE app = 'access' AND name = '0003_ticket'")
    try:
        body = APIClient().get("/ready").json()
    finally:
        sql.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('access', '0003_ticket', now())")
    assert body["message"] == "Not ready: migrations."


def test_without_a_database_it_is_503_and_says_nothing_of_it(monkeypatch):
    def lost(*_: object) -> None:
        raise OSError("no route to db.internal.example")

    monkeypatch.setattr(sql, "value", lost)
    monkeypatch.setattr(routines, "states", lost)
    response = APIClient().get("/ready")
    assert response.status_code == 503
    assert "internal" not in response.content.decode()
    assert response.json()["details"]["checks"]["database"] == "failed"
