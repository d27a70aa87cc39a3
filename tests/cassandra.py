"""A real Cassandra 5: one node for the whole run, a table of its own for each test."""

import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, Session
from cassandra.policies import DCAwareRoundRobinPolicy
from cassandra.query import tuple_factory

from project.cassandra import CassandraNode

ROOT = Path(__file__).resolve().parents[1]


class Cassandra:
    """The node and one keyspace. `session` is the tests' own, not the product's."""

    def __init__(self, node: CassandraNode) -> None:
        self.node = node
        self.keyspace = f"tests_{uuid4().hex[:8]}"
        self._known: dict[str, str] = {}
        self._cluster, self.session = connect(node)
        self.session.execute(
            f"CREATE KEYSPACE {self.keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        )
        self.session.set_keyspace(self.keyspace)

    @property
    def address(self) -> str:
        """As a connection of reconciliation takes it."""
        return self.node.address

    def table(self, columns: str, *, options: str = "", fresh: bool = False) -> str:
        """An empty table of these columns, such as "id uuid PRIMARY KEY, name text"; returns its name.

        The same columns may give the table that an earlier test had, emptied, which takes half as long as another:
        a test that alters or drops its table asks for a `fresh` one.
        """
        definition = f"({columns}) {options and f'WITH {options}'}"
        name = self._known.get(definition)
        if name and not fresh:
            self.session.execute(f"TRUNCATE {name}")
            return name
        name = f"t_{uuid4().hex[:10]}"
        self.session.execute(f"CREATE TABLE {name} {definition}")
        if not fresh:
            self._known[definition] = name
        return name

    def insert(self, table: str, **values: Any) -> None:
        """One row; each value as the driver takes it."""
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
        # with its keyspace: the server warns of prepared statements that depend on USE
        statement = self.session.prepare(f"INSERT INTO {self.keyspace}.{table} ({names}) VALUES ({marks})")
        self.session.execute(statement, list(values.values()))

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple]:
        """CQL with %s for values; rows as tuples."""
        return list(self.session.execute(statement, values or None))

    def type(self, fields: str) -> str:
        """A user's type of these fields, such as "street text, number int"; returns its name."""
        name = f"u_{uuid4().hex[:10]}"
        self.session.execute(f"CREATE TYPE {name} ({fields})")
        return name

    def restart(self) -> None:
        """Kill the node as a power cut would, start it again on the same port, wait for the session."""
        from reconciliation.sources.cassandra import sessions  # needs Django, which is set up after conftests are read

        self.node.kill()
        self.node.start()
        sessions.close_all()  # those of the product know the node as it was
        self._cluster.shutdown()
        self._cluster, self.session = connect(self.node)
        self.session.set_keyspace(self.keyspace)

    def close(self) -> None:
        self._cluster.shutdown()


def connect(node: CassandraNode, **options: Any) -> tuple[Cluster, Session]:
    """A driver of the tests' own. `options` as for Cluster, such as auth_provider."""
    profile = ExecutionProfile(DCAwareRoundRobinPolicy(node.datacenter), row_factory=tuple_factory, request_timeout=60)
    cluster = Cluster(
        ["127.0.0.1"], port=node.port, protocol_version=5, compression=False,
        sockopts=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)], execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        **options,
    )  # fmt: skip
    return cluster, cluster.connect()


@pytest.fixture(scope="session")
def cassandra() -> Iterator[Cassandra]:
    """One node for all tests. Without Java 17 or Maven this fails with the command that installs them."""
    folder = ROOT / ".tests"
    folder.mkdir(exist_ok=True)
    node = CassandraNode(Path(tempfile.mkdtemp(prefix="cassandra-", dir=folder)), short_lived=True)
    try:
        node.start()
        tables = Cassandra(node)
        yield tables
        tables.close()
    finally:
        node.remove()
