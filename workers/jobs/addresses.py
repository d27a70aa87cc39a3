"""At which addresses a host may be called: a name that turns out to be this network's own is refused unless its address
is listed as well."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings

from workers.handlers import Permanent

TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))  # RFC 6052 (NAT64), RFC 4291 2.5.5.1; IPv4 at the end
LOCAL = (IPv6Network("64:ff9b:1::/48"), IPv6Network("fec0::/10"))  # RFC 8215, RFC 3879; global for Python


async def allowed(host: str, port: int, *, any_public: bool = False) -> list[str]:
    """Where the host may be called, best first. Raises `Permanent` when that is nowhere.

    With `any_public` also a host that isn't listed, at a public address.
    """
    if not any_public and not _listed(host, port):
        raise Permanent(f"{host}:{port} may not be called: HTTP_JOB_HOSTS doesn't list it.")
    found = await _looked_up(host, port)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    good = [address for address in addresses if may_be_called(address, port)]
    if not good:
        raise Permanent(
            f"{host} is {', '.join(addresses)}, which isn't public: HTTP_JOB_HOSTS has to list the address as well."
        )
    return good


def may_be_called(address: str, port: int) -> bool:
    """Whether an address is public or listed."""
    return is_public(address) or _listed(address, port)


def is_public(text: str) -> bool:
    return all(_is_global(one) for one in _reached(ip_address(text)))


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    local = isinstance(address, IPv6Address) and any(address in network for network in LOCAL)
    return address.is_global and not address.is_multicast and not local


def _reached(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The address and those of IPv4 that a gateway or the system takes out of it."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    yield from address.teredo or ()
    if address.sixtofour is not None:
        yield address.sixtofour
    if any(address in network for network in TRANSLATED):
        yield IPv4Address(int(address) & 0xFFFFFFFF)


def _listed(host: str, port: int) -> bool:
    return any(entry.covers(host, port) for entry in settings.HTTP_JOB_HOSTS)


async def _looked_up(host: str, port: int) -> list[Any]:
    """In a thread of its own: whoever waits for the answer can give up, the system's resolver doesn't."""
    answer: Future[list[Any]] = Future()
    answer.set_running_or_notify_cancel()

    def look_up() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            answer.set_exception(error)

    threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    return await asyncio.wrap_future(answer)
