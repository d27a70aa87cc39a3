"""The table that is compared: eight columns, in two databases, once with planted differences and once without."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

from project.postgres.embedded import EmbeddedServer

SOURCE, TARGET = "compared_source", "compared_target"
SAME, DIFFERENT = "same", "different"
COLUMNS = ("account", "amount", "currency", "state", "note", "booked_at", "changed_at")
SHAPE: LiteralString = """(
    id bigint PRIMARY KEY, account bigint NOT NULL, amount numeric(18,2) NOT NULL, currency text NOT NULL,
    state text NOT NULL, note text, booked_at timestamptz NOT NULL, changed_at timestamptz NOT NULL)"""
# from the number alone, so that two databases get the same rows; every tenth note is missing
ROWS: LiteralString = """
    SELECT n, abs(hashint8(n)::bigint), abs(hashint8(n + 7)::bigint) / 100.0,
      (ARRAY['EUR', 'USD', 'GBP'])[1 + mod(n, 3)], (ARRAY['open', 'settled', 'reversed'])[1 + mod(n, 3)],
      CASE WHEN mod(n, 10) > 0 THEN md5(n::text) END,
      timestamptz '2024-01-01 UTC' + n * interval '1.000007 s', timestamptz '2024-06-01 UTC' + n * interval '1.000003 s'
    FROM generate_series(1, %s) n"""
CHANGES: tuple[LiteralString, ...] = (
    "amount = amount + 0.01",
    "state = state || '!'",
    "note = CASE WHEN note IS NULL THEN 'a note' END",
    "changed_at = changed_at + %(tick)s::interval",
)
IN_MILLISECONDS: LiteralString = (
    """
    SELECT id, account, amount, currency, state, note,
      date_trunc('milliseconds', booked_at), date_trunc('milliseconds', changed_at)
    FROM ("""
    + ROWS
    + ") AS made(id, account, amount, currency, state, note, booked_at, changed_at)"
)


@dataclass(frozen=True)
class Planted:
    """Keys that differ: rows that only the source has, only the target, and for each of CHANGES."""

    source_only: list[int]
    target_only: list[int]
    changed: list[list[int]]

    @classmethod
    def among(cls, rows: int, count: int) -> "Planted":
        """Scattered at random, always the same: 3 in 10 on one side only, 3 on the other, 1 of each change."""
        keys = random.Random(5).sample(range(1, rows + 1), count)
        tenth = count // 10
        rest, changes = keys[6 * tenth :], len(CHANGES)
        changed = [rest[number::changes] for number in range(changes)]
        return cls(keys[: 3 * tenth], keys[3 * tenth : 6 * tenth], changed)

    @property
    def keys(self) -> set[int]:
        return {*self.source_only, *self.target_only, *(key for keys in self.changed for key in keys)}


def make(server: EmbeddedServer, rows: int, differences: int) -> Planted:
    """All four tables on disk and analysed."""
    planted = Planted.among(rows, differences)
    for database in (SOURCE, TARGET):
        with opened(server, database) as session:
            for name in (SAME, DIFFERENT):
                fill(session, name, rows)
            plant(session, DIFFERENT, planted, of_source=database == SOURCE)
            session.execute("VACUUM ANALYZE")
            session.execute("CHECKPOINT")
    return planted


def fill(
    session: psycopg.Connection, name: str, rows: int, made: LiteralString = ROWS, shape: LiteralString = SHAPE
) -> None:
    """A table of rows that are equal wherever they are made."""
    table = sql.Identifier(name)
    session.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
    session.execute(sql.SQL("CREATE TABLE {} " + shape).format(table))
    session.execute(sql.SQL("INSERT INTO {} " + made).format(table), [rows])


def plant(
    session: psycopg.Connection, name: str, planted: Planted, *, of_source: bool, tick: str = "1 microsecond"
) -> None:
    """One side's part: its rows that the other alone has are deleted, the target's are changed.

    `tick` is by how much a time differs.
    """
    table = sql.Identifier(name)
    gone = planted.target_only if of_source else planted.source_only
    session.execute(sql.SQL("DELETE FROM {} WHERE id = ANY (%s)").format(table), [gone])
    if not of_source:
        for change, keys in zip(CHANGES, planted.changed, strict=True):
            session.execute(
                sql.SQL("UPDATE {} SET " + change + " WHERE id = ANY (%(keys)s)").format(table),
                {"tick": tick, "keys": keys},
            )


@contextmanager
def opened(server: EmbeddedServer, database: str) -> Iterator[psycopg.Connection]:
    """A session in that database, which is made when there is none."""
    with psycopg.connect(server.ensure_database(database), autocommit=True) as session:
        yield session
