"""A Cassandra table and its copy, mapped as the product proposes, with the token in the copy."""

from reconciliation.definition import Definition
from reconciliation.models import Connection, Mapping
from reconciliation.services.mappings.writing import create
from reconciliation.services.tokens import add_token
from tests.cassandra import Cassandra

TOKEN = "cassandra_token"


def mapped(cassandra: Cassandra, table: str, copy: str) -> Definition:
    """`copy` is a table of the schema `replica`, which gets the tokens of its rows."""
    Connection.objects.get_or_create(name="here", defaults={"kind": "postgresql"})
    Connection.objects.get_or_create(name="cluster", defaults={"kind": "cassandra", "address": cassandra.address})
    places = {
        "source_connection": "cluster", "source_schema": cassandra.keyspace, "source_table": table,
        "target_connection": "here", "target_schema": "replica", "target_table": copy,
    }  # fmt: skip
    made = create(name=copy, actor=None, lag_seconds=0.0, **places)
    add_token(Definition.of(made), column=TOKEN)
    Mapping.objects.filter(pk=made.pk).update(token_column=TOKEN)
    return Definition.of(Mapping.objects.get(pk=made.pk))
