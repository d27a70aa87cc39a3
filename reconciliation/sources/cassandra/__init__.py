"""Cassandra 4 and 5 as the source of a comparison: token ranges, read as the bytes of the wire."""

from .side import CassandraSide

__all__ = ["CassandraSide"]
