"""A table and its copy for the demo's comparison: customers of a Cassandra (or PostgreSQL) and a faulty copy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import psycopg
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, Session
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.policies import DCAwareRoundRobinPolicy
from django.conf import settings
from psycopg import sql

ROWS = 2000
KEYSPACE = UPSTREAM = "crm"
REPLICA = "replica"
TABLE = "customer"
COLUMNS = ("id", "name", "email", "city", "balance", "active", "updated_at")
FAMILY = UUID("5bd3ccd1-3a94-4c4c-8b0c-3a1f6a1a6a0e")
STARTED = datetime(2025, 1, 1, 8, tzinfo=UTC)
CITIES = ("Jakarta", "Bandung", "Surabaya", "Kuala Lumpur", "Penang")
IN_CASSANDRA = (
    "id uuid PRIMARY KEY, name text, email text, city text, balance decimal, active boolean, updated_at timestamp"
)
IN_POSTGRES = (
    "id uuid PRIMARY KEY, name text, email text, city text, balance numeric, active boolean, updated_at timestamptz"
)


@dataclass(frozen=True, kw_only=True)
class Customer:
    """One row."""

    id: UUID
    name: str
    email: str
    city: str | None
    balance: Decimal
    active: bool
    updated_at: datetime

    def values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, column) for column in COLUMNS)


def upstream() -> list[Customer]:
    """What the source has, but for what only the copy has."""
    return [_customer(number) for number in range(3, ROWS)]


def copied() -> list[Customer]:
    """What the copy has: three rows that the source lacks, two lacking, four that differ in one field each."""
    rows = [_customer(number) for number in range(ROWS) if number not in {100, 200}]
    wrong: dict[int, dict[str, Any]] = {
        300: {"balance": Decimal("120.05")},
        400: {"city": ""},
        500: {"name": "Siti  Aminah"},
        600: {"updated_at": STARTED + timedelta(minutes=600, milliseconds=1)},
    }
    places = {_id(number): change for number, change in wrong.items()}
    return [replace(row, **places.get(row.id, {})) for row in rows]


def _customer(number: int) -> Customer:
    return Customer(
        id=_id(number),
        name=f"Customer {number:05}" if number != 500 else "Siti Aminah",
        email=f"customer{number}@example.com",
        city=None if number == 400 else CITIES[number % len(CITIES)],
        balance=Decimal("120.50") if number == 300 else Decimal(number * 137) / 100,
        active=number % 7 != 0,
        updated_at=STARTED + timedelta(minutes=number),
    )


def _id(number: int) -> UUID:
    return uuid5(FAMILY, str(number))


def fill_cassandra(port: int, datacenter: str) -> None:
    """The source in Cassandra; written again, the same rows are the same rows."""
    profile = ExecutionProfile(DCAwareRoundRobinPolicy(datacenter))
    cluster = Cluster(["127.0.0.1"], port=port, protocol_version=5, execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    try:
        _fill_keyspace(cluster.connect())
    finally:
        cluster.shutdown()


def _fill_keyspace(session: Session) -> None:
    session.execute(
        f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE}"
        " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
    )
    session.execute(f"CREATE TABLE IF NOT EXISTS {KEYSPACE}.{TABLE} ({IN_CASSANDRA})")
    marks = ", ".join("?" for _ in COLUMNS)
    insert = session.prepare(f"INSERT INTO {KEYSPACE}.{TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})")  # noqa: S608
    execute_concurrent_with_args(session, insert, [row.values() for row in upstream()], concurrency=50)


def fill_postgres(schema: str, rows: Iterable[Customer]) -> None:
    """A table in this installation's database, unless it is there: what was repaired since stays repaired."""
    table = sql.Identifier(schema, TABLE)
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        if connection.execute("SELECT to_regclass(%s)", [f"{schema}.{TABLE}"]).fetchone() != (None,):
            return
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(IN_POSTGRES)))
        with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
            for row in rows:
                copy.write_row(row.values())
