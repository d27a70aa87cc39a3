"""What PostgreSQL carries for the engine: dead rows, who keeps them, and what claims pay for them."""

from dataclasses import dataclass

from project.postgres import sql


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Who keeps dead rows from being removed: a session (its pid), a prepared transaction or a replication slot.

    `seconds` is None where the server doesn't tell, as for a slot; `transactions` is how many began since.
    """

    kind: str
    holder: str
    program: str
    seconds: float | None
    transactions: int


@dataclass(frozen=True, kw_only=True)
class HotTable:
    """Dead rows of one of the tables that change all the time; above `allowed` housekeeping vacuums it."""

    name: str
    dead: int
    allowed: int


def oldest_snapshot() -> Snapshot | None:
    """The oldest snapshot that is held, None when nobody else holds one."""
    record = sql.row(_SNAPSHOT)
    return Snapshot(**record) if record else None


def hot_tables() -> list[HotTable]:
    """As the server's statistics have them: a second late at most."""
    return [HotTable(**record) for record in sql.rows("SELECT name, dead, allowed FROM workers.hot_tables()")]


def claim_waste() -> int:
    """Index entries of dead rows that a claim from the start of every lane reads in vain."""
    return int(sql.routine_value("workers.claim_waste"))


_SNAPSHOT = """
SELECT s.kind, s.holder, s.program, extract(epoch FROM now() - s.since)::float8 AS seconds, s.transactions
FROM workers.oldest_snapshot() s
"""
