"""Two real tables of PostgreSQL, source and target, in schemas of their own, and the mapping between them."""

from copy import deepcopy
from typing import Any

from django.db import connection

from reconciliation.canonical import VERSION
from reconciliation.canonical.encode import encode
from reconciliation.comparing import keys
from reconciliation.definition import Definition
from reconciliation.models import Connection, Mapping, Mismatch, ReconciliationJob
from reconciliation.services.fresh import opened
from reconciliation.states import JobStatus, JobType, Strategy
from tests.reconciliation import rows

TABLE = """
CREATE SCHEMA {schema};
CREATE TABLE {schema}."order" (
  id int PRIMARY KEY, status text, amount numeric(12,2), note text, "Customer id" uuid, seen timestamptz, photo bytea,
  tags text[], document jsonb, extra text DEFAULT 'untouched'
)
"""
COLUMNS = [
    {"source": "id", "target": "id", "type": "integer(4)", "key": True, "rule": {}},
    {"source": "status", "target": "status", "type": "text", "key": False, "rule": {}},
    {"source": "amount", "target": "amount", "type": "decimal", "key": False, "rule": {}},
    {"source": "note", "target": "note", "type": "text", "key": False, "rule": {}},
    {"source": "Customer id", "target": "Customer id", "type": "uuid", "key": False, "rule": {}},
    {"source": "seen", "target": "seen", "type": "timestamp(us)", "key": False, "rule": {}},
    {"source": "photo", "target": "photo", "type": "bytes", "key": False, "rule": {}},
    {"source": "tags", "target": "tags", "type": "list<text>", "key": False, "rule": {}},
    {"source": "document", "target": "document", "type": "json", "key": False, "rule": {}},
]
ROW = {
    "status": "'shipped'",
    "amount": "120.50",
    "note": "NULL",
    "Customer id": "'9f0c0000-0000-4000-8000-000000000001'",
    "seen": "'2025-11-20 14:00:00.123456+00'",
    "photo": r"'\x00ff'",
    "tags": """ARRAY['a,b','"c"\\','',NULL]""",
    "document": """'{"total": 1.10, "big": 12345678901234567890.123}'""",
}
DROP = "DROP SCHEMA IF EXISTS side_source CASCADE; DROP SCHEMA IF EXISTS side_target CASCADE"


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def value(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    return found[0] if found else None


def make() -> Mapping:
    """The tables, empty, and their mapping `orders`."""
    run(DROP)
    for schema in ("side_source", "side_target"):
        run(TABLE.format(schema=schema))
    here, _ = Connection.objects.get_or_create(name="here", defaults={"kind": "postgresql"})
    return Mapping.objects.create(
        name="orders",
        source=here,
        source_schema="side_source",
        source_table="order",
        target=here,
        target_schema="side_target",
        target_table="order",
        columns=deepcopy(COLUMNS),
    )


def put(side: str, number: int, **values: str) -> None:
    """A row of one side: values are SQL, those left out are `ROW`'s."""
    given = {**ROW, **values}
    names = ", ".join(f'"{name}"' for name in given)
    run(f'INSERT INTO side_{side}."order" (id, {names}) VALUES ({number}, {", ".join(given.values())})')


def read(side: str, column: str, number: int = 1) -> Any:
    return value(f'SELECT "{column}" FROM side_{side}."order" WHERE id = {number}')


def job(mapping: Mapping, **values: Any) -> ReconciliationJob:
    """A completed comparison of the mapping."""
    defaults: dict[str, Any] = {
        "mapping": mapping,
        "table_name": mapping.name,
        "job_type": JobType.MANUAL_ONDEMAND,
        "validation_strategy": Strategy.CHECKSUM,
        "status": JobStatus.COMPLETED,
        "mapping_version": mapping.version,
        "canonical_version": VERSION,
        "definition": Definition.of(mapping).to_json(),
        "source_rows": 1000,
        "target_rows": 1000,
    }
    return ReconciliationJob.objects.create(**{**defaults, **values})


def mismatch(by: ReconciliationJob, *key: Any, **values: Any) -> Mismatch:
    """What a comparison stores of the two rows of this key, as they are now; of key 1 unless it is given."""
    definition = Definition.of(by.mapping)
    given = key or (1,)
    encoded = tuple(encode(one, column.type) or b"" for one, column in zip(given, definition.columns, strict=False))
    with opened(definition) as sides:
        pair = sides.pair(encoded)
        shown = sides.shown(pair)
    seen = {
        "key": keys.to_json(pair.key),
        "fingerprint": keys.fingerprint(by.mapping_id, pair.key),
        "primary_key_value": keys.for_people(given),
        "mismatch_type": pair.kind,
        **shown,
    }
    return rows.mismatch(by, **{**seen, **values})
