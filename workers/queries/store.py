"""Where all of it is kept."""

from project.postgres import sql


def takes_writes() -> bool:
    """Whether the database is no stand-by and not set to read only."""
    return bool(sql.value(_TAKES_WRITES))


_TAKES_WRITES = "SELECT NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::boolean"
