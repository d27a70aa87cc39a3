"""Rows by their keys: canonical keys as the server takes them, and the join that finds them."""

from collections.abc import Sequence

from psycopg import sql

from reconciliation.canonical import Type
from reconciliation.canonical.decode import spelled
from reconciliation.canonical.storable import storable
from reconciliation.definition import Place
from reconciliation.sources.protocol import Key, SchemaChanged

from .columns import Read
from .connecting import Connection
from .operands import Operand
from .schema import Table


def texts(keys: Sequence[Key], types: Sequence[Type]) -> list[list[str]] | None:
    """The values of each column of the key; None when PostgreSQL can hold none of the keys at all."""
    possible = [key for key in keys if all(map(storable, key, types))]
    if not possible:
        return None
    return [
        [spelled(value, type_) for value in values]
        for values, type_ in zip(zip(*possible, strict=True), types, strict=True)
    ]


def of_keys(
    values: Sequence[Sequence[str]],
    operands: Sequence[Operand],
    *,
    table: sql.Composable,
    what: sql.Composable,
    where: sql.Composable,
) -> sql.Composed:
    """The query of the rows with these keys: one round trip, one look-up per key in its index."""
    names = [sql.Identifier(f"key {place}") for place in range(len(operands))]
    pairs = list(zip(names, operands, strict=True))
    return sql.SQL(
        "SELECT {what} FROM (SELECT {casts} FROM unnest({arrays}) AS given ({names})) AS wanted"
        " JOIN {table} ON {equal} WHERE {where}"
    ).format(
        what=what,
        casts=sql.SQL(", ").join([sql.SQL("{}::{} AS {}").format(name, one.cast, name) for name, one in pairs]),
        arrays=sql.SQL(", ").join([sql.SQL("{}::text[]").format(sql.Literal(list(column))) for column in values]),
        names=sql.SQL(", ").join(names),
        table=table,
        equal=sql.SQL(" AND ").join([sql.SQL("{} = {}").format(one.plain, name) for name, one in pairs]),
        where=where,
    )


def refuse_repeating_keys(table: Table, place: Place, key: Sequence[Read]) -> None:
    """Rows of one key would hide behind each other. Raises `SchemaChanged` when no unique index keeps them away."""
    names = [one.name for one in key]
    if set(names) in map(set, table.unique):
        return
    mend = sql.SQL("CREATE UNIQUE INDEX CONCURRENTLY ON {} ({})").format(
        sql.Identifier(place.schema, place.table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    raise SchemaChanged(
        f"{place.connection}: {', '.join(names)} is no unique key of {place.schema}.{place.table}. Make it one: "
        f"{mend.as_string()}"
    )


def refuse_null_keys(connection: Connection, place: Place, key: Sequence[Read]) -> None:
    """A row without key is in no range: nothing would ever compare it. Raises `SchemaChanged` when there is one."""
    for one in key:
        if not one.field.column.nullable:
            continue
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {} IS NULL)").format(
            sql.Identifier(place.schema, place.table), sql.Identifier(one.name)
        )
        (found,) = connection.execute(query).fetchone() or (False,)
        if found:
            raise SchemaChanged(
                f"{place.connection}: {place.schema}.{place.table} has rows whose {one.name} is NULL, which is part "
                "of the mapping's key. Fill it in, or choose another key."
            )
