"""Where a request came from, when proxies stand in between."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network


def networks(items: Sequence[str]) -> list[Network]:
    """TRUSTED_PROXIES as networks: addresses or CIDR ranges."""
    try:
        return [ip_network(item) for item in items]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES must be addresses or ranges like 10.0.0.0/8, comma-separated: {error}."
        ) from error


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str | None:
    """The address nearest to us that isn't one of our proxies; None when there is none, as on a Unix socket.

    X-Forwarded-For grows to the right, and anyone can send one: an entry counts while all to its right are trusted.
    """
    hops = [*forwarded_for.split(","), peer] if forwarded_for else [peer]
    found: IPv4Address | IPv6Address | None = None
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            break
        found = address
        if not any(address in network for network in trusted):
            break
    return str(found) if found else None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
