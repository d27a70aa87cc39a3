"""One session per cluster and process, shared by all threads and kept until the process ends."""

import logging
import os
import socket
import ssl
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from cassandra import ConsistencyLevel
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, Session
from cassandra.policies import DCAwareRoundRobinPolicy, ExponentialReconnectionPolicy
from cassandra.query import PreparedStatement, tuple_factory

from reconciliation.sources.protocol import SourceError

from .address import Address
from .errors import RAISED, translated
from .moments import as_of
from .raw import PROTOCOL, RawHandler

CONNECT_SECONDS = 5.0  # and at least for what is asked besides rows
ROWS = "rows"  # profile of statements that read these


@dataclass(eq=False)
class Statement:
    """A prepared statement, and what its rows were found to weigh."""

    prepared: PreparedStatement
    row_bytes: float | None = None


@dataclass(eq=False)
class Link:
    """A session and what was prepared in it."""

    address: Address
    session: Session
    statements: dict[str, Statement] = field(default_factory=dict)

    def statement(self, cql: str) -> Statement:
        """Prepared once; two threads at once prepare it twice, which the server takes for the same."""
        if cql not in self.statements:
            prepared = self.session.prepare(cql)
            prepared.is_idempotent = True
            self.statements[cql] = Statement(prepared)
        return self.statements[cql]


# what the driver logs it raises as well, and here that is told once, without a traceback
logging.getLogger("cassandra").setLevel(logging.CRITICAL)

_links: dict[Address, Link] = {}
_refusals: dict[Address, tuple[float, str]] = {}  # until when nobody asks again, and what came of it
_connecting: dict[Address, threading.Lock] = defaultdict(threading.Lock)
_lock = threading.Lock()


def link(address: Address) -> Link:
    """The session of an address, connected when there is none. Raises `SourceError`."""
    with _lock:
        connecting = _connecting[address]
    with connecting:
        if address not in _links:
            _links[address] = Link(address, _patient(address))
        return _links[address]


def forget(gone: Link) -> None:
    """Give up a session that reaches no node: the next that asks connects anew, at once."""
    with _lock:
        if _links.get(gone.address) is gone:
            del _links[gone.address]
    gone.session.cluster.shutdown()


def close_all() -> None:
    """Give up every session."""
    for each in list(_links.values()):
        forget(each)


def _patient(address: Address) -> Session:
    """A failure holds for as long as it took to come: thousands of ranges don't wait for a cluster that hangs, each for
    itself."""
    until, refusal = _refusals.get(address, (0.0, ""))
    began = time.monotonic()
    if began < until:
        raise SourceError(refusal)
    try:
        return _connected(address)
    except SourceError as error:
        now = time.monotonic()
        _refusals[address] = (now + (now - began), error.message)
        raise


def _connected(address: Address) -> Session:
    cluster: Cluster | None = None
    try:
        cluster = Cluster(list(address.hosts), port=address.port, **_options(address))
        session = cluster.connect()
    except RAISED as error:
        if cluster is not None:
            cluster.shutdown()
        raise translated(error, address) from error
    session.client_protocol_handler = RawHandler
    session.add_request_init_listener(as_of)
    return session


class _Connection(Cluster.connection_class):  # type: ignore[misc]  # the driver has no types
    in_buffer_size = 128 * 1024  # of 4 KiB, a page takes hundreds of reads


def _options(address: Address) -> dict[str, Any]:
    seconds = {EXEC_PROFILE_DEFAULT: max(address.request_seconds, CONNECT_SECONDS), ROWS: address.request_seconds}
    return {
        "protocol_version": PROTOCOL,
        "connection_class": _Connection,
        "execution_profiles": {name: _profile(address, timeout) for name, timeout in seconds.items()},
        "compression": address.compression,
        # off in the driver: a request above 4 KiB could wait 40 ms for the acknowledgement of its first part
        "sockopts": [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        "connect_timeout": CONNECT_SECONDS,
        "control_connection_timeout": CONNECT_SECONDS,
        "reconnection_policy": ExponentialReconnectionPolicy(0.5, 30.0),
        "schema_metadata_enabled": False,  # of all tables there are; what is needed here is read when it is needed
        "token_metadata_enabled": False,
        "auth_provider": PlainTextAuthProvider(address.user, address.password) if address.user else None,
        "ssl_context": _tls(dict(address.tls)) if address.tls is not None else None,
    }


def _profile(address: Address, seconds: float) -> ExecutionProfile:
    return ExecutionProfile(
        DCAwareRoundRobinPolicy(address.local_dc or ""),
        consistency_level=ConsistencyLevel.name_to_value[address.consistency],
        request_timeout=seconds,
        row_factory=tuple_factory,
    )


def _tls(options: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("ca"))
    context.check_hostname = bool(options.get("check_hostname", True))
    if options.get("certificate"):
        context.load_cert_chain(options["certificate"], options.get("key"))
    return context


def _in_child() -> None:
    """A child has neither the threads nor the sockets of its parent's sessions; its locks may be held by nobody."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _links.clear()
    _connecting.clear()


os.register_at_fork(after_in_child=_in_child)
# not by atexit, which comes after the pools of threads were closed: a scheduler of the driver would die of that, loudly
threading._register_atexit(close_all)  # type: ignore[attr-defined]
