"""Whether a connection leads anywhere: who answers, or what is wrong."""

import os

from reconciliation.definition import Place
from reconciliation.models import Connection
from reconciliation.sources.postgres.connecting import asking, connect, give_back
from reconciliation.states import SourceKind


def probe(connection: Connection) -> str:
    """Connects, and gives what the server says it is: product and version.

    Raises `SourceError` and `InvalidRequest` naming the connection and what to do.
    """
    place = Place.of(connection, "", "")
    return _cassandra(place) if connection.kind == SourceKind.CASSANDRA else _postgresql(place)


def password_state(connection: Connection) -> str:
    """Where the password comes from, and whether this process finds one there; never the password."""
    name = connection.password_variable
    if not name:
        return "none is needed, or the installation's own"
    there = any(os.environ.get(variable, "").strip() for variable in (name, f"{name}_FILE"))
    return f"in {name}" if there else f"{name} is not set here. Set it, or its _FILE twin, where the workers run."


def _postgresql(place: Place) -> str:
    connection = connect(place)
    with asking(place):
        row = connection.execute(
            "SELECT current_setting('server_version'), current_user, current_database()"
        ).fetchone()
    give_back(place, connection)
    assert row is not None
    version, user, database = row
    return f"PostgreSQL {version.partition(' ')[0]}, as {user} in {database}"


def _cassandra(place: Place) -> str:
    from reconciliation.sources.cassandra.asking import Asking  # imports the driver, which takes a second

    return Asking(place).server()
