"""Mappings as YAML: written so that reading it back changes nothing, read with the line of whatever is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.contrib.auth.models import User
from django.db import transaction
from pydantic import ValidationError

from project.api.errors import ApiError, InvalidRequest
from reconciliation.models import Connection, Mapping
from reconciliation.services import connections
from reconciliation.services.mappings import checks, writing
from reconciliation.services.mappings.lines import Document, Path
from reconciliation.services.mappings.settings import RUNNING
from reconciliation.services.mappings.shapes import ConnectionGiven, FileGiven, MappingGiven

STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
PARTS = {f"{side}_{part}": (side, part) for side in ("source", "target") for part in ("connection", "schema", "table")}


@dataclass
class Imported:
    """What a file did, by `connection NAME` and `mapping NAME`."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def exported(mappings: Sequence[Mapping]) -> str:
    """The mappings and the connections that they use, as YAML. No password: a connection has none."""
    used = {one.name: one for mapping in mappings for one in (mapping.source, mapping.target)}
    content = {
        "connections": [_connection(used[name]) for name in sorted(used)],
        "mappings": [_mapping(mapping) for mapping in mappings],
    }
    return yaml.dump(content, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


def imported(name: str, text: str, *, actor: User | None, dry_run: bool = False) -> Imported:
    """Makes or changes what a file says, all of it or nothing; with `dry_run` nothing is kept.

    Raises errors that name the line; every mapping is checked against both of its tables.
    """
    document = Document(name, text)
    given = parsed(document)
    result = Imported()
    with transaction.atomic():
        for place, connection in enumerate(given.connections):
            with_line(document, ("connections", place), _import_connection, connection, result, actor)
        for place, mapping in enumerate(given.mappings):
            with_line(document, ("mappings", place), _import_mapping, mapping, result, actor)
        transaction.set_rollback(dry_run)
    return result


def with_line(document: Document, path: Path, act: Any, *arguments: Any) -> None:
    """Does it; an error gets the line of the value that it is about."""
    try:
        act(*arguments)
    except ApiError as error:
        where = document.at((*path, *_steps(checks.field_of(error))))
        message = f"{where}, {arguments[0].name}: {error.message}"
        raise ApiError.of(error.status, message, code=error.code, details=error.details) from error


def parsed(document: Document) -> FileGiven:
    """What a file says. Raises `InvalidRequest` with the line of each value that can't be."""
    if document.content is None:
        raise InvalidRequest(f"{document.name} is empty.")
    try:
        return FileGiven.model_validate(document.content)
    except ValidationError as refused:
        told = [
            f"{document.at(error['loc'])}: {_dotted(error['loc'])}: {error['msg']}"
            for error in refused.errors(include_url=False, include_input=False)
        ]
        raise InvalidRequest("\n".join(told)) from refused


def _import_connection(given: ConnectionGiven, result: Imported, actor: User | None) -> None:
    access = given.model_dump(exclude={"name"})
    there = Connection.objects.filter(name=given.name).first()
    if there is None:
        connections.create(name=given.name, actor=actor, **access)
        result.created.append(f"connection {given.name}")
        return
    after = connections.document(connections.change(name=given.name, actor=actor, **access))
    same = after == connections.document(there)
    (result.unchanged if same else result.changed).append(f"connection {given.name}")


def _import_mapping(given: MappingGiven, result: Imported, actor: User | None) -> None:
    settings = _settings(given)
    there = Mapping.objects.select_related("source", "target").filter(name=given.name).first()
    if there is None:
        writing.create(name=given.name, actor=actor, **settings)
        result.created.append(f"mapping {given.name}")
        return
    after = writing.document(writing.change(name=given.name, actor=actor, **settings))
    same = after == writing.document(there)
    (result.unchanged if same else result.changed).append(f"mapping {given.name}")


def _settings(given: MappingGiven) -> Any:
    """As the service takes it."""
    columns = [column.model_dump(exclude_defaults=True) for column in given.columns or []]
    sides = {
        f"{side}_{part}": value
        for side, place in (("source", given.source), ("target", given.target))
        for part, value in place.model_dump(by_alias=True).items()
    }
    hours = [window.model_dump(by_alias=True, exclude_none=True) for window in given.quiet_hours]
    rest = given.model_dump(exclude={"name", "source", "target", "columns", "quiet_hours"})
    return {**sides, **rest, "columns": columns, "quiet_hours": hours}


def _connection(connection: Connection) -> dict[str, Any]:
    kept = {name: value for name, value in connections.document(connection).items() if value not in ("", {})}
    return {"name": connection.name, **kept}


def _mapping(mapping: Mapping) -> dict[str, Any]:
    """Without what is the default."""
    said = writing.document(mapping)
    sides = {side: {part: said[f"{side}_{part}"] for part in ("connection", "schema", "table")} for side in SIDES}
    special = {name: said[name] for name in writing.SPECIAL if said[name]}
    running = {name: said[name] for name, default in RUNNING.items() if said[name] != default}
    return {"name": mapping.name, **sides, **special, **running, "columns": [_column(c) for c in said["columns"]]}


SIDES = ("source", "target")


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in column.items() if value not in (False, {})}


def _steps(dotted: str) -> Path:
    """A field as the services name it, such as columns[2].rule.unit, as a path in the file."""
    if dotted in PARTS:
        return PARTS[dotted]
    return tuple(int(number) if number else name for number, name in STEP.findall(dotted))


def _dotted(path: tuple[int | str, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "the file"


class _Plain(yaml.SafeDumper):
    """Never writes an alias: what stands twice is written twice."""

    def ignore_aliases(self, _: Any) -> bool:
        return True
