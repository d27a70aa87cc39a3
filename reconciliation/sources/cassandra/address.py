"""A connection's address and options, read and checked: cassandra://user@host1,host2:9042/?local_dc=datacenter1."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from cassandra import ConsistencyLevel

from project.api.errors import InvalidRequest
from reconciliation.definition import Place
from reconciliation.sources.addresses import parts_of
from reconciliation.sources.passwords import password
from reconciliation.sources.protocol import SourceError

PORT = 9042
EXAMPLE = "Write it as cassandra://user@host1,host2:9042/?local_dc=datacenter1."
HOST = re.compile(r"(\[[^\[\]]+\]|[^\[\]:]+)(?::(\d+))?")
REQUEST_SECONDS = 30.0
OPTIONS = frozenset({"local_dc", "consistency", "request_seconds", "compression", "tls"})
TLS = frozenset({"ca", "certificate", "key", "check_hostname"})


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a cluster is and how it is asked. Equal addresses share one session in a process."""

    connection: str
    hosts: tuple[str, ...]
    port: int
    user: str
    password: str
    local_dc: str | None  # None: that of the node that answers first
    consistency: str
    request_seconds: float
    compression: bool
    tls: tuple[tuple[str, Any], ...] | None  # None: no TLS; else the names of TLS

    def __str__(self) -> str:
        return f"{', '.join(self.hosts)} port {self.port}"


def address(place: Place) -> Address:
    """Raises `InvalidRequest` naming the part that can't be used, `SourceError` when the password isn't set."""
    parts = parts_of(place.address)
    if parts is None:
        raise _wrong(place, "address", EXAMPLE)
    names, port = _hosts(place, parts.hosts)
    options = {**{name: values[-1] for name, values in parse_qs(parts.query).items()}, **place.options}
    if unknown := set(options) - OPTIONS:
        raise _wrong(place, "options", f"{min(unknown)!r} is none of {', '.join(sorted(OPTIONS))}.")
    return Address(
        connection=place.connection,
        hosts=names,
        port=port,
        user=unquote(parts.user),
        password=_password(place) if parts.user else "",
        local_dc=options.get("local_dc"),
        consistency=_consistency(place, options),
        request_seconds=_seconds(place, options),
        compression=str(options.get("compression", "false")).lower() == "true",
        tls=_tls(place, options.get("tls")),
    )


def _hosts(place: Place, given: str) -> tuple[tuple[str, ...], int]:
    """Several with a comma between them; the port of any is that of all."""
    names, port = [], PORT
    for host in given.split(","):
        found = HOST.fullmatch(host)
        if found is None:
            raise _wrong(place, "address", EXAMPLE)
        names.append(found[1].strip("[]"))
        port = int(found[2] or port)
    return tuple(names), port


def _password(place: Place) -> str:
    if not place.password_variable:
        raise SourceError(
            f"{place.connection}: the address names a user and no variable has the password: set password_variable."
        )
    return password(place)


def _consistency(place: Place, options: dict[str, Any]) -> str:
    name = str(options.get("consistency", "LOCAL_QUORUM")).upper()
    if name not in ConsistencyLevel.name_to_value:
        raise _wrong(place, "consistency", f"{name!r} is none of {', '.join(ConsistencyLevel.name_to_value)}.")
    return name


def _seconds(place: Place, options: dict[str, Any]) -> float:
    try:
        seconds = float(options.get("request_seconds", REQUEST_SECONDS))
    except (TypeError, ValueError):
        seconds = 0.0
    if not seconds > 0:
        raise _wrong(place, "request_seconds", "Give how long one request may take, such as 30.")
    return seconds


def _tls(place: Place, given: Any) -> tuple[tuple[str, Any], ...] | None:
    if not given or str(given).lower() == "false":
        return None
    options = given if isinstance(given, dict) else {}
    if unknown := set(options) - TLS:
        raise _wrong(place, "tls", f"{min(unknown)!r} is none of {', '.join(sorted(TLS))}.")
    return tuple(sorted(options.items()))


def _wrong(place: Place, field: str, reason: str) -> InvalidRequest:
    return InvalidRequest.field(f"connection {place.connection}: {field}", reason)
