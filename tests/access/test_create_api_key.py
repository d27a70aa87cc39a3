"""`manage.py create_api_key`"""

import io
import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from project.access.models import ApiKey, AuditEntry


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_it_prints_the_key_alone_and_the_key_works():
    secret = run("--name", "scraper", "--role", "auditor").strip()
    assert APIClient().get("/api/v1/audit", headers={"X-API-Key": secret}).status_code == 200


def test_json_has_the_key_and_what_it_is():
    made = json.loads(run("--name", "scraper", "--role", "auditor", "--role", "worker", "--json"))
    assert made["key"].startswith(f"tutup_{made['prefix']}_")
    assert (made["name"], made["owner"], made["roles"]) == ("scraper", "scraper", ["auditor", "worker"])


def test_the_owner_is_an_existing_user_or_one_who_cannot_sign_in():
    person = User.objects.create_user("amina", password="tutup")
    run("--name", "a", "--role", "auditor", "--owner", "amina")
    run("--name", "b", "--role", "auditor", "--owner", "feed")
    assert list(ApiKey.objects.order_by("id").values_list("owner__username", flat=True)) == ["amina", "feed"]
    person.refresh_from_db()
    assert person.has_usable_password()
    assert not User.objects.get(username="feed").has_usable_password()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2099-12-31", datetime(2099, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2099-12-31T18:00:00+07:00", datetime(2099, 12, 31, 11, tzinfo=UTC)),
        ("2099-12-31 18:00", datetime(2099, 12, 31, 18, tzinfo=UTC)),
    ],
)
def test_it_can_expire(text, moment):
    run("--name", "a", "--role", "auditor", "--expires", text)
    assert ApiKey.objects.get().expires_at == moment


@pytest.mark.parametrize("text", ["tomorrow", "2099-13-01", "2099-12-31T25:00", "2001-01-01"])
def test_an_end_that_cannot_be_is_refused(text):
    with pytest.raises(CommandError, match=r"expires"):
        run("--name", "a", "--role", "auditor", "--expires", text)
    assert not ApiKey.objects.exists()


def test_an_unknown_role_is_refused():
    with pytest.raises(CommandError, match="king"):
        run("--name", "a", "--role", "king")


def test_the_trail_says_that_the_system_did_it():
    run("--name", "a", "--role", "auditor")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.actor_name, entry.address, entry.request_id) == (None, "system", None, "")
    assert entry.user_agent
