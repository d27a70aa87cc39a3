"""API keys: making, checking, revoking, and the keys that the environment names.

A key reads `tutup_<prefix>_<secret>`. The secret has 256 random bits, so a plain SHA-256 is a safe digest of it. Keys
from the environment may have any form; their prefix is made of their digest.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Q
from django.utils import timezone

from project.access import audit
from project.access.models import ApiKey
from project.access.roles import EVERYONE, Role
from project.api.errors import Conflict, InvalidRequest
from project.postgres import sql

FORM = re.compile(r"tutup_([a-z0-9]{10})_[A-Za-z0-9_-]{43}")
PREFIX_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
LAST_USED_STEP = timedelta(minutes=1)
ENVIRONMENT_OWNER = "environment"


@dataclass(frozen=True)
class NewKey:
    """A key that was just made. `secret` is the whole key and can't be read again."""

    key: ApiKey
    secret: str


def create(
    *,
    name: str,
    owner: User,
    roles: Collection[Role],
    expires_at: datetime | None = None,
    actor: User | None = None,
) -> NewKey:
    """Make a key. Raises a 400 without a role or with an end that has passed."""
    if not roles:
        raise InvalidRequest.field("roles", "Give the key at least one role.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidRequest.field("expires_at", "This moment has passed.")
    prefix = "".join(secrets.choice(PREFIX_LETTERS) for _ in range(10))
    secret = f"tutup_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name,
            prefix=prefix,
            digest=_digest(secret),
            owner=owner,
            roles=sorted(set(roles)),
            expires_at=expires_at,
        )
        key.refresh_from_db(fields=["created_at"])
        audit.record(operation="api_key.create", target=prefix, after=_seen(key), actor=actor)
    return NewKey(key, secret)


def revoke(*, key: ApiKey, actor: User | None = None) -> ApiKey:
    """End a key at once and for good. Raises a 409 when it has been revoked before."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(of=("self",)).select_related("owner").get(pk=key.pk)
        if key.revoked_at is not None:
            raise Conflict(f"Key {key.prefix} was revoked at {key.revoked_at:%Y-%m-%d %H:%M:%S}.")
        before = _seen(key)
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        audit.record(operation="api_key.revoke", target=key.prefix, before=before, after=_seen(key), actor=actor)
    return key


def find(secret: str) -> ApiKey | None:
    """The valid key behind what a caller presented, or None. Notes its use, at most once a minute."""
    known = _lookup(secret)
    if known is None and _configured(secret) is not None:
        seed_from_environment()  # a key that was added to API_KEYS after the last migrate
        known = _lookup(secret)
    if known is None or not known.is_valid:
        return None
    _note_use(known)
    return known


def service_owner(username: str) -> User:
    """The user of that name; one without a password, who can't sign in, when there is none."""
    user, made = User.objects.get_or_create(username=username)
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@dataclass(frozen=True)
class ConfiguredKey:
    """One item of API_KEYS: `KEY`, which gets every role, or `NAME:ROLE+ROLE:KEY`."""

    name: str
    roles: tuple[Role, ...]
    secret: str

    @classmethod
    def read(cls, item: str, position: int) -> "ConfiguredKey":
        """Raises ValueError, which never repeats the key, when the item can't be read."""
        if ":" not in item:
            return cls(f"{ENVIRONMENT_OWNER} {position}", tuple(sorted(EVERYONE)), item)
        name, _, rest = item.partition(":")
        roles, _, secret = rest.partition(":")
        unknown = sorted(set(roles.split("+")) - {role.value for role in Role})
        if not name or not secret or unknown:
            known = ", ".join(Role)
            message = f"API_KEYS, item {position}: write KEY or NAME:ROLE+ROLE:KEY; the roles are {known}."
            raise ValueError(message)
        return cls(name, tuple(Role(role) for role in roles.split("+")), secret)


def configured() -> list[ConfiguredKey]:
    """The keys that API_KEYS names."""
    return [ConfiguredKey.read(item, position) for position, item in enumerate(settings.API_KEYS, start=1)]


def seed_from_environment() -> None:
    """Write the keys of API_KEYS down, as digests; takes up changed names and roles. Runs after each migrate."""
    for item in configured():
        owner = service_owner(ENVIRONMENT_OWNER)
        wanted = {"name": item.name, "roles": sorted(item.roles), "owner": owner, "digest": _digest(item.secret)}
        key, made = ApiKey.objects.get_or_create(
            prefix=_prefix(item.secret), defaults={**wanted, "origin": ApiKey.Origin.ENVIRONMENT}
        )
        if made:
            audit.record(operation="api_key.create", target=key.prefix, after=_seen(key))
        elif (key.name, key.roles) != (wanted["name"], wanted["roles"]):
            before = _seen(key)
            key.name, key.roles = item.name, sorted(item.roles)
            key.save(update_fields=["name", "roles"])
            audit.record(operation="api_key.change", target=key.prefix, before=before, after=_seen(key))


def _lookup(secret: str) -> ApiKey | None:
    key = _read(_prefix(secret))
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        return None
    withdrawn = key.origin == ApiKey.Origin.ENVIRONMENT and _configured(secret) is None
    return None if withdrawn else key


def _read(prefix: str) -> ApiKey | None:
    """The key and its owner. Having the ORM build this statement took a third of a short call."""
    statement, names, owner_names = _statement()
    with sql.cursor() as cursor:
        cursor.execute(statement, [prefix])
        found = cursor.fetchone()
    if found is None:
        return None
    key = ApiKey.from_db(DEFAULT_DB_ALIAS, names, found[: len(names)])
    key.owner = User.from_db(DEFAULT_DB_ALIAS, owner_names, found[len(names) :])
    return key


@cache
def _statement() -> tuple[str, list[str], list[str]]:
    """A SELECT of a key by its prefix, with the fields of the key and of the owner in its order."""
    statement, _ = ApiKey.objects.select_related("owner").filter(prefix="").query.sql_with_params()
    names = [[field.attname for field in model._meta.concrete_fields] for model in (ApiKey, User)]
    return statement, names[0], names[1]


def _configured(secret: str) -> ConfiguredKey | None:
    given = secret.encode()
    return next((item for item in configured() if hmac.compare_digest(item.secret.encode(), given)), None)


def _prefix(secret: str) -> str:
    form = FORM.fullmatch(secret)
    return form[1] if form else f"env-{_digest(secret)[:12]}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    due = now - LAST_USED_STEP
    if key.last_used_at is None or key.last_used_at <= due:
        # the condition again, so that of many requests at once only one writes
        stale = Q(last_used_at=None) | Q(last_used_at__lte=due)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _seen(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "owner": key.owner.get_username(),
        "roles": list(key.roles),
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }
