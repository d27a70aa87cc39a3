"""Making and changing mappings. Each is checked against both tables as they are, and is in the audit trail."""

from typing import Any, Unpack

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from project.api.errors import Conflict, InvalidRequest, NotFound
from reconciliation.definition import Place, column_json
from reconciliation.models import Connection, Mapping
from reconciliation.services import connections, pausing, rules
from reconciliation.services.mappings import checks, settings
from reconciliation.services.mappings.proposing import proposed
from reconciliation.services.mappings.settings import PLACES, RUNNING, Settings
from reconciliation.services.mappings.tables import Table, both_tables

SPECIAL = ("timestamp_column", "token_column")
CONNECTIONS = {"source_connection": "source", "target_connection": "target"}
NEEDED = (*CONNECTIONS, "source_schema", "source_table", "target_table")


def build(*, name: str, **given: Unpack[Settings]) -> Mapping:
    """A mapping that isn't saved yet, checked against both tables; to try it with `Definition.of`.

    Raises `InvalidRequest` and `UncomparableType` naming the field, `SourceError`, `SchemaChanged`.
    """
    connections.check_name(name)
    for field in NEEDED:
        if not given.get(field):
            raise InvalidRequest.field(field, "This is needed.")
    mapping = Mapping(name=name, version=1, target_schema="public", columns=[], timestamp_column="", token_column="")
    tables = _read(mapping, Settings(**{**RUNNING, **given}))  # type: ignore[typeddict-item]  # both are of its members
    _complete(mapping, given, tables)
    return mapping


def create(*, name: str, actor: User | None, **given: Unpack[Settings]) -> Mapping:
    """A mapping; its columns are proposed where they are not given. Raises what `build` does and `Conflict`."""
    mapping = build(name=name, **given)
    with transaction.atomic():
        if Mapping.objects.filter(name=name).exists():
            raise Conflict(f'There is a mapping "{name}" already. Change that one.', details={"mapping": name})
        mapping.save()
        audit.record(operation="mapping.create", target=name, after=document(mapping), actor=actor)
    return get(name)


def change(*, name: str, actor: User | None, version: int | None = None, **given: Unpack[Settings]) -> Mapping:
    """Changes what is given; another `version` when that concerns what is compared.

    With `version` it is refused (`Conflict`) when the mapping has another one meanwhile. Raises what `create` does,
    `NotFound`, and `Conflict` when an ignore rule that holds names a column that is no more compared. The tables are
    read before the mapping is locked: a server that takes its time holds up nobody.
    """
    seen = get(name)
    _require(version, seen)
    tables = _read(seen, given) if _concerns_tables(given) else None
    with transaction.atomic():
        mapping = _locked(name)
        _require(version, mapping)
        before, compared = document(mapping), _compared(mapping)
        _assign(mapping, given)
        if tables is not None:
            _complete(mapping, given, tables)
        settings.check(mapping)
        if _compared(mapping) != compared:
            mapping.version += 1
            rules.check_all(mapping)
        if document(mapping) != before:
            mapping.updated_at = timezone.now()
            mapping.save()
            audit.record(operation="mapping.change", target=name, before=before, after=document(mapping), actor=actor)
        if mapping.quiet_hours != before["quiet_hours"]:
            pausing.reconsider(mapping)
    return get(name)


def get(name: str) -> Mapping:
    """Raises `NotFound`, which names those that are there."""
    found = Mapping.objects.select_related("source", "target").filter(name=name).first()
    if found is None:
        raise unknown(name)
    return found


def unknown(name: str) -> NotFound:
    """There is no such mapping."""
    known = list(Mapping.objects.values_list("name", flat=True))
    there = f"There are {', '.join(known)}." if known else "There is none yet."
    return NotFound(f'There is no mapping "{name}". {there}', details={"mappings": known})


def document(mapping: Mapping) -> dict[str, Any]:
    """All that a mapping says but its name, as `change` takes it."""
    return {
        "source_connection": mapping.source.name,
        "target_connection": mapping.target.name,
        **{field: getattr(mapping, field) for field in (*PLACES, *SPECIAL, "columns", *RUNNING)},
    }


def places(mapping: Mapping) -> tuple[Place, Place]:
    """Where its tables are."""
    return (
        Place.of(mapping.source, mapping.source_schema, mapping.source_table),
        Place.of(mapping.target, mapping.target_schema, mapping.target_table),
    )


def _require(version: int | None, mapping: Mapping) -> None:
    if version is not None and mapping.version != version:
        raise _changed_meanwhile(mapping)


def _changed_meanwhile(mapping: Mapping) -> Conflict:
    return Conflict(f"{mapping.name} was changed meanwhile. Open it again.", details={"version": mapping.version})


def _locked(name: str) -> Mapping:
    found = Mapping.objects.select_for_update(of=("self",)).select_related("source", "target").filter(name=name).first()
    if found is None:
        raise unknown(name)
    return found


def _assign(mapping: Mapping, given: Settings) -> None:
    for field, value in given.items():
        if field in CONNECTIONS:
            setattr(mapping, CONNECTIONS[field], _connection(field, str(value)))
        elif field != "key":
            setattr(mapping, field, value)


def _connection(field: str, name: str) -> Connection:
    try:
        return connections.get(name)
    except NotFound as error:
        raise NotFound(error.message, details={**(error.details or {}), "fields": {field: [error.message]}}) from error


def _concerns_tables(given: Settings) -> bool:
    return not given.keys() <= RUNNING.keys()


def _read(mapping: Mapping, given: Settings) -> tuple[Table, Table]:
    """Both tables as they are now, of the mapping with what is given."""
    _assign(mapping, given)
    settings.check(mapping)
    if mapping.target.kind != "postgresql":
        raise InvalidRequest.field("target_connection", "The target is a PostgreSQL server.")
    return both_tables(*places(mapping))


def _complete(mapping: Mapping, given: Settings, tables: tuple[Table, Table]) -> None:
    """Proposes columns where none are given, and checks all of it against tables that were read."""
    source, target = tables
    if places(mapping) != (source.place, target.place):
        raise _changed_meanwhile(mapping)
    if not mapping.columns:
        _propose(mapping, given, source, target)
    columns = checks.checked(mapping.columns, given.get("key"), source, target)
    checks.check_special(mapping.timestamp_column, mapping.token_column, source, target)
    mapping.columns = [column_json(column) for column in columns]


def _propose(mapping: Mapping, given: Settings, source: Table, target: Table) -> None:
    """Everything that both schemas suggest, and no less: a pair that can't be compared is refused, not left out."""
    proposal = proposed(source, target)
    if proposal.refused:
        pair = proposal.refused[0]
        raise InvalidRequest.field(
            "columns", f"{pair.refusal} Name the columns to compare, without {pair.source.name}."
        )
    mapping.columns = [column_json(column) for column in proposal.columns]
    for field in SPECIAL:
        if field not in given:
            setattr(mapping, field, getattr(proposal, field))


def _compared(mapping: Mapping) -> tuple[Any, ...]:
    """What another version tells apart: what was proved under one says nothing of the other."""
    fields = (*PLACES, *SPECIAL, "columns")
    return (mapping.source_id, mapping.target_id, *(getattr(mapping, field) for field in fields))
