"""A Cassandra node of our own for the demo and the tests, run from the jars of Maven Central as a child process."""

from project.cassandra.errors import NodeError
from project.cassandra.node import CassandraNode

__all__ = ["CassandraNode", "NodeError"]
