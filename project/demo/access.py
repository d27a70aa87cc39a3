"""Who may look at the demo: a login for each role and one API key, kept private in access.json."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User

from batches.monthend.models import MonthEndBatch
from project.access import keys
from project.access.roles import EVERYONE, Role

FILE = "access.json"
KEY_NAME = "demo"


def grant(folder: Path, *, url: str) -> dict[str, Any]:
    """Logins and key, those of an earlier run if they still work; also written to access.json for the user alone."""
    file = folder / FILE
    earlier = json.loads(file.read_text()) if file.exists() else {}
    passwords = {login["role"]: login["password"] for login in earlier.get("logins", [])}
    given = {
        "url": url,
        "api_key": _api_key(earlier.get("api_key", "")),
        "database_url": settings.DATABASE_URL,
        "logins": [_login(role, passwords.get(role, "")) for role in Role],
    }
    _write(file, given)
    return given


def page(folder: Path, given: dict[str, Any], batch: MonthEndBatch) -> str:
    """What to open, who to be, what to paste."""
    lines = [f"Console   {given['url']}/admin/", f"API       {given['url']}/api/docs", ""]
    lines += [f"{login['username']:<26}password  {login['password']}" for login in given["logins"]]
    path = f"/api/v1/batch/{batch.batch_id}/status"
    lines += ["", f"API key   {given['api_key']}"]
    lines += [f"curl -H 'Authorization: Bearer {given['api_key']}' {given['url']}{path}"]
    return "\n".join([*lines, "", f"The same is in {folder / FILE}. Ctrl-C stops everything."])


def _api_key(earlier: str) -> str:
    if earlier and keys.find(earlier):
        return earlier
    owner = keys.service_owner(KEY_NAME)
    return keys.create(name=KEY_NAME, owner=owner, roles=EVERYONE, expires_at=None).secret


def _login(role: Role, password: str) -> dict[str, str]:
    """A user named like the role, with the password known from before or a new one."""
    user, _ = User.objects.get_or_create(username=role.value, defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name=role.value))
    if not password or not user.check_password(password):
        password = secrets.token_urlsafe(9)
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"role": role.value, "username": user.username, "password": password}


def _write(file: Path, given: dict[str, Any]) -> None:
    unfinished = file.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        json.dump(given, target, indent=2)
    unfinished.replace(file)
