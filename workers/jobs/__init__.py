"""Job types that a graph can use without code. Importing them registers them."""

from workers.jobs import http_request, sql_routine, trials

__all__ = ["http_request", "sql_routine", "trials"]
