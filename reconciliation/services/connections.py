"""Connections: where tables are. The password itself is never here, only the name of the variable that has it."""

import re
from typing import Any, TypedDict, Unpack

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from project.access import audit
from project.api.errors import Conflict, InvalidRequest, NotFound
from project.postgres.texts import all_text, storable
from reconciliation.models import Connection, Mapping
from reconciliation.sources.addresses import parts_of
from reconciliation.states import SourceKind

# The end of the name keeps a connection from sending another secret of the installation to a host of its choice.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*PASSWORD", re.ASCII)
SCHEMES = {SourceKind.CASSANDRA: ("cassandra",), SourceKind.POSTGRESQL: ("postgresql", "postgres")}
LONGEST_NAME = 100
FIELDS = ("kind", "address", "password_variable", "options")
COMPARING = ("kind", "address")


class Access(TypedDict, total=False):
    """How to get there."""

    kind: str
    address: str
    password_variable: str
    options: dict[str, Any]


def create(*, name: str, actor: User | None, **access: Unpack[Access]) -> Connection:
    """A connection. Raises `Conflict` for a name that is taken and `InvalidRequest` naming what can't be."""
    check_name(name)
    connection = Connection(name=name, **{"address": "", "password_variable": "", "options": {}, **access})
    check(connection)
    with transaction.atomic():
        if Connection.objects.filter(name=name).exists():
            raise Conflict(f'There is a connection "{name}" already. Change that one.', details={"connection": name})
        connection.save()
        audit.record(operation="connection.create", target=name, after=document(connection), actor=actor)
    return connection


def change(*, name: str, actor: User | None, **access: Unpack[Access]) -> Connection:
    """Changes what is given. With another address the mappings that use it get another version. Raises `NotFound`."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(name=name).first()
        if connection is None:
            raise unknown(name)
        before = document(connection)
        for field, value in access.items():
            setattr(connection, field, value)
        check(connection)
        after = document(connection)
        if after != before:
            connection.save()
            audit.record(operation="connection.change", target=name, before=before, after=after, actor=actor)
        if any(before[field] != after[field] for field in COMPARING):
            _another_version(connection)
    return connection


def delete(*, name: str, actor: User | None) -> None:
    """Removes it. Raises `NotFound`, and `Conflict` naming the mappings that use it."""
    with transaction.atomic():
        connection = get(name)
        users = sorted(mapping.name for mapping in _mappings(connection))
        if users:
            raise Conflict(f"{name} is used by the mappings {', '.join(users)}.", details={"mappings": users})
        audit.record(operation="connection.delete", target=name, before=document(connection), actor=actor)
        connection.delete()


def get(name: str) -> Connection:
    """Raises `NotFound`, which names those that are there."""
    found = Connection.objects.filter(name=name).first()
    if found is None:
        raise unknown(name)
    return found


def unknown(name: str) -> NotFound:
    """There is no such connection."""
    known = list(Connection.objects.values_list("name", flat=True))
    there = f"There are {', '.join(known)}." if known else "There is none yet."
    return NotFound(f'There is no connection "{name}". {there}', details={"connections": known})


def document(connection: Connection) -> dict[str, Any]:
    """What it says, for files and the audit trail."""
    return {field: getattr(connection, field) for field in FIELDS}


def check(connection: Connection) -> None:
    """Raises `InvalidRequest` naming the field that can't be used."""
    if connection.kind not in SourceKind:
        raise InvalidRequest.field("kind", f"{connection.kind!r} is none of {', '.join(SourceKind)}.")
    if connection.password_variable and not VARIABLE.fullmatch(connection.password_variable):
        raise InvalidRequest.field(
            "password_variable",
            "Give the name of an environment variable that ends with PASSWORD, such as CASSANDRA_PASSWORD.",
        )
    if not isinstance(connection.options, dict):
        raise InvalidRequest.field("options", 'Give an object, such as {"consistency": "LOCAL_QUORUM"}.')
    if not storable(all_text(connection.options)):
        raise InvalidRequest.field("options", "Leave out characters that are none: NUL, and halves of surrogate pairs.")
    _check_address(SourceKind(connection.kind), connection.address)


def check_name(name: str) -> None:
    """Raises `InvalidRequest` for a name that no list could show."""
    if not name or len(name) > LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise InvalidRequest.field("name", f"Give 1 to {LONGEST_NAME} printable characters, no blanks around them.")


def _check_address(kind: SourceKind, address: str) -> None:
    if not address and kind is SourceKind.POSTGRESQL:
        return  # the database that this installation lives in
    example = Connection._meta.get_field("address").help_text
    parts = parts_of(address)
    if parts is None or parts.scheme not in SCHEMES[kind]:
        raise InvalidRequest.field("address", f"Write it as {example}")
    if ":" in parts.user or "password=" in parts.query.lower():
        raise InvalidRequest.field(
            "address", "Leave the password out: set it in an environment variable and name that in password_variable."
        )
    if not parts.hosts and kind is SourceKind.CASSANDRA:
        raise InvalidRequest.field("address", f"It has no host. Write it as {example}")


def _another_version(connection: Connection) -> None:
    """What was proved at the old address says nothing of the new one."""
    _mappings(connection).update(version=F("version") + 1, updated_at=Now())


def _mappings(connection: Connection) -> QuerySet[Mapping]:
    return Mapping.objects.filter(Q(source=connection) | Q(target=connection))
