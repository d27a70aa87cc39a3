"""Vacuums the hot tables by their dead rows: the server's own autovacuum comes once a minute, which is too rare."""

from typing import Any

import structlog
from psycopg import sql

from workers.runtime.sessions import Session

log = structlog.get_logger("housekeeping")

# cleans the indexes in any case: claims read those. Cutting a file locks everybody out for a moment, so only large ones
VACUUM = sql.SQL("VACUUM (INDEX_CLEANUP on, SKIP_LOCKED, PARALLEL 0, TRUNCATE {cut}) public.{table}")
CUT_ABOVE = 64 * 2**20  # bytes


class HotTables:
    """Remembers which tables it couldn't clean, and leaves them alone while the same snapshot holds their dead rows."""

    def __init__(self) -> None:
        self._pinned: dict[str, str] = {}  # table -> the oldest transaction that somebody could still see

    def vacuum(self, connection: Session) -> list[str]:
        """Vacuums the tables that have more dead rows than they may; returns their names."""
        # what this session itself deleted would else be added to the figures after the vacuum
        connection.execute("SELECT pg_stat_force_next_flush()")
        due = _full(connection)
        if not due:
            return []
        snapshot = connection.execute("SELECT * FROM workers.oldest_snapshot()").fetchone()
        horizon = snapshot["horizon"] if snapshot else ""
        worth = [table for table in due if self._pinned.get(table["name"]) != horizon]
        for table in worth:
            cut = sql.SQL("on" if table["bytes"] > CUT_ABOVE else "off")
            connection.execute(VACUUM.format(cut=cut, table=sql.Identifier(table["name"])))
        names = [table["name"] for table in worth]
        if snapshot and worth:
            self._note_pinned(connection, names, snapshot)
        return names

    def _note_pinned(self, connection: Session, vacuumed: list[str], snapshot: dict[str, Any]) -> None:
        left = {table["name"] for table in _full(connection)}.intersection(vacuumed)
        for name in vacuumed:
            self._pinned.pop(name, None)
        if left:
            self._pinned.update(dict.fromkeys(left, snapshot["horizon"]))
            log.warning(
                "dead rows can't be removed", tables=sorted(left), held_by=snapshot["holder"], since=snapshot["since"]
            )


def _full(connection: Session) -> list[dict[str, Any]]:
    return connection.execute("SELECT * FROM workers.hot_tables() t WHERE t.dead > t.allowed").fetchall()
