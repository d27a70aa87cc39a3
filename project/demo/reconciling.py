"""The demo's comparison: a table of a Cassandra of its own where Java is, else of PostgreSQL, with its copy."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from project.cassandra import CassandraNode, NodeError
from project.demo import customers
from reconciliation.definition import Definition
from reconciliation.models import Connection, Mapping, ReconciliationJob
from reconciliation.services import connections, mappings, tokens
from reconciliation.services.trigger import trigger
from reconciliation.states import JobStatus, SourceKind, Strategy

HERE = "here"
NAMES = {SourceKind.CASSANDRA: "customer", SourceKind.POSTGRESQL: "customer_from_postgresql"}
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Upstream:
    """Where the source lives. `without` says why that is not Cassandra, if it isn't."""

    kind: SourceKind
    address: str
    without: str = ""

    @property
    def mapping(self) -> str:
        """Each kind has a mapping of its own: the columns' types differ."""
        return NAMES[self.kind]

    def __str__(self) -> str:
        return "Cassandra 5" if self.kind == SourceKind.CASSANDRA else f"PostgreSQL ({self.without})"


def source(folder: Path, stack: ExitStack) -> Upstream:
    """A Cassandra 5 that ends with the demo, with its rows; PostgreSQL where it can't run."""
    node = CassandraNode(folder / "cassandra", heap="256m", short_lived=True)
    try:
        node.start()
    except NodeError as error:
        customers.fill_postgres(customers.UPSTREAM, customers.upstream())
        return Upstream(SourceKind.POSTGRESQL, "", without=str(error))
    stack.callback(node.stop)
    customers.fill_cassandra(node.port, node.datacenter)
    return Upstream(SourceKind.CASSANDRA, node.address)


def prepare(upstream: Upstream) -> None:
    """The copy, the connections and the mapping. A second run changes the source's address, no more."""
    customers.fill_postgres(customers.REPLICA, customers.copied())
    for name, kind, address in (
        (upstream.kind.value, upstream.kind, upstream.address),
        (HERE, SourceKind.POSTGRESQL, ""),
    ):
        write = connections.change if Connection.objects.filter(name=name).exists() else connections.create
        write(name=name, actor=None, kind=kind, address=address)
    if not Mapping.objects.filter(name=upstream.mapping).exists():
        _map(upstream)


def _map(upstream: Upstream) -> None:
    mapping = mappings.create(
        name=upstream.mapping,
        actor=None,
        source_connection=upstream.kind.value,
        source_schema=customers.KEYSPACE,
        source_table=customers.TABLE,
        target_connection=HERE,
        target_schema=customers.REPLICA,
        target_table=customers.TABLE,
        lag_seconds=1.0,
    )
    if upstream.kind == SourceKind.CASSANDRA:
        tokens.add_token(Definition.of(mapping))
        mappings.change(name=upstream.mapping, actor=None, token_column=tokens.COLUMN)


def compare(upstream: Upstream) -> ReconciliationJob:
    """The comparison, ended. Raises TimeoutError when nobody runs it."""
    # one that an earlier run left behind asks a Cassandra that is gone, and who triggers meanwhile would join it
    for left in ReconciliationJob.objects.filter(mapping__name=upstream.mapping, status=JobStatus.RUNNING):
        _ended(left)
    (job,) = trigger(tables=[upstream.mapping], strategy=Strategy.CHECKSUM).jobs
    return _ended(job)


def _ended(job: ReconciliationJob) -> ReconciliationJob:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while job.status == JobStatus.RUNNING:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The comparison {job.pk} did not end; the console says why under Reconciliation.")
        time.sleep(0.1)
        job.refresh_from_db()
    return job
