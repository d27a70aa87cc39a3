"""The system checks: each misconfiguration is reported with its mend."""

from copy import deepcopy

from django.conf import settings
from django.core.checks import CheckMessage

from project.postgres import checks, installer, pending, routines, sql


def ids(found: list[CheckMessage]) -> list[str]:
    assert all(message.hint for message in found), "every message has a hint"
    return [message.id for message in found]


def test_a_sound_installation_has_nothing_to_report():
    assert ids(checks.connections() + checks.database(databases=["default"])) == []


def test_persistent_connections_beside_the_pool(monkeypatch):
    databases = deepcopy(settings.DATABASES)
    databases["default"]["CONN_MAX_AGE"] = 60
    monkeypatch.setattr(settings, "DATABASES", databases)
    assert ids(checks.connections()) == ["tutup.E001"]


def test_a_request_is_not_a_transaction(monkeypatch):
    monkeypatch.setattr(settings, "ATOMIC_REQUESTS", True)
    assert ids(checks.connections()) == ["tutup.E003"]


def test_production_names_its_hosts(monkeypatch):
    monkeypatch.setattr(settings, "PRODUCTION", True)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["*"])
    monkeypatch.setattr(settings, "SECRET_KEY", "x" * 50)
    monkeypatch.setattr(settings, "REQUIRE_API_KEY", True)
    assert ids(checks.production()) == ["tutup.W001"]


def test_without_a_database_nothing_is_asked_of_it():
    assert checks.database(databases=None) == []


def test_an_unapplied_migration_is_named(monkeypatch):
    monkeypatch.setattr(pending, "migrations", lambda: ["ledger.0009_more"])
    found = checks.database(databases=["default"])
    assert ids(found) == ["tutup.W010"]
    assert "ledger.0009_more" in found[0].msg


def test_a_missing_routine_is_named():
    name = routines.files()[0].full_name
    routine = routines.installed({name.split(".")[0]})[0]
    sql.execute(f"DROP ROUTINE {routine.signature} CASCADE")
    found = checks.database(databases=["default"])
    installer.install()
    assert ids(found) == ["tutup.W011"]
    assert f"{name} MISSING" in found[0].msg


def test_an_absent_event_trigger_says_who_can_create_it(monkeypatch):
    monkeypatch.setattr(routines, "missing_event_triggers", lambda: ["ledger.guard_attach"])
    found = checks.database(databases=["default"])
    assert ids(found) == ["tutup.W012"]
    assert "superuser" in found[0].hint
