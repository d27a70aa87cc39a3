"""Hosts that jobs may call: the entries of HTTP_JOB_HOSTS."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Self

from django.core.exceptions import ImproperlyConfigured

DEFAULT_PORTS = {80, 443}
NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
WITH_PORT = re.compile(r"(?P<host>\[[^]]+]|[^:]+):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class AllowedHost:
    """A name, or a network (one address is a small one), and a port; without it the default ports of HTTP and HTTPS."""

    name: str
    network: IPv4Network | IPv6Network | None
    port: int | None

    @classmethod
    def parse(cls, item: str) -> Self:
        """`api.example.com`, `api.example.com:8443`, `10.1.0.0/16`, `[fd00::1]:8080`. Raises `ValueError`."""
        host, port = _split(item.lower())
        network = _network(host)
        if network is None and not NAME.fullmatch(host):
            raise ValueError(item)
        return cls(name=host, network=network, port=port)

    def covers(self, host: str, port: int) -> bool:
        """Whether this entry allows a host, given by name or by address, at a port."""
        if port != self.port and (self.port is not None or port not in DEFAULT_PORTS):
            return False
        if self.network is None:
            return host == self.name
        try:
            return ip_address(host) in self.network
        except ValueError:
            return False


def allowed_hosts(items: Sequence[str]) -> list[AllowedHost]:
    """The entries of HTTP_JOB_HOSTS. Raises `ImproperlyConfigured` naming the one that can't be read."""
    found = []
    for item in items:
        try:
            found.append(AllowedHost.parse(item))
        except ValueError:
            raise ImproperlyConfigured(
                f"HTTP_JOB_HOSTS: {item!r} is no host. Write names, addresses or networks such as 10.1.0.0/16, "
                "each with :PORT where it isn't 80 or 443, comma-separated."
            ) from None
    return found


def _split(item: str) -> tuple[str, int | None]:
    """Host and port. An IPv6 address takes a port in brackets only."""
    found = WITH_PORT.fullmatch(item)
    if found is None:
        return item.removeprefix("[").removesuffix("]"), None
    return found["host"].strip("[]"), int(found["port"])


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None
