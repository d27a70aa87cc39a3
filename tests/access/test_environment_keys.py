"""API_KEYS: keys that the environment names."""

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from project.access import checks, keys
from project.access.models import ApiKey, AuditEntry
from project.access.roles import Role

NAMED = "prometheus:auditor+worker:a-long-secret-of-prometheus"


def status(secret: str) -> int:
    return APIClient().get("/api/v1/audit", headers={"X-API-Key": secret}).status_code


def test_the_keys_of_the_seed_work_from_the_first_request(settings):
    settings.API_KEYS = ["prod_key_1", "prod_key_2", "prod_key_3"]
    assert [status(key) for key in settings.API_KEYS] == [200, 200, 200]
    assert status("prod_key_4") == 401


def test_a_plain_key_has_every_role_and_a_named_one_its_own(settings):
    settings.API_KEYS = ["prod_key_1", NAMED]
    keys.seed_from_environment()
    plain, named = ApiKey.objects.order_by("id")
    assert set(plain.roles) == set(Role)
    assert (named.name, named.roles) == ("prometheus", ["auditor", "worker"])
    assert status("a-long-secret-of-prometheus") == 200


def test_migrate_writes_them_down_once_as_digests(settings):
    settings.API_KEYS = ["prod_key_1"]
    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)
    key = ApiKey.objects.get()
    assert (key.origin, key.owner.username, key.owner.has_usable_password()) == ("environment", "environment", False)
    assert "prod_key_1" not in f"{key.prefix} {key.digest}"
    assert AuditEntry.objects.filter(operation="api_key.create").count() == 1


def test_changed_roles_are_taken_up(settings):
    settings.API_KEYS = [NAMED]
    keys.seed_from_environment()
    settings.API_KEYS = [NAMED.replace("auditor+worker", "worker")]
    keys.seed_from_environment()
    assert ApiKey.objects.get().roles == ["worker"]
    assert status("a-long-secret-of-prometheus") == 403
    assert AuditEntry.objects.latest("id").operation == "api_key.change"


def test_a_key_that_is_taken_out_stops(settings):
    settings.API_KEYS = ["prod_key_1"]
    assert status("prod_key_1") == 200
    settings.API_KEYS = []
    assert status("prod_key_1") == 401


def test_a_key_that_a_person_revoked_stays_revoked(settings):
    settings.API_KEYS = ["prod_key_1"]
    keys.seed_from_environment()
    keys.revoke(key=ApiKey.objects.get())
    keys.seed_from_environment()
    assert status("prod_key_1") == 401


@pytest.mark.parametrize(
    "item", ["name:king:secret", "name:auditor:", ":auditor:secret", "name:secret", "name::secret"]
)
def test_an_item_that_cannot_be_read_is_an_error_that_does_not_repeat_it(settings, item):
    settings.API_KEYS = [item]
    (error,) = checks.environment_keys()
    assert error.id == "tutup.E020"
    assert "item 1" in error.msg
    assert "secret" not in error.msg


def test_short_keys_are_a_warning_in_production(settings):
    settings.API_KEYS = ["prod_key_1", NAMED]
    assert checks.environment_keys() == []
    settings.PRODUCTION = True
    (warning,) = checks.environment_keys()
    assert (warning.id, "environment 1" in warning.msg, "prod_key_1" in warning.msg) == ("tutup.W020", True, False)
