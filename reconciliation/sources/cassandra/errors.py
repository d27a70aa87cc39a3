"""What the driver raises, as what the protocol says: which connection, what went wrong, what to do."""

from collections.abc import Iterable

from cassandra import (
    AuthenticationFailed,
    DriverException,
    OperationTimedOut,
    ReadFailure,
    Unauthorized,
    Unavailable,
    UnresolvableContactPoints,
)
from cassandra import ReadTimeout as ServerTimeout
from cassandra.cluster import NoHostAvailable
from cassandra.connection import ConnectionException

from reconciliation.sources.protocol import NothingRead, ReadTimeout, SourceError

from .address import Address

RAISED = (DriverException, NoHostAvailable, ConnectionException, OSError)
SLOW = (OperationTimedOut, ServerTimeout, ReadFailure)


def translated(error: Exception, address: Address, late: type[SourceError] = SourceError) -> SourceError:
    """The error of the protocol for one of the driver's. `late`: what it is when nothing came in time; a `ReadTimeout`
    where less may be read in time, and not where too little was asked for to take long."""
    name = address.connection
    causes = list(_causes(error))
    if any(isinstance(cause, AuthenticationFailed) for cause in causes):
        return SourceError(
            f"{name}: Cassandra refuses the user {address.user or '(none)'} or the password: correct the address or "
            "the variable with the password."
        )
    if slow(error) and issubclass(late, ReadTimeout):
        words = NothingRead.words if late is NothingRead else "a range was not read in time"
        return late(f"{name}: {words} ({_text(causes[0])}); smaller ranges may do.")
    if slow(error) and not isinstance(error, NoHostAvailable):
        return SourceError(
            f"{name}: Cassandra at {address} does not answer in time ({_text(causes[0])}): see whether its nodes are "
            "well, or raise request_seconds in the connection's options."
        )
    if isinstance(error, Unauthorized):
        return SourceError(f"{name}: {_text(error)}. GRANT SELECT on the table to {address.user}.")
    if isinstance(error, Unavailable):
        return SourceError(
            f"{name}: too few replicas are up for {address.consistency} ({error.alive_replicas} of "
            f"{error.required_replicas}): start them, or choose another consistency in the connection's options."
        )
    if isinstance(error, NoHostAvailable | ConnectionException | OSError):
        return SourceError(
            f"{name}: no Cassandra answers at {address} ({_text(causes[0])}): start it, or correct the address."
        )
    if isinstance(error, UnresolvableContactPoints):
        return SourceError(f"{name}: {', '.join(address.hosts)} can't be resolved: correct the address.")
    return SourceError(f"{name}: Cassandra says: {_text(error)}")


def slow(error: Exception) -> bool:
    """Whether nothing came in time, or was too much for the node."""
    return all(isinstance(cause, SLOW) for cause in _causes(error))


def lost(error: Exception) -> bool:
    """Whether no node could be reached: another session may reach one."""
    return isinstance(error, NoHostAvailable | ConnectionException) and not slow(error)


def _causes(error: Exception) -> Iterable[Exception]:
    """What each host said; the error itself when there is no more to it."""
    if isinstance(error, NoHostAvailable) and isinstance(error.errors, dict) and error.errors:
        return list(error.errors.values())
    return [error]


def _text(error: Exception) -> str:
    return " ".join((getattr(error, "message", "") or str(error) or type(error).__name__).split())
