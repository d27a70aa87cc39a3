"""Opens the two sides of a mapping."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from project.api.errors import InvalidRequest
from reconciliation.definition import Definition
from reconciliation.states import SourceKind

from .postgres.side import PostgresSide
from .protocol import Side


@contextmanager
def open_source(definition: Definition) -> Iterator[Side]:
    """The source. Raises `SourceError` when it can't be reached, `SchemaChanged` when it isn't what it was."""
    with closing(_source(definition)) as side:
        yield side


@contextmanager
def open_target(definition: Definition, *, source: Side) -> Iterator[Side]:
    """The target, cut as the source is: by partition token when that is Cassandra and the target has the token."""
    if definition.target.kind != SourceKind.POSTGRESQL:
        raise InvalidRequest.field("target", "Only PostgreSQL can be a target: choose another connection.")
    by_token = not isinstance(source, PostgresSide) and bool(definition.token_column)
    with closing(PostgresSide(definition, "target", by_token=by_token)) as side:
        yield side


@contextmanager
def open_both(definition: Definition) -> Iterator[tuple[Side, Side]]:
    """Source and target."""
    with open_source(definition) as source, open_target(definition, source=source) as target:
        yield source, target


def _source(definition: Definition) -> Side:
    if definition.source.kind == SourceKind.CASSANDRA:
        # its driver takes a second to import, which who compares PostgreSQL alone need not wait for
        from .cassandra.side import CassandraSide

        return CassandraSide(definition)
    return PostgresSide(definition, "source")
