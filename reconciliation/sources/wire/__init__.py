"""Rows of PostgreSQL as the bytes that Cassandra sends for equal ones."""
