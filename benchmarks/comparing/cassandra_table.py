"""The same table in a Cassandra of the benchmark's own: rows are copied from PostgreSQL, some are left out."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.policies import DCAwareRoundRobinPolicy
from cassandra.query import tuple_factory
from psycopg import sql

from project.cassandra import CassandraNode

KEYSPACE = "benchmark"
COLUMNS = ("id", "account", "amount", "currency", "state", "note", "booked_at", "changed_at")
SHAPE = """(id bigint PRIMARY KEY, account bigint, amount decimal, currency text, state text, note text,
    booked_at timestamp, changed_at timestamp)"""
REPLICATION = "{'class': 'SimpleStrategy', 'replication_factor': 1}"
AT_ONCE = 100
PAGE = 5000


@contextmanager
def node(heap: str) -> Iterator[CassandraNode]:
    """A node in a temporary folder, removed at the end."""
    started = CassandraNode(Path(tempfile.mkdtemp(prefix="tutup-benchmark-cassandra-")), heap=heap)
    try:
        started.start()
        yield started
    finally:
        started.remove()


@contextmanager
def connected(port: int) -> Iterator[Any]:
    """The driver as it is when nothing is asked of it but a session; rows are tuples."""
    profile = ExecutionProfile(DCAwareRoundRobinPolicy("datacenter1"), row_factory=tuple_factory, request_timeout=60)
    cluster = Cluster(
        ["127.0.0.1"], port=port, protocol_version=5, compression=False,
        sockopts=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)], execution_profiles={EXEC_PROFILE_DEFAULT: profile},
    )  # fmt: skip
    try:
        yield cluster.connect()
    finally:
        cluster.shutdown()


def load(node: CassandraNode, rows: psycopg.Connection, name: str, without: list[int]) -> None:
    """The table of that name, in full but for the keys `without`."""
    with connected(node.port) as session, rows.transaction(), rows.cursor("loaded") as cursor:
        session.execute(f"CREATE KEYSPACE IF NOT EXISTS {KEYSPACE} WITH replication = {REPLICATION}")
        session.execute(f"CREATE TABLE {KEYSPACE}.{name} {SHAPE}")
        marks = ", ".join("?" for _ in COLUMNS)
        insert = session.prepare(f"INSERT INTO {KEYSPACE}.{name} ({', '.join(COLUMNS)}) VALUES ({marks})")
        columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
        cursor.execute(
            sql.SQL("SELECT {} FROM {} WHERE id <> ALL (%s)").format(columns, sql.Identifier(name)), [without]
        )
        while page := cursor.fetchmany(PAGE):
            execute_concurrent_with_args(session, insert, page, concurrency=AT_ONCE)


def settle(node: CassandraNode) -> None:
    """What was written is in tables on disk, as most of a table is, and no longer in memory. Ends all sessions."""
    node.stop()
    node.start()


def warm(node: CassandraNode, name: str) -> None:
    """Read the table once: a node that was just started interprets its code, and reads from the disk."""
    with connected(node.port) as session:
        for _ in session.execute(f"SELECT {', '.join(COLUMNS)} FROM {KEYSPACE}.{name}"):
            pass
